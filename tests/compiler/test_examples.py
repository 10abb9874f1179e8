"""Every diagnostic has a bad example with the exact text that is printed, and a good neighbour."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ipdl import cli, diagnostics
from tests.compiler import examples
from tests.compiler.examples import Example

BAD = examples.all_in("error")
GOOD = examples.all_in("ok")

# Where the text of a file cannot show the mistake, a test in this directory does.
_IN_TESTS = re.compile(r"\[IPDL(\d{4})\]")


def _name(example: Example) -> str:
    return example.path.stem


@pytest.mark.parametrize("example", BAD, ids=_name)
def test_a_mistake_is_answered_with_exactly_this_text(
    example: Example,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    example.unpack(tmp_path)
    monkeypatch.chdir(tmp_path)
    code = cli.main(example.command)
    out, err = capfd.readouterr()
    if os.environ.get("IPDL_BLESS") == "1":
        example.bless(err)
        return
    assert example.expected == err
    assert "" == out
    assert f"[IPDL{example.number:04}]" in err
    severity = diagnostics.TABLE[example.number].severity
    assert (1 if severity is diagnostics.Severity.ERROR else 0) == code


@pytest.mark.parametrize("example", GOOD, ids=_name)
def test_the_good_neighbour_is_accepted_in_silence(
    example: Example,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    example.unpack(tmp_path)
    monkeypatch.chdir(tmp_path)
    code = cli.main(example.command)
    assert (0, "", "") == (code, *capfd.readouterr())


def test_every_bad_example_has_a_good_neighbour() -> None:
    assert [_name(example) for example in BAD] == [_name(example) for example in GOOD]


def test_every_number_of_the_table_has_an_example() -> None:
    shown = {example.number for example in BAD}
    for path in examples.HERE.glob("test_*.py"):
        shown |= {int(number) for number in _IN_TESTS.findall(path.read_text(encoding="utf-8"))}
    assert sorted(diagnostics.TABLE) == sorted(shown & set(diagnostics.TABLE))


def test_no_number_is_both_in_use_and_retired() -> None:
    assert set() == set(diagnostics.TABLE) & diagnostics.RETIRED


def test_no_text_begins_with_a_capital_or_ends_with_a_full_stop() -> None:
    for number, entry in diagnostics.TABLE.items():
        for text in (entry.text, entry.help):
            capital = text[:1].isupper() and not text.startswith("C++ ")
            assert not capital and not text.endswith("."), (number, text)
