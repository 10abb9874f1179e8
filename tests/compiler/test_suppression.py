"""Comments that silence a warning: for which line, for which command, and in which order."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ipdl import diagnostics
from ipdl.reporter import Reporter
from ipdl.source import SourceFile, Span
from tests.compiler.command import ipdl

LINTED = """\
protocol PFoo {
child:
  // ipdl:ignore IPDL0801 the old interface is called so
  async draw(uint32_t at);
  async erase(uint32_t at);  // ipdl:ignore IPDL0801 likewise
};
"""


def _write(here: Path, text: str) -> None:
    (here / "PFoo.ipdl").write_text(text, encoding="utf-8")


def test_lint_findings_are_silenced(tmp_path: Path) -> None:
    _write(tmp_path, LINTED)
    assert (0, "") == (ipdl(tmp_path, "lint", "PFoo.ipdl").code, "")
    _write(tmp_path, LINTED.replace("// ipdl", "// not ipdl"))
    assert 2 == ipdl(tmp_path, "lint", "PFoo.ipdl").err.count("[IPDL0801]")


def test_a_comment_about_a_lint_rule_is_not_judged_by_check(tmp_path: Path) -> None:
    _write(tmp_path, LINTED.replace("draw", "Draw"))
    assert (0, "") == (ipdl(tmp_path, "check", "PFoo.ipdl").code, "")


def test_a_comment_about_a_rule_that_is_switched_off_is_not_judged(tmp_path: Path) -> None:
    _write(tmp_path, LINTED)
    result = ipdl(tmp_path, "lint", "--disable", "IPDL0801", "PFoo.ipdl")
    assert (0, "", "") == (result.code, result.out, result.err)


def test_a_comment_that_silences_no_lint_finding_is_told(tmp_path: Path) -> None:
    _write(tmp_path, LINTED.replace("erase", "Erase"))
    result = ipdl(tmp_path, "lint", "PFoo.ipdl")
    assert "PFoo.ipdl:5:30: warning: there is no IPDL0801 to ignore" in result.err
    assert 1 == result.err.count("warning: ")


def test_warnings_that_are_silenced_are_no_errors(tmp_path: Path) -> None:
    (tmp_path / "Bar.ipdlh").write_text("struct Bar { int x; };")
    text = "include Bar;  // ipdl:ignore IPDL0011 is what is tested\nprotocol PFoo { };\n"
    _write(tmp_path, text)
    assert (0, "") == (ipdl(tmp_path, "check", "--werror", "PFoo.ipdl").code, "")
    _write(tmp_path, text.replace("IPDL0011 is what is tested", "IPDL0011"))
    assert 1 == ipdl(tmp_path, "check", "--werror", "PFoo.ipdl").code


def test_a_header_is_not_blamed_for_what_only_its_own_run_finds(tmp_path: Path) -> None:
    (tmp_path / "Bar.ipdlh").write_text(
        "include Baz;  // ipdl:ignore IPDL0011 for its C++\nstruct Bar { int x; };"
    )
    (tmp_path / "Baz.ipdlh").write_text("struct Baz { int x; };")
    _write(tmp_path, "include Bar;\nprotocol PFoo { parent: async Ping(Bar bar); };\n")
    for name in ("PFoo.ipdl", "Bar.ipdlh"):
        result = ipdl(tmp_path, "check", name)
        assert (0, "", "") == (result.code, result.out, result.err)


def test_errors_are_not_silenced_and_hide_unused_comments(tmp_path: Path) -> None:
    _write(
        tmp_path, "// ipdl:ignore IPDL0011 for later\nprotocol PFoo { parent: async Ping(X x); };"
    )
    result = ipdl(tmp_path, "check", "PFoo.ipdl")
    assert (1, 1, 0) == (result.code, result.err.count("error: "), result.err.count("warning: "))


def test_a_comment_in_a_string_or_behind_three_slashes_is_none(tmp_path: Path) -> None:
    text = (
        'const string kText = "// ipdl:ignore IPDL0011 no";\n'
        "/// ipdl:ignore IPDL0011 no\n"
        "protocol PFoo { parent: async Ping(); };\n"
    )
    _write(tmp_path, text)
    result = ipdl(tmp_path, "check", "PFoo.ipdl")
    assert (0, "", "") == (result.code, result.out, result.err)


def test_a_million_bytes_of_such_comments_are_read_quickly(tmp_path: Path) -> None:
    line = "// ipdl:ignore IPDL0011 x\n"
    _write(tmp_path, line * (1_000_000 // len(line)) + "protocol PFoo { };\n")
    start = time.monotonic()
    assert 0 == ipdl(tmp_path, "check", "PFoo.ipdl").code
    assert time.monotonic() - start < 20


def test_an_error_beyond_the_limit_of_findings_stays_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Reporter, "LIMIT", 1)
    file = SourceFile("PFoo.ipdl", "text")
    reporter = Reporter()
    reporter.report(diagnostics.unused_include("Bar"), Span(file, 0, 1))
    reporter.report(diagnostics.empty_file(), Span(file, 1, 2))
    reporter.withdraw(lambda finding: finding.problem.number == 11)
    assert reporter.has_errors()
