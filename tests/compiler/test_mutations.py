"""Whatever is done to a good file, the compiler answers: no traceback, places that exist, and an
error whenever the result is not accepted. The examples are the same in every run."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipdl import ast, cli, lexer, parser
from ipdl.compile import compile_files
from ipdl.render import FORMATS, render
from ipdl.reporter import Reporter
from ipdl.source import SourceFile
from tests.compiler import examples

GOOD = [
    (name, text)
    for example in examples.all_in("ok")
    for name, text in example.files.items()
    if name.endswith((".ipdl", ".ipdlh"))
]
WORDS = (
    sorted(lexer.RESERVED)
    + '( ) { } [ ] < > ; : , ? = :: ~ x PFoo int string 4 " /* // /// @'.split()
)
SETTINGS = settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def _parse(text: str) -> tuple[ast.File, Reporter]:
    reporter = Reporter()
    source = SourceFile("PFoo.ipdl", text)
    reporter.enter(source, None)
    return parser.parse(source, reporter), reporter


def _answers(text: str) -> None:
    """Parsing ends; every place lies within the text; every format can show every finding."""
    tree, reporter = _parse(text)
    for finding in reporter.findings():
        assert finding.span is not None
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
    for format_ in FORMATS:
        render(reporter, format_, werror=False)
    assert reporter.has_errors() or not tree.incomplete


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    _, text = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 8))
        inserted = draw(st.sampled_from(["", " ", "\n", *(f" {word} " for word in WORDS)]))
        text = text[:at] + inserted + text[at + cut :]
    return text


@SETTINGS
@given(_mutated())
def test_mutated_files_are_answered(text: str) -> None:
    _answers(text)


@SETTINGS
@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
def test_sequences_of_words_are_answered(text: str) -> None:
    _answers(text)


@SETTINGS
@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    _answers(text)


@pytest.mark.parametrize("name, text", GOOD, ids=[name for name, _ in GOOD])
def test_every_prefix_of_a_good_file_is_answered(name: str, text: str) -> None:
    if len(text) < 400:
        for end in range(len(text)):
            _answers(text[:end])


def test_mutated_programs_are_answered_by_the_whole_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The files of an example together, one token of them taken out, doubled or exchanged."""
    monkeypatch.chdir(tmp_path)
    chance = random.Random(20)
    for example in examples.all_in("ok"):
        for _ in range(4):
            files = dict(example.files)
            name = chance.choice(sorted(files))
            words = files[name].split(" ")
            at = chance.randrange(len(words))
            words[at : at + 1] = chance.choice([[], [words[at]] * 2, [chance.choice(WORDS)]])
            files[name] = " ".join(words)
            examples.Example(example.path, files).unpack(tmp_path)
            code = cli.main(example.command)
            err = capfd.readouterr().err
            assert code in (0, 1), f"{example.path.name}: {files[name]}\n{err}"
            assert (0 != code) == (": error: " in err)


def test_one_mistake_gives_one_error() -> None:
    """Leaving out any one `;` or closing bracket of a good file is not answered with a cascade."""
    counts = []
    for _, text in GOOD:
        for at, sign in enumerate(text):
            if sign in ";})]":
                _, reporter = _parse(text[:at] + text[at + 1 :])
                counts.append(len(reporter.findings()))
    assert 0 not in counts
    assert counts.count(1) >= 0.95 * len(counts)
    assert max(counts) <= 3


def test_files_given_in_any_order_give_the_same_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for example in examples.all_in("error"):
        if example.command[0] != "check" or len(example.command) > 2:
            continue
        example.unpack(tmp_path)
        names = [name for name in example.files if name.endswith((".ipdl", ".ipdlh"))]
        found = []
        for order in (names, names[::-1]):
            reporter = Reporter()
            compile_files(order, reporter)
            shown = [(f.problem, f.path, f.span and f.span.start) for f in reporter.findings()]
            found.append(sorted(map(repr, shown)))
        assert found[0] == found[1], example.path.name
