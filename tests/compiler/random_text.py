"""Sentences of the grammar: texts that it accepts, whatever they mean.

Made from `grammar.lark` itself, so a new rule is tried as soon as it is there. Left out are rules for
mistakes (those with ERROR, and the ones listed as tolerated). Used by the property tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ipdl import tables
from tests.compiler.chance import Chance

# Alternatives that are in the grammar to be refused by the tree builder.
TOLERATED = frozenset(
    {"stray_semicolon", "wrong_separator", "enum_without_type", "aggregate_in_body"}
)

NAMES = "PFoo PBar Foo Bar foo_ _x a B9 map Endpoint string int".split()
STRINGS = ['""', '"a.h"', '"ns::Class"', '"ä // /* */ ;"']
NUMBERS = ["0", "16", "-1", "0x10", "2.5", "1e3", "4294967296"]


@dataclass(frozen=True)
class _Rule:
    symbols: tuple[str, ...]
    depth: int  # of the least deep sentence


@dataclass(frozen=True)
class _Grammar:
    rules: dict[str, list[_Rule]]  # the least deep first
    spelling: dict[str, str]  # of terminals, but for those that have many


@lru_cache(maxsize=1)
def _grammar() -> _Grammar:
    lark = tables.analyse(tables.GRAMMAR.read_text(encoding="utf-8"))
    spelling = {terminal.name: str(terminal.pattern.value) for terminal in lark.terminals}
    written: dict[str, list[tuple[str, ...]]] = {}
    for rule in lark.rules:
        symbols = tuple(str(symbol.name) for symbol in rule.expansion)
        if "ERROR" not in symbols and rule.alias not in TOLERATED:
            written.setdefault(rule.origin.name, []).append(symbols)
    depths: dict[str, int] = {}
    while len(depths) < len(written):
        for origin, alternatives in written.items():
            known = [a for a in alternatives if all(s in depths or s not in written for s in a)]
            if known and origin not in depths:
                depths[origin] = 1 + min(
                    max((depths.get(s, 0) for s in a), default=0) for a in known
                )
    rules = {
        origin: sorted(
            (_Rule(a, max((depths.get(s, 0) for s in a), default=0)) for a in alternatives),
            key=lambda rule: (rule.depth, rule.symbols),
        )
        for origin, alternatives in written.items()
    }
    return _Grammar(rules, spelling)


def tokens(chance: Chance, size: int = 200) -> list[str]:
    """Of about so many tokens; once there are so many, only what must follow does."""
    grammar = _grammar()
    found: list[str] = []
    stack = ["start"]
    while stack:
        symbol = stack.pop()
        if symbol in grammar.rules:
            rules = grammar.rules[symbol]
            if len(found) + len(stack) >= size:
                rules = [rule for rule in rules if rule.depth == rules[0].depth]
            elif not chance.odds(4):
                # Lists are left recursive or empty: else most of them would be.
                rules = [rule for rule in rules if rule.symbols[:1] == (symbol,)] or [
                    rule for rule in rules if rule.symbols
                ]
            stack.extend(reversed(chance.choice(rules).symbols))
        elif symbol in grammar.spelling:
            found.append(grammar.spelling[symbol])
        else:
            found.append(chance.choice({"ID": NAMES, "STRING": STRINGS, "NUMBER": NUMBERS}[symbol]))
    return found
