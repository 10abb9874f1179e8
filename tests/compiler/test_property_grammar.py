"""What the grammar derives is read without a complaint about grammar, however it is laid out."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given

from ipdl import parser
from ipdl.reporter import Reporter
from ipdl.source import SourceFile
from tests.compiler import answers, random_layout, random_text
from tests.compiler.chance import Chance, chances
from tests.compiler.properties import property_test

# What the parser says where a token does not fit. The others of the hundred are the tree builder's,
# which refuses some of what the grammar allows.
_MISFITS = {101, 102, 103, 104, 105, 106, 107, 108, 109, 128, 129, 130}


def _text(chance: Chance) -> str:
    tokens = random_text.tokens(chance, size=chance.choice([5, 50, 300]))
    return random_layout.laid_out(tokens, chance)


@property_test(quick=60, long=20_000)
@given(chances())
def test_a_sentence_of_the_grammar_is_parsed(chance: Chance) -> None:
    text = _text(chance)
    reporter = Reporter()
    parser.parse(SourceFile("PFoo.ipdl", text), reporter)
    found = [f"{f.problem.code} at {f.span}: {f.problem.text}" for f in reporter.findings()]
    numbers = {finding.problem.number for finding in reporter.findings()}
    assert set() == numbers & _MISFITS, f"{text}\n{found}"


@property_test(quick=30, long=5_000)
@given(chances())
def test_a_sentence_of_the_grammar_is_answered(chance: Chance) -> None:
    with tempfile.TemporaryDirectory() as directory:
        name = chance.choice(["PFoo.ipdl", "Foo.ipdlh"])
        Path(directory, name).write_text(_text(chance), encoding="utf-8", newline="")
        prelude = chance.choice(["std", "gecko"])
        answers.to(Path(directory), "check", "--prelude", prelude, name)
        for command in ("format", "lint", "model", "graph"):
            answers.to(Path(directory), command, name)


def test_every_rule_of_the_grammar_is_tried() -> None:
    """But for those that are there to be refused."""
    words = {word for seed in range(200) for word in random_text.tokens(Chance(seed), size=300)}
    grammar = random_text._grammar()
    used = {symbol for rules in grammar.rules.values() for rule in rules for symbol in rule.symbols}
    assert {spelt for name, spelt in grammar.spelling.items() if name in used} <= words


@pytest.mark.parametrize("seed", range(3))
def test_a_seed_gives_the_same_text_again(seed: int) -> None:
    assert _text(Chance(seed)) == _text(Chance(seed))


@pytest.mark.parametrize("text", ["union U { int[][]; };", "union U { UniquePtr<int[]>[]?[]; };"])
def test_the_brackets_of_an_array_are_no_attributes(text: str) -> None:
    reporter = Reporter()
    parser.parse(SourceFile("U.ipdlh", text), reporter)
    assert [] == reporter.findings()
