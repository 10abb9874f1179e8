"""What every answer of the compiler has in common, whatever it was given.

    answer = answers.to(directory, "check", "PFoo.ipdl")

runs the command in this process and asserts: no traceback; exit code 1 if and only if an error was
printed; every place lies within its file; findings stand in the order of the text, each once. Used by
the property tests.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipdl import cli

_NUMBER = re.compile(r"\[IPDL(\d{4})\]$", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str
    findings: list[dict[str, Any]]  # as `--format json` has them; none of other commands

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [finding for finding in self.findings if finding["severity"] == "error"]

    @property
    def numbers(self) -> list[int]:
        return [int(number) for number in _NUMBER.findall(self.err)]


@contextlib.contextmanager
def _inside(directory: Path) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)


def run(directory: Path, *arguments: str) -> tuple[int, str, str]:
    """(code, standard output, standard error)"""
    out, err = io.StringIO(), io.StringIO()
    with _inside(directory), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main(arguments)
    return code, out.getvalue(), err.getvalue()


def to(directory: Path, command: str, *arguments: str) -> Answer:
    """Of a command that takes files; `check` is asked twice, the second time for JSON."""
    code, out, err = run(directory, command, *arguments)
    if command == "graph" and "nothing to draw" in err:  # headers alone are wrong usage
        return Answer(code, out, err, [])
    assert code in (0, 1), err
    assert (1 == code) == (": error: " in err), err
    findings: list[dict[str, Any]] = []
    if command == "check":
        again, printed, nothing = run(directory, command, "--format", "json", *arguments)
        findings = json.loads(printed)
        assert (code, "") == (again, nothing)
        assert err.count(": error: ") == sum(f["severity"] == "error" for f in findings), err
        _places_exist(directory, findings)
        _in_order(findings)
    return Answer(code, out, err, findings)


def _places_exist(directory: Path, findings: list[dict[str, Any]]) -> None:
    texts: dict[str, list[str]] = {}

    def assert_exists(file: str, line: int, column: int) -> None:
        if file not in texts:
            data = (directory / file).read_bytes()
            texts[file] = data.decode("utf-8-sig").split("\n")
        assert 1 <= line <= len(texts[file]), (file, line)
        assert 1 <= column <= len(texts[file][line - 1]) + 1, (file, line, column)

    for finding in findings:
        places = [finding, *finding["notes"], *finding["includedFrom"]]
        if finding["fix"] is not None:
            places.append(finding["fix"])
        for place in places:
            if "line" in place:
                assert_exists(place["file"], place["line"], place["column"])
                assert_exists(place["file"], place["endLine"], place["endColumn"])
                start, end = (place["line"], place["column"]), (
                    place["endLine"],
                    place["endColumn"],
                )
                assert start <= end


def _in_order(findings: list[dict[str, Any]]) -> None:
    files = [finding["file"] for finding in findings if "line" in finding]
    runs = [file for file, before in zip(files, [None, *files]) if file != before]
    assert len(set(runs)) == len(runs), "the findings of a file stand together"
    seen: set[tuple[Any, ...]] = set()
    last: dict[str, tuple[int, int]] = {}
    for finding in findings:
        place = (finding.get("line", 0), finding.get("column", 0))
        key = (finding["number"], finding["file"], *place)
        assert key not in seen, f"twice: {finding}"
        seen.add(key)
        if place != (0, 0):
            assert last.get(finding["file"], (0, 0)) <= place
            last[finding["file"]] = place
