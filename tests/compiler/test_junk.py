"""Whatever a text is made of, it is answered soon, and with an error unless it is right.

The limits are for hangs: an answer takes a few seconds at most of what is allowed here. What it does
take is measured by the benchmark.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiler import junk
from tests.compiler.command import ROOT
from tests.compiler.properties import LONG

QUICK = 1 << 17  # characters
WHOLE = (1 << 20) - 200  # as much as the compiler reads
CPU_SECONDS = 120
ADDRESS_SPACE = 2 << 30

# Time or memory for these once grew with the square of the text.
SQUARES = [
    "a long name in many messages",
    "actors in a chain",
    "const",
    "C++ types",
    "constants in a chain",
    "structs in a ring",
    "unions in a ring",
    "unknown types",
    "unknown types on one line",
]


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


def _answer(directory: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "ipdl", *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        preexec_fn=_limited,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode in (0, 1), done.stderr[-1000:]
    assert (1 == done.returncode) == (": error: " in done.stderr)
    return done.returncode, done.stderr


def _check(directory: Path, text: str | bytes) -> tuple[int, str]:
    data = text.encode("utf-8") if isinstance(text, str) else text
    (directory / "PFoo.ipdl").write_bytes(data)
    return _answer(directory, "check", "PFoo.ipdl")


@pytest.mark.parametrize("kind", junk.KINDS if LONG else SQUARES)
def test_any_junk_is_answered(kind: str, tmp_path: Path) -> None:
    size = WHOLE if LONG or kind == "const" else QUICK
    _, printed = _check(tmp_path, junk.KINDS[kind](size)[:WHOLE])
    assert len(printed) < 8_000_000


def test_every_kind_of_junk_is_answered_in_small() -> None:
    from ipdl import parser  # the whole command is for the tests around this one
    from ipdl.reporter import Reporter
    from ipdl.source import SourceFile

    for make in junk.KINDS.values():
        reporter = Reporter()
        parser.parse(SourceFile("PFoo.ipdl", make(3000)), reporter)
        assert len(reporter.findings()) <= Reporter.LIMIT + 1


@pytest.mark.parametrize("command", ["gen", "format", "lint", "model", "graph"])
@pytest.mark.parametrize("kind", junk.KINDS if LONG else ["actors in a chain"])
def test_any_junk_is_answered_by_every_command(kind: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "PFoo.ipdl").write_text(junk.KINDS[kind](QUICK if LONG else QUICK // 8))
    where = ["-o", "out"] if command == "gen" else []
    _answer(tmp_path, command, "PFoo.ipdl", *where)


@pytest.mark.parametrize("kind", ["fields", "unions in a ring"])
def test_much_of_one_kind_is_generated(kind: str, tmp_path: Path) -> None:
    (tmp_path / "PFoo.ipdl").write_text(junk.KINDS[kind](QUICK // 2))
    assert (0, "") == _answer(tmp_path, "gen", "PFoo.ipdl", "-o", "out")


def test_structs_that_double_at_each_step_are_generated(tmp_path: Path) -> None:
    text = "".join(f"struct S{n} {{ S{n + 1} a; S{n + 1} b; }};\n" for n in range(64))
    (tmp_path / "S.ipdlh").write_text(text + "struct S64 { int32_t a; };\n")
    assert (0, "") == _answer(tmp_path, "gen", "S.ipdlh", "-o", "out")


@pytest.mark.parametrize(
    "unit", [b"\xff\xfe", b"[", b"{", b"<", b"(", b"// a\n", b"a", b"struct S0000000 { };\n"]
)
def test_ten_megabytes_are_one_error(unit: bytes, tmp_path: Path) -> None:
    code, printed = _check(tmp_path, unit * ((10 << 20) // len(unit)))
    assert 1 == code
    assert "[IPDL0005]" in printed
