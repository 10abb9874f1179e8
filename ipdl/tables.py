"""The LALR(1) tables of `grammar.lark` as plain data.

lark reads the grammar and computes the tables; the result is kept as JSON in the user's cache
directory under the hash of the grammar, so that an ordinary run neither imports lark nor computes
anything (2 ms instead of 60). The file begins with a hash of the rest and counts only if nobody but
the user can have written it; else it is made again. Nothing in it is executed. Not here: the
automaton that runs on the tables (`parser`). Called by `parser` and, to see whether this interpreter
will do, by `__main__`.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ipdl.opening import read_regular

GRAMMAR = Path(__file__).with_name("grammar.lark")
FORMAT = 4  # of the cached file
MOST_BYTES = 1 << 22  # of it; it has a twentieth of that
END = "$END"


@dataclass(frozen=True)
class Rule:
    origin: str  # the nonterminal; lark's own helpers for `*` start with "__"
    length: int  # how many symbols its right side has
    action: str  # the alias, else the nonterminal


@dataclass(frozen=True)
class Tables:
    # Per state: terminal -> the state to shift to, or -1 - (number of the rule to reduce by).
    # A terminal is called by its spelling ("struct", "{"), or ID, STRING, NUMBER, ERROR, $END.
    actions: list[dict[str, int]]
    gotos: list[dict[str, int]]  # per state: nonterminal -> state
    rules: list[Rule]
    start: int
    accept: int


class LarkMissing(Exception):
    """The tables are not cached and this interpreter has no lark to compute them."""


@lru_cache(maxsize=1)
def load() -> Tables:
    """The tables, from the cache if it has them."""
    grammar = GRAMMAR.read_bytes()
    cached = _cache_file(grammar)
    stored = None if cached is None else _stored(cached)
    if stored is not None:
        try:
            return _from_json(json.loads(stored))
        except (ValueError, KeyError, TypeError, AttributeError):
            pass
    tables = _compute(grammar.decode("utf-8"))
    if cached is not None:
        _store(cached, _to_json(tables))
    return tables


def available() -> bool:
    """Can `load` succeed in this interpreter?"""
    try:
        load()
    except LarkMissing:
        return False
    return True


def _cache_file(grammar: bytes) -> Path | None:
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return None
        base = os.path.join(home, ".cache")
    key = hashlib.sha256(b"%d\n" % FORMAT + grammar).hexdigest()[:32]
    return Path(base, "ipdl", f"grammar-{key}.json")


def _stored(path: Path) -> bytes | None:
    """What `_store` wrote, if it is there, whole, and nobody else can have written it."""
    data = read_regular(path, MOST_BYTES, _is_ours)
    digest, _, body = (data or b"").partition(b"\n")
    return body if hashlib.sha256(body).hexdigest().encode() == digest else None


def _is_ours(about: os.stat_result) -> bool:
    others_write = about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return about.st_uid in (0, os.geteuid()) and not others_write


def _store(path: Path, text: str) -> None:
    """Best effort: without a writable cache every run computes the tables."""
    body = text.encode("utf-8")
    temporary = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with open(handle, "wb") as out:
                out.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError:
        pass


def _to_json(tables: Tables) -> str:
    rules = [[rule.origin, rule.length, rule.action] for rule in tables.rules]
    parts = [tables.actions, tables.gotos, rules, tables.start, tables.accept]
    return json.dumps(parts, separators=(",", ":"))


def _from_json(parts: Any) -> Tables:
    actions, gotos, rules, start, accept = parts
    if not actions or len(actions) != len(gotos) or not 0 <= start < len(actions):
        raise ValueError("not a table file")
    return Tables(actions, gotos, [Rule(*rule) for rule in rules], start, accept)


def analyse(grammar: str, debug: bool = False) -> Any:
    """lark's own object for the grammar. `debug`: it logs shift/reduce conflicts."""
    try:
        from lark import Lark
        from lark.lexer import Lexer
    except ImportError as error:
        raise LarkMissing from error

    class NoLexer(Lexer):
        """The text never passes through lark."""

        def __init__(self, conf: Any) -> None:
            pass

        def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:
            return iter(())

    return Lark(
        grammar,
        parser="lalr",
        lexer=NoLexer,
        maybe_placeholders=False,
        keep_all_tokens=True,
        debug=debug,
    )


def _compute(grammar: str) -> Tables:
    lark = analyse(grammar)
    from lark.parsers.lalr_analysis import Shift

    spelling = {terminal.name: str(terminal.pattern.value) for terminal in lark.terminals}
    spelling.update({name: name for name in ("ID", "STRING", "NUMBER", "ERROR", END)})
    table = lark.parser.parser._parse_table
    # lark numbers states and rules as they come out of its sets; here each run numbers them alike.
    ordered = sorted(lark.rules, key=lambda rule: (rule.origin.name, str(rule.expansion)))
    numbers = {rule: number for number, rule in enumerate(ordered)}
    states = _reached(table.states, table.start_states["start"], Shift)
    actions: list[dict[str, int]] = []
    gotos: list[dict[str, int]] = []
    for state in states:
        action: dict[str, int] = {}
        goto: dict[str, int] = {}
        for symbol, (kind, argument) in sorted(table.states[state].items()):
            if kind is not Shift:
                action[spelling[symbol]] = -1 - numbers[argument]
            elif symbol in spelling:
                action[spelling[symbol]] = states[argument]
            else:
                goto[symbol] = states[argument]
        actions.append(action)
        gotos.append(goto)
    rules = [
        Rule(rule.origin.name, len(rule.expansion), rule.alias or rule.origin.name)
        for rule in ordered
    ]
    return Tables(actions, gotos, rules, 0, states[table.end_states["start"]])


def _reached(rows: dict[Any, Any], start: Any, shift: Any) -> dict[Any, int]:
    """lark's states in the order in which they are reached from the start, numbered so."""
    numbers = {start: 0}
    queue = [start]
    for state in queue:
        for _, (kind, argument) in sorted(rows[state].items()):
            if kind is shift and argument not in numbers:
                numbers[argument] = len(numbers)
                queue.append(argument)
    return numbers
