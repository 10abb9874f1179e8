"""The LALR(1) automaton: a stack of states run on the tables, and questions about what would fit.

It knows nothing of the language, nor of mistakes: `feed` is called only with a token that
`accepts` (or the tables) said will fit. Used by `parser`; asked by `recovery` and `expected`.

A simulation works on a copy of the state stack without building anything, so that recovery can try
a repair before it commits to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipdl.lexer import Token
from ipdl.tables import END, Tables

# Makes a nonterminal's value from the action's name, the values of the right side (lists of lark's
# `*` helpers spliced in) and the first token of it all.
Build = Callable[[str, list[Any], Token | None], Any]


class _Sequence(list[Any]):
    """The value of one of lark's helper rules for `*`."""


class Automaton:
    def __init__(self, tables: Tables, build: Build) -> None:
        self._tables = tables
        self._build = build
        self.states = [tables.start]
        # Per state above the first: the symbol that led to it, its value, its first token (None if
        # the symbol stands for no text).
        self.symbols: list[str] = []
        self._values: list[Any] = []
        self._firsts: list[Token | None] = []

    def feed(self, token: Token) -> bool:
        """Takes a token, or says no: then reductions may have been made, but nothing is lost."""
        actions, gotos, rules = self._tables.actions, self._tables.gotos, self._tables.rules
        states, symbols, values, firsts = self.states, self.symbols, self._values, self._firsts
        kind = token.type
        while True:
            action = actions[states[-1]].get(kind)
            if action is None:
                return kind == END and states[-1] == self._tables.accept
            if action >= 0:
                states.append(action)
                symbols.append(kind)
                values.append(token)
                firsts.append(token)
                return True
            rule = rules[-1 - action]
            length = rule.length
            if length:
                parts = values[-length:]
                first = firsts[-length]
                if first is None and length > 1:
                    first = next((f for f in firsts[-length:] if f is not None), None)
                del states[-length:], symbols[-length:], values[-length:], firsts[-length:]
            else:
                parts, first = [], None
            if rule.origin.startswith("__"):
                if isinstance(parts[0], _Sequence):
                    value: Any = parts[0]
                    value.extend(parts[1:])
                else:
                    value = _Sequence(parts)
            else:
                for part in parts:
                    if isinstance(part, _Sequence):
                        parts = _spliced(parts)
                        break
                value = self._build(rule.action, parts, first)
            states.append(gotos[states[-1]][rule.origin])
            symbols.append(rule.origin)
            values.append(value)
            firsts.append(first)

    @property
    def result(self) -> Any:
        """The start symbol's value, once END was fed."""
        return self._values[-1]

    def find_error_state(self) -> bool:
        """Throws away the smallest unfinished part whose place an ERROR can take."""
        for length in range(len(self.states), 0, -1):
            if "ERROR" in self._tables.actions[self.states[length - 1]]:
                del self.states[length:], self.symbols[length - 1 :]
                del self._values[length - 1 :], self._firsts[length - 1 :]
                return True
        return False

    def open_brackets(self, bracket: str) -> list[Token]:
        """The tokens of this spelling on the stack: braces not yet closed, the innermost last."""
        closing = {"{": "}", "(": ")", "[": "]"}[bracket]
        still_open: list[Token] = []
        for symbol, value in zip(self.symbols, self._values):
            if symbol == bracket:
                still_open.append(value)
            elif symbol == closing and still_open:
                still_open.pop()  # closed, but what it is in is not complete
        return still_open

    # --- Simulation --------------------------------------------------------------------------

    def accepts(self, *kinds: str) -> bool:
        """Would these tokens fit one after the other?"""
        states = list(self.states)
        return all(self._simulate(states, None, kind) for kind in kinds)

    def acceptable(self) -> list[str]:
        """The kinds of tokens that would fit now, sorted; without ERROR."""
        row = self._tables.actions[self.states[-1]]
        kinds = [kind for kind in sorted(row) if kind != "ERROR" and self.accepts(kind)]
        if END not in kinds and self.accepts(END):
            kinds.append(END)
        return kinds

    def begins_element(self) -> bool:
        """Is this a place in a list where its next element could begin?"""
        return self.accepts("ERROR")

    def before(self, kind: str) -> str:
        """The nearest symbol with text that a fitting token would follow, "" if at the start."""
        states = list(self.states)
        symbols = list(self.symbols)
        # An empty symbol (no attributes) is not what an author sees before the token.
        shown = [s if f is not None else "" for s, f in zip(symbols, self._firsts)]
        self._simulate(states, shown, kind)
        if kind != END:
            shown.pop()
        return next((symbol for symbol in reversed(shown) if symbol), "")

    def names_after(self, kind: str) -> set[str]:
        """Which nonterminals a single token of this kind could stand for: `param_name`."""
        states = list(self.states)
        if not self._simulate(states, None, kind):
            return set()
        rules = self._tables.rules
        row = self._tables.actions[states[-1]]
        return {rules[-1 - a].origin for a in row.values() if a < 0 and rules[-1 - a].length == 1}

    def context(self) -> set[str]:
        """The nonterminals that may begin right here; of a list that may go on, its elements."""
        states = list(self.states)
        if self._simulate(states, None, "ERROR"):
            states.pop()
        return set(self._tables.gotos[states[-1]])

    def _simulate(self, states: list[int], symbols: list[str] | None, kind: str) -> bool:
        actions, gotos, rules = self._tables.actions, self._tables.gotos, self._tables.rules
        while True:
            action = actions[states[-1]].get(kind)
            if action is None:
                return kind == END and states[-1] == self._tables.accept
            if action >= 0:
                states.append(action)
                if symbols is not None:
                    symbols.append(kind)
                return True
            rule = rules[-1 - action]
            if rule.length:
                del states[-rule.length :]
            states.append(gotos[states[-1]][rule.origin])
            if symbols is not None:
                text = True
                if rule.length:
                    text = any(symbols[-rule.length :])
                    del symbols[-rule.length :]
                symbols.append(rule.origin if rule.length and text else "")


def _spliced(parts: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for part in parts:
        if isinstance(part, _Sequence):
            flat.extend(part)
        else:
            flat.append(part)
    return flat
