"""Follows a Markdown page word for word: writes the files it shows, runs the commands it gives.

A page marks what belongs to its walk with a comment on the line before a fence:

    <!-- file: counter/main.cc -->     the fence's text is the file `counter/main.cc`
    <!-- run -->                       the fence's text is run by `sh -eu`
    <!-- output -->                    the last run's output, which must hold these lines in order

Steps happen in the order of the page, all in one directory that is empty at the start. Each run
is a shell of its own: a page that says `cd` means it for that fence only. A fence without a
comment is only for reading. Called by test_tutorials.py.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_MARK = re.compile(
    r"^<!--[ ]*(?P<kind>file|run|output)(?::[ ]*(?P<path>\S+))?[ ]*-->\n"
    r"(?P<fence>`{3,})(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=fence)[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_ANY_MARK = re.compile(r"^<!--[ ]*(?:file|run|output)\b.*-->", re.MULTILINE)
_HANG_SECONDS = 900


@dataclass(frozen=True)
class Step:
    """One marked fence: its kind, the line of the page it starts on, and its text."""

    kind: str
    line: int
    text: str
    path: str = ""


class Broken(Exception):
    """The page cannot be followed; the message says at which line and why."""


def steps_of(page: str) -> list[Step]:
    steps: list[Step] = []
    for match in _MARK.finditer(page):
        line = page.count("\n", 0, match.start()) + 1
        kind, path = match["kind"], match["path"] or ""
        if (kind == "file") != bool(path):
            raise Broken(f"line {line}: a path belongs to `file`, and to nothing else")
        if kind == "run" and match["language"] not in ("sh", "shell"):
            raise Broken(f"line {line}: what is run must be a `sh` fence")
        steps.append(Step(kind, line, match["text"], path))
    if len(steps) != len(_ANY_MARK.findall(page)):
        raise Broken("a mark is not directly followed by a fence")
    return steps


def follow(page: str, directory: Path, env: Mapping[str, str]) -> None:
    """Does every step of the page in `directory`; raises Broken at the first that fails."""
    said = ""
    for step in steps_of(page):
        if step.kind == "file":
            _write(directory, step)
        elif step.kind == "run":
            said = _run(directory, step, env)
        else:
            _compare(step, said)


def _write(directory: Path, step: Step) -> None:
    path = Path(os.path.normpath(directory / step.path))
    if not path.is_relative_to(directory):
        raise Broken(f"line {step.line}: {step.path} lies outside the directory")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(step.text)


def _run(directory: Path, step: Step, env: Mapping[str, str]) -> str:
    result = subprocess.run(
        ["sh", "-eu", "-c", step.text],
        cwd=directory,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=_HANG_SECONDS,
        check=False,
    )
    if result.returncode:
        raise Broken(f"line {step.line}: exit code {result.returncode}\n{step.text}{result.stdout}")
    return result.stdout


def _compare(step: Step, said: str) -> None:
    lines = iter(said.splitlines())
    for expected in step.text.splitlines():
        if not any(expected.strip() == line.strip() for line in lines):
            raise Broken(
                f"line {step.line}: the page promises {expected!r}; the output was\n{said}"
            )
