"""However a good file is damaged, it is answered: no traceback, places that exist, and an error
whenever the result is not accepted; and with an error nothing is written."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.compiler import answers, examples, mutations, random_program
from tests.compiler.chance import Chance, chances
from tests.compiler.properties import property_test
from tests.compiler.test_recovery import GOOD, assert_parsing_answers

# The good examples that are read by `check`, with its options.
EXAMPLES = [example for example in examples.all_in("ok") if example.command[0] == "check"]


def _damaged(directory: Path, chance: Chance) -> list[str]:
    """Writes a program, one of its files damaged; the arguments that name it."""
    program = random_program.program(chance, plain=chance.odds(2), size=chance.randrange(1, 4))
    _write(directory, program.files, chance)
    return program.arguments


def _write(directory: Path, files: dict[str, str], chance: Chance) -> None:
    victim = chance.choice(sorted(files))
    for name, text in files.items():
        data = text.encode("utf-8")
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(mutations.mutated(data, chance) if name == victim else data)


@property_test(quick=300, long=100_000)
@given(chances())
def test_parsing_answers_to_a_damaged_file(chance: Chance) -> None:
    _, text = chance.choice(GOOD)
    assert_parsing_answers(mutations.mutated(text.encode(), chance).decode("utf-8", "replace"))


@property_test(quick=300, long=100_000)
@given(st.lists(st.sampled_from(mutations.WORDS), max_size=60))
def test_parsing_answers_to_any_sequence_of_words(words: list[bytes]) -> None:
    assert_parsing_answers(b" ".join(words).decode())


@property_test(quick=300, long=100_000)
@given(st.text(max_size=80))
def test_parsing_answers_to_any_text(text: str) -> None:
    assert_parsing_answers(text)


@property_test(quick=120, long=30_000)
@given(chances())
def test_a_damaged_example_is_answered(chance: Chance) -> None:
    example = chance.choice(EXAMPLES)
    with tempfile.TemporaryDirectory() as directory:
        _write(Path(directory), example.files, chance)
        answers.to(Path(directory), *example.command)


@property_test(quick=80, long=30_000)
@given(chances())
def test_a_damaged_program_is_answered(chance: Chance) -> None:
    with tempfile.TemporaryDirectory() as directory:
        arguments = _damaged(Path(directory), chance)
        answers.to(Path(directory), "check", *arguments)


@property_test(quick=30, long=5_000)
@given(chances())
def test_with_an_error_nothing_is_generated(chance: Chance) -> None:
    with tempfile.TemporaryDirectory() as directory:
        arguments = _damaged(Path(directory), chance)
        answer = answers.to(Path(directory), "gen", "-o", "out", "--depfile", "d", *arguments)
        written = Path(directory, "out").exists(), Path(directory, "d").exists()
        assert (answer.code == 0, answer.code == 0) == written


@property_test(quick=30, long=5_000)
@given(chances())
def test_every_command_answers_to_a_damaged_program(chance: Chance) -> None:
    with tempfile.TemporaryDirectory() as directory:
        arguments = _damaged(Path(directory), chance)
        answers.to(Path(directory), "lint", *arguments)
        answers.to(Path(directory), "model", *arguments)
        answers.to(Path(directory), "graph", *arguments)
        answers.to(Path(directory), "doc", "-o", "pages", *arguments)
        answers.to(Path(directory), "format", *arguments[2:])
