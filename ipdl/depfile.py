"""What a run read, as a make rule: so that a build system runs the compiler again when it changes.

The files are the .ipdl files and all they include, and the compiler itself: its code, its grammar
and its preludes. Called by the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

PACKAGE = Path(__file__).parent
_OWN = {".py", ".lark", ".ipdlp"}


def depfile(outputs: Sequence[str], sources: Iterable[str]) -> str | None:
    """The rule `OUTPUTS: SOURCES COMPILER`, sorted and without doubles; None if one of them has a
    line end in its name, for which make rules have no form."""
    inputs = sorted(set(sources)) + [str(path) for path in compiler_files()]
    if any("\n" in path or "\r" in path for path in (*outputs, *inputs)):
        return None
    targets = " ".join(_escaped(output) for output in outputs)
    return f"{targets}: " + " \\\n  ".join(_escaped(path) for path in inputs) + "\n"


def compiler_files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*") if path.suffix in _OWN)


def _escaped(path: str) -> str:
    """As GCC writes such files and ninja and make read them."""
    return path.replace("$", "$$").replace("#", "\\#").replace(" ", "\\ ")
