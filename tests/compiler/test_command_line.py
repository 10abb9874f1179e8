"""The commands as users run them: exit codes, formats, standard input, and clear one-line errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiler.command import ROOT, ipdl

GOOD = "protocol PFoo { parent: async Ping(); };\n"
BAD = "protocol PFoo { parent: async Ping(Colour c); };\n"
WARNED = "protocol PFoo { child: [Tainted] async Ping(int a); };\n"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "PFoo.ipdl").write_text(GOOD)
    return tmp_path


def test_a_good_file_is_accepted_in_silence(here: Path) -> None:
    result = ipdl(here, "check", "PFoo.ipdl")
    assert (0, "", "") == (result.code, result.out, result.err)


def test_findings_exit_with_one(here: Path) -> None:
    (here / "PFoo.ipdl").write_text(BAD)
    result = ipdl(here, "check", "PFoo.ipdl")
    assert (1, "") == (result.code, result.out)
    assert result.err.endswith("1 error\n")


def test_a_warning_passes_unless_werror(here: Path) -> None:
    (here / "PFoo.ipdl").write_text(WARNED)
    allowed = ipdl(here, "check", "PFoo.ipdl")
    refused = ipdl(here, "check", "--werror", "PFoo.ipdl")
    assert (0, 1) == (allowed.code, refused.code)
    assert ": warning: " in allowed.err and allowed.err.endswith("1 warning\n")
    assert ": error: " in refused.err and refused.err.endswith("1 error\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["check"],
        ["check", "--no-such-option", "PFoo.ipdl"],
        ["check", "--format", "xml", "PFoo.ipdl"],
        ["gen", "PFoo.ipdl"],
        ["gen", "--list-outputs", "PFoo.txt"],
        ["gen", "--list-outputs", "-"],
    ],
)
def test_wrong_usage_exits_with_two(here: Path, arguments: list[str]) -> None:
    result = ipdl(here, *arguments)
    assert (2, "") == (result.code, result.out)
    assert ": error: " in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["gen", "--help"]])
def test_help_names_the_exit_codes(here: Path, arguments: list[str]) -> None:
    result = ipdl(here, *arguments)
    assert (0, "") == (result.code, result.err)
    assert "exit codes: 0 ok" in result.out
    assert max(map(len, result.out.splitlines())) <= 100


def test_standard_input_is_named_after_its_protocol(here: Path) -> None:
    good = ipdl(here, "check", "-", stdin=GOOD.encode())
    bad = ipdl(here, "check", "-", stdin=BAD.encode())
    assert (0, "") == (good.code, good.err)
    assert 1 == bad.code
    assert bad.err.startswith("<stdin>:1:36: error: message `Ping` has a parameter of unknown type")


def test_standard_input_stands_for_the_file_of_its_name(here: Path) -> None:
    """An editor checks what is not saved yet, and a managed protocol includes it."""
    (here / "PFoo.ipdl").write_text("protocol PFoo { an old state };\n")
    (here / "PBar.ipdl").write_text(
        "include protocol PFoo;\nprotocol PBar { manager PFoo; child: async __delete__(); };\n"
    )
    new = b"include protocol PBar;\nprotocol PFoo { manages PBar; };\n"
    result = ipdl(here, "check", "-", stdin=new)
    assert (0, "") == (result.code, result.err)


def test_gcc_format_has_one_line_for_each_message(here: Path) -> None:
    (here / "PFoo.ipdl").write_text("include Bar;\n" + GOOD)
    (here / "Bar.ipdlh").write_text("struct Bar { int x;\n  int x; };\n")
    result = ipdl(here, "check", "--format", "gcc", "PFoo.ipdl")
    assert 1 == result.code
    expected = (
        "In file included from PFoo.ipdl:1:\n"
        "Bar.ipdlh:2:7: error: `x` is already the name of a field [IPDL0201]\n"
        "Bar.ipdlh:1:18: note: first declared here\n"
        "Bar.ipdlh:2:7: note: choose another name: nothing that is visible may be declared again\n"
    )
    assert expected == result.err


def test_json_format_goes_to_standard_output(here: Path) -> None:
    (here / "PFoo.ipdl").write_text("protocol PFoo {\nparent:\n  async Ping()\n};\n")
    result = ipdl(here, "check", "--format", "json", "PFoo.ipdl")
    assert (1, "") == (result.code, result.err)
    place: dict[str, object] = {"file": "PFoo.ipdl", "line": 3, "column": 15}
    place |= {"endLine": 3, "endColumn": 15}
    about: dict[str, object] = {
        "severity": "error",
        "number": "IPDL0106",
        "message": "expected `;` after the message",
        "help": "write `;` here",
        "fix": place | {"text": ";"},
        "notes": [],
        "includedFrom": [],
    }
    expected = place | about
    assert [expected] == json.loads(result.out)


def test_json_of_a_good_file_is_an_empty_list(here: Path) -> None:
    assert "[]\n" == ipdl(here, "check", "--format", "json", "PFoo.ipdl").out


def test_output_does_not_depend_on_the_hash_seed(here: Path) -> None:
    (here / "PFoo.ipdl").write_text(
        "protocol PFoo { manages PB; manages PC; parent: async P(X x); };"
    )
    seeds = ("0", "1", "2")
    texts = {
        ipdl(here, "check", "PFoo.ipdl", environment={"PYTHONHASHSEED": seed}).err for seed in seeds
    }
    assert 1 == len(texts)


def test_a_mistake_of_the_compiler_asks_for_a_report(here: Path) -> None:
    (here / "broken.py").write_text(
        "import ipdl.compile, sys\n"
        "def fail(*_, **__): raise ZeroDivisionError('made by a test')\n"
        "ipdl.compile.compile_files = fail\n"
        "from ipdl import cli\n"
        "sys.exit(cli.main(['check', 'PFoo.ipdl']))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("IPDL_DEBUG", None)
    command = [sys.executable, "broken.py"]
    plain = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=here)
    environment["IPDL_DEBUG"] = "1"
    debug = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=here)
    assert (70, 70) == (plain.returncode, debug.returncode)
    assert "internal error: ZeroDivisionError at broken.py:2: made by a test" in plain.stderr
    assert "Please report it" in plain.stderr
    assert "Traceback" not in plain.stderr
    assert "Traceback" in debug.stderr
