"""Runs other programs so that none of them outlives ./dev.

./dev makes itself the reaper of orphans (Linux), so a grandchild whose parent died is found
again here, whatever process group or session it moved to. Called by every command that runs a
program; the log and the progress line are this module's, the words around them report.py's.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_GRACE_SECONDS = 3.0


class Interrupted(Exception):
    """A signal asked ./dev to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def adopt_orphans() -> None:
    """Makes this process the parent of every descendant whose own parent dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def stop_on_signals() -> None:
    def stop(number: int, _frame: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def children() -> list[int]:
    """Process ids of this process's children that have not ended, adopted ones included."""
    found: list[int] = []
    for task in Path("/proc/self/task").glob("*/children"):
        for word in task.read_text().split():
            try:
                state = Path(f"/proc/{word}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if state != "Z":
                found.append(int(word))
    return found


def end_children(grace_seconds: float = _GRACE_SECONDS) -> list[str]:
    """Waits for what still runs below this process, then kills it; names what had to be killed."""
    deadline = time.monotonic() + grace_seconds
    killed: list[str] = []
    while running := children():
        if time.monotonic() >= deadline:
            for pid in running:
                try:
                    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                    killed.append(b" ".join(words[:3]).decode(errors="replace").strip())
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                except (OSError, ChildProcessError):
                    continue
        else:
            time.sleep(0.01)
    return killed


def run_logged(
    argv: Sequence[str],
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    on_line: Callable[[str], None] | None = None,
) -> int:
    """Runs `argv` with its output in `log`; `on_line` sees each line as it comes."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8", errors="replace", buffering=1) as file:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=None if env is None else dict(env),
            cwd=cwd,
        )
        try:
            assert process.stdout is not None
            for line in process.stdout:
                file.write(line)
                if on_line is not None:
                    on_line(line.rstrip("\n"))
            return process.wait()
        except BaseException:
            process.terminate()
            raise
