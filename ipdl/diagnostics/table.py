"""What a line of the table of diagnostics is, and the table itself, filled by its neighbours.

Nothing here knows places or how a finding is shown: see `reporter` and `render`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec

P = ParamSpec("P")

# Characters of each argument that a text shows: a literal can be as long as a file.
MAX_ARGUMENT = 1000


class Severity(enum.Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One diagnostic with its arguments filled in, but without a place."""

    number: int
    severity: Severity
    text: str
    help: str

    @property
    def code(self) -> str:
        return f"IPDL{self.number:04}"


@dataclass(frozen=True)
class Diagnostic(Generic[P]):
    """A line of the table. Calling it with its arguments gives a Problem."""

    number: int
    severity: Severity
    text: str
    help: str
    name: str
    parameters: tuple[str, ...]

    @property
    def code(self) -> str:
        return f"IPDL{self.number:04}"

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Problem:
        values: dict[str, Any] = dict(zip(self.parameters, args), **kwargs)
        for name, value in values.items():
            if isinstance(value, str) and len(value) > MAX_ARGUMENT:
                values[name] = value[:MAX_ARGUMENT] + "..."
        return Problem(
            self.number,
            self.severity,
            self.text.format_map(values),
            self.help.format_map(values),
        )


TABLE: dict[int, Diagnostic[...]] = {}
RETIRED: frozenset[int] = frozenset()


def _enter(
    number: int, severity: Severity, text: str, help: str
) -> Callable[[Callable[P, None]], Diagnostic[P]]:
    def enter(function: Callable[P, None]) -> Diagnostic[P]:
        assert number not in TABLE and number not in RETIRED, f"number {number} was used before"
        code = function.__code__
        entry: Diagnostic[P] = Diagnostic(
            number,
            severity,
            text,
            help,
            function.__name__,
            code.co_varnames[: code.co_argcount + code.co_kwonlyargcount],
        )
        TABLE[number] = entry
        return entry

    return enter


def error(number: int, text: str, help: str = "") -> Callable[[Callable[P, None]], Diagnostic[P]]:
    return _enter(number, Severity.ERROR, text, help)


def warning(number: int, text: str, help: str = "") -> Callable[[Callable[P, None]], Diagnostic[P]]:
    return _enter(number, Severity.WARNING, text, help)
