"""Limits of what the compiler takes in: at each of them, just below, and just above."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipdl import cli
from ipdl.lexer import MAX_NAME
from ipdl.parser import MAX_FILE_BYTES
from ipdl.reporter import Reporter

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _in_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _check(capfd: Capture, text: str) -> tuple[int, str]:
    Path("S.ipdlh").write_text(text)
    code = cli.main(["check", "S.ipdlh"])
    return code, capfd.readouterr().err


@pytest.mark.parametrize("length, code", [(MAX_NAME - 1, 0), (MAX_NAME, 0), (MAX_NAME + 1, 1)])
def test_the_length_of_a_name(capfd: Capture, length: int, code: int) -> None:
    name = "a" * length
    actual, err = _check(capfd, f"struct S {{ int {name}; }};")
    assert code == actual
    assert ("[IPDL0138]" in err) == (code == 1)


def test_messages_stay_short_however_long_a_name_is(capfd: Capture) -> None:
    code, err = _check(capfd, f"struct {'a' * 300_000} {{ {'X x; ' * 3_000} }};")
    assert 1 == code
    assert len(err) < 5_000_000


@pytest.mark.parametrize("size, code", [(-1, 0), (0, 0), (1, 1)])
def test_the_size_of_a_file(capfd: Capture, size: int, code: int) -> None:
    text = "struct S { int x; };"
    actual, err = _check(capfd, text + " " * (MAX_FILE_BYTES + size - len(text)))
    assert code == actual
    assert ("[IPDL0005]" in err) == (code == 1)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_the_number_of_findings(capfd: Capture, more: int) -> None:
    count = Reporter.LIMIT + more
    code, err = _check(capfd, "[]\n" * count + "struct S { int x; };")
    assert 1 == code
    assert min(count, Reporter.LIMIT) == err.count("[IPDL0114]") + err.count("[IPDL0115]")
    assert (more > 0) == ("[IPDL0013]" in err)
    summary = err.splitlines()[-1]
    assert f"{min(count, Reporter.LIMIT)} errors" + (", 1 warning" if more > 0 else "") == summary


def test_an_error_among_findings_that_are_not_shown_counts(capfd: Capture) -> None:
    warned = "".join(f"[Tainted] async M{n}();\n" for n in range(Reporter.LIMIT + 1))
    Path("PFoo.ipdl").write_text(f"protocol PFoo {{ child:\n{warned} sync Last(); }};")
    assert 1 == cli.main(["check", "PFoo.ipdl"])
    assert "error" not in capfd.readouterr().err.splitlines()[-1]


def test_a_long_line_is_shown_around_each_of_its_mistakes(capfd: Capture) -> None:
    """Without copying the line each time: that would take minutes."""
    code, err = _check(capfd, "struct S {" + "".join(f"X{n} x{n};" for n in range(20_000)) + "};")
    assert 1 == code
    assert max(map(len, err.splitlines())) < 200


@pytest.mark.parametrize(
    "text",
    [
        "struct S { " + "a::" * 50_000 + "b x; };",
        'using a::b from "x";\n[RefCounted] using a::b from "x";\n'.replace("a::", "a::" * 50_000),
        'const bool kOn = "' + "a" * 100_000 + '";',
        "const int kOne = " + "1" * 100_000 + ";",
        "[MaxLength=" + "1" * 100_000 + "] struct S { };",
    ],
    ids=["qualified type", "imported type", "string", "number", "attribute"],
)
def test_a_long_literal_or_path_is_shown_in_part(capfd: Capture, text: str) -> None:
    code, err = _check(capfd, text)
    assert 1 == code
    assert len(err) < 5_000


def test_a_word_that_could_declare_is_not_looked_behind_for_ever(capfd: Capture) -> None:
    code, err = _check(capfd, "const " * 100_000)
    assert 1 == code
    assert "[IPDL0104]" in err
