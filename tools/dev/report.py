"""What ./dev says: one line per step, and on failure the log's path and its end.

Called by every command. Colour and the moving progress line only on a terminal.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.dev.tree import shown

_TAIL_LINES = 40
_QUIET_SECONDS = 60.0


class Failed(Exception):
    """A step failed; the message is complete and meant for the user."""


class Usage(Exception):
    """The command line was wrong; the message says how."""


class Step:
    """A step that is being done; `progress` shows where it stands."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._live = sys.stdout.isatty()
        self._said = time.monotonic()

    def progress(self, text: str) -> None:
        """Shows the text at once on a terminal, and now and then in a log."""
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            sys.stdout.write("\r\x1b[K" + f"{self._title}  {text}"[:width])
            sys.stdout.flush()
        elif time.monotonic() - self._said > _QUIET_SECONDS:
            self._said = time.monotonic()
            print(f"{self._title}  {text}", flush=True)

    def end(self, text: str) -> None:
        clear = "\r\x1b[K" if self._live else ""
        print(f"{clear}{self._title}  {text}", flush=True)


@contextmanager
def step(what: str, detail: str) -> Iterator[Step]:
    """Announces a step and prints how long it took; a Failed inside ends it as failed."""
    current = Step(f"{what:<9} {detail}")
    current.progress("...")
    begin = time.monotonic()
    try:
        yield current
    except BaseException:
        current.end("failed")
        raise
    current.end(f"{time.monotonic() - begin:.1f} s")


def tail(log: Path, lines: int = _TAIL_LINES) -> str:
    """The end of a log, indented, under its path."""
    text = log.read_text(encoding="utf-8", errors="replace").splitlines()
    head = f"{shown(log)}" + (
        f" (its last {lines} of {len(text)} lines)" if len(text) > lines else ""
    )
    return "\n".join([head + ":"] + ["  | " + line for line in text[-lines:]])


def warn(text: str) -> None:
    print(f"dev: {text}", file=sys.stderr, flush=True)
