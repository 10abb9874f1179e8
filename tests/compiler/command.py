"""Runs the real command, as a process of its own, for the tests of the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


def ipdl(
    directory: Path,
    *arguments: str,
    stdin: bytes = b"",
    python: str = sys.executable,
    environment: dict[str, str] | None = None,
) -> Result:
    """`python3 -m ipdl ARGUMENTS` in a directory. The time limit is for hangs only."""
    done = subprocess.run(
        [python, "-m", "ipdl", *arguments],
        cwd=directory,
        input=stdin,
        capture_output=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
    )
    return Result(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
