"""The static rules: what a resolved model must satisfy beyond every name being known.

One function per rule, grouped by subject; each looks at one unit, reports, and returns nothing. The
rules do not depend on each other nor on their order. Adding one: write it in the file of its
subject and enter it in that file's RULES. Called by `compile`, once for every unit of the run, so
that a mistake in an included file is found too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ipdl.check import bounds, files, hierarchy, messages, processes, protocols, types
from ipdl.model import Unit
from ipdl.reporter import Reporter

Rule = Callable[[Unit, Reporter], None]

RULES: tuple[Rule, ...] = (
    *files.RULES,
    *types.RULES,
    *bounds.RULES,
    *protocols.RULES,
    *hierarchy.RULES,
    *messages.RULES,
    *processes.RULES,
)


def check(units: Iterable[Unit], reporter: Reporter) -> None:
    for unit in units:
        for rule in RULES:
            rule(unit, reporter)
