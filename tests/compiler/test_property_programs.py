"""Programs that are right by construction pass without a word, and C++ is generated for them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given

from tests.compiler import answers, random_program
from tests.compiler.chance import Chance, chances
from tests.compiler.properties import property_test
from tests.compiler.random_program import Program


def write(directory: Path, program: Program) -> None:
    for name, text in program.files.items():
        (directory / name).write_text(text, encoding="utf-8", newline="")


@property_test(quick=40, long=5_000)
@given(chances())
def test_a_right_program_passes_in_silence(chance: Chance) -> None:
    program = random_program.program(chance, plain=chance.odds(2), size=chance.randrange(1, 6))
    with tempfile.TemporaryDirectory() as directory:
        write(Path(directory), program)
        answer = answers.to(Path(directory), "check", *program.arguments)
        assert (0, "") == (answer.code, answer.err)


@property_test(quick=20, long=2_000)
@given(chances())
def test_cxx_is_generated_for_a_plain_program(chance: Chance) -> None:
    program = random_program.program(chance, plain=True)
    with tempfile.TemporaryDirectory() as directory:
        write(Path(directory), program)
        answer = answers.to(Path(directory), "gen", "-o", "out", *program.arguments)
        assert (0, "") == (answer.code, answer.err)


@property_test(quick=20, long=2_000)
@given(chances())
def test_cxx_is_generated_for_every_program(chance: Chance) -> None:
    program = random_program.program(chance)
    with tempfile.TemporaryDirectory() as directory:
        write(Path(directory), program)
        answer = answers.to(Path(directory), "gen", "-o", "out", *program.arguments)
        assert (0, set()) == (answer.code, set(answer.numbers))
        assert Path(directory, "out").exists()


def test_no_trigraph_is_generated(tmp_path: Path) -> None:
    """Compilers warn of them, wherever they stand."""
    (tmp_path / "PFoo.ipdl").write_text(
        'const string kWhat = "what??! ???";\nunion U { int; bool; };\n'
        "protocol PFoo { parent: async Ask(U??? a, map<int, bool>?? b); };\n"
    )
    answers.to(tmp_path, "gen", "-o", "out", "PFoo.ipdl")
    texts = {path.name: path.read_text() for path in (tmp_path / "out").iterdir()}
    assert r"what?\?! ?\?\?" in texts["PFoo.h"]
    assert r"a:?\?\?<i32|b>,b:?\?*{" in texts["PFoo.cc"]
    assert [] == [name for name, text in texts.items() if "??" in text]
