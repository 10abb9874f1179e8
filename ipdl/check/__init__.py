"""The static rules: what a resolved model must satisfy beyond every name being known.

One function per rule, grouped by subject; each looks at one unit, reports, and returns nothing. The
rules do not depend on each other nor on their order. Adding one: write it in the file of its
subject and enter it in that file's RULES. Called by `compile`, once for every unit of the run, so
that a mistake in an included file is found too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ipdl.check import bounds, files, headers, hierarchy, messages, processes, protocols, types
from ipdl.model import Unit
from ipdl.reporter import Reporter

Rule = Callable[[Unit, Reporter], None]

RULES: tuple[Rule, ...] = (
    *files.RULES,
    *headers.RULES,
    *types.RULES,
    *bounds.RULES,
    *protocols.RULES,
    *hierarchy.RULES,
    *messages.RULES,
    *processes.RULES,
)


# About what is not wrong in itself: said of the files that a person asked about, not of those that
# they include, and only if nothing is wrong, because a mistake may be why something is not used.
ROOT_RULES: tuple[Rule, ...] = (*files.ROOT_RULES,)


def check(units: Iterable[Unit], roots: Iterable[Unit], reporter: Reporter) -> None:
    """`units`: all of the run; `roots`: those of the command line."""
    for unit in units:
        for rule in RULES:
            rule(unit, reporter)
    if reporter.has_errors():
        return
    for root in roots:
        for rule in ROOT_RULES:
            rule(root, reporter)
