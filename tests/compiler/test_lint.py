"""`ipdl lint`: which rules run, on what, and what the exit code says. The rules themselves are shown
by the examples 08xx."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipdl import lint
from ipdl.diagnostics import TABLE, Severity
from tests.compiler.command import ipdl

CLEAN = "protocol PFoo { parent: async Ping(); };\n"
FOUND = "protocol PFoo { parent: async ping(string text); };\n"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "PFoo.ipdl").write_text(FOUND)
    return tmp_path


def test_every_number_of_the_range_belongs_to_one_rule_and_is_a_warning() -> None:
    assert [number for number in sorted(TABLE) if number // 100 == 8] == lint.NUMBERS
    assert {Severity.WARNING} == {TABLE[number].severity for number in lint.NUMBERS}


def test_findings_are_warnings_unless_werror(here: Path) -> None:
    allowed = ipdl(here, "lint", "PFoo.ipdl")
    refused = ipdl(here, "lint", "--werror", "PFoo.ipdl")
    assert (0, 1) == (allowed.code, refused.code)
    assert ": warning: " in allowed.err and allowed.err.endswith("2 warnings\n")
    assert ": error: " in refused.err and refused.err.endswith("2 errors\n")


def test_a_clean_file_is_accepted_in_silence(here: Path) -> None:
    result = ipdl(here, "lint", "-", stdin=CLEAN.encode())
    assert (0, "", "") == (result.code, result.out, result.err)


def test_rules_can_be_switched(here: Path) -> None:
    result = ipdl(here, "lint", "--disable", "IPDL0801", "--enable", "822", "PFoo.ipdl")
    assert 0 == result.code
    assert ["IPDL0822", "IPDL0822", "IPDL0814"] == [
        line[-9:-1] for line in result.err.splitlines() if ": warning: " in line
    ]


def test_a_file_with_errors_is_not_linted(here: Path) -> None:
    (here / "PFoo.ipdl").write_text(FOUND.replace("string", "strin"))
    result = ipdl(here, "lint", "PFoo.ipdl")
    assert 1 == result.code
    assert "[IPDL0209]" in result.err and "IPDL08" not in result.err


def test_included_files_are_not_judged_by_themselves(here: Path) -> None:
    (here / "Bar.ipdlh").write_text("struct bar { uint32_t n; };\n")
    (here / "PFoo.ipdl").write_text("include Bar;\nprotocol PFoo { parent: async Ping(bar b); };\n")
    assert "" == ipdl(here, "lint", "PFoo.ipdl").err
    assert "[IPDL0802]" in ipdl(here, "lint", "PFoo.ipdl", "Bar.ipdlh").err


def test_the_rules_are_listed_with_their_state(here: Path) -> None:
    result = ipdl(here, "lint", "--list-rules")
    lines = result.out.splitlines()
    assert (0, "") == (result.code, result.err)
    assert [f"IPDL{number:04}" for number in lint.NUMBERS] == [line[5:13] for line in lines]
    assert "off  IPDL0822  warning  Something has no doc comment" in lines
    assert len(lint.DEFAULT) == sum(line.startswith("on ") for line in lines)


@pytest.mark.parametrize(
    "arguments", [[], ["--enable", "x", "PFoo.ipdl"], ["--disable", "IPDL0412", "PFoo.ipdl"]]
)
def test_wrong_usage(here: Path, arguments: list[str]) -> None:
    result = ipdl(here, "lint", *arguments)
    assert (2, "") == (result.code, result.out)
    assert result.err.startswith("ipdl lint: error: ")
