"""The lint rules: what is allowed, but seldom meant. Unlike the rules of `check` they are judgements.

Each rule looks at one file of the command line, in the light of all that was read, and reports only
warnings, numbers 08xx. They run only on a model without errors. Adding one: write it in the file of
its subject, enter it in that file's RULES with its numbers, and write their pages and examples.
Called by the command `lint`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ipdl.lint import documentation, naming, trust, unused
from ipdl.lint.rule import Rule
from ipdl.model import Unit
from ipdl.reporter import Reporter

RULES: tuple[Rule, ...] = (
    *naming.RULES,
    *trust.RULES,
    *unused.RULES,
    *documentation.RULES,
)
NUMBERS = sorted(rule.number for rule in RULES)
DEFAULT = frozenset(rule.number for rule in RULES if rule.on)


def lint(
    roots: Sequence[Unit], program: Collection[Unit], numbers: Collection[int], reporter: Reporter
) -> None:
    """`program`: all files that were read; `numbers`: those of the rules to apply."""
    everything = tuple(program)
    for unit in roots:
        for rule in RULES:
            if rule.number in numbers:
                rule.look(unit, everything, reporter)
