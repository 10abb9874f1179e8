"""Recognises the language of old (mostly of before 2018) in a list of tokens, and answers what to write now.

Each construct that is found is reported and taken out, or turned into its nearest modern form, so
that the parser sees a modern file and does not complain a second time. Nothing here touches a
modern file: each pattern is one that the modern grammar refuses. Called by `parser` between the
lexer and the automaton.
"""

from __future__ import annotations

from ipdl import diagnostics
from ipdl.lexer import Token
from ipdl.reporter import Reporter
from ipdl.source import SourceFile, Span

_WORDS = frozenset(
    "answer as bridges call compress compressall cpow delete goto high intr nested opens prio recv "
    "rpc send spawns start state urgent verify comparable moveonly refcounted tainted".split()
)
# Words before a declaration that became attributes, and what they stood before.
_WORD_ATTRIBUTES = {
    "comparable": ("Comparable", ("struct", "union")),
    "moveonly": ("MoveOnly", ("using",)),
    "refcounted": ("RefCounted", ("using", "protocol", "async", "sync")),
    "tainted": ("Tainted", ("async", "sync")),
}
# The nesting that priorities stood for before there was `nested(...)`.
_NESTING = {"high": "inside_sync", "urgent": "inside_cpow", "cpow": "inside_cpow"}
_TRIGGERS = frozenset({"send", "recv", "call", "answer"})
# What may stand just before a statement of a protocol's body.
_OPENERS = frozenset({";", "{", "}", ":", "]"})


def modernize(file: SourceFile, tokens: list[Token], reporter: Reporter) -> list[Token]:
    """The tokens without legacy constructs."""
    if not any(t.text in _WORDS or t.type in ("~", ":") for t in tokens):
        return tokens
    return _Modernizer(file, tokens, reporter).run()


class _Modernizer:
    def __init__(self, file: SourceFile, tokens: list[Token], reporter: Reporter) -> None:
        self._file = file
        self._tokens = tokens
        self._reporter = reporter
        self._out: list[Token] = []
        self._attributes_end = -1  # how long `_out` was behind the last list of attributes made
        self._label = "parent"  # the last one seen

    def run(self) -> list[Token]:
        rules = (
            self._qualifier,
            self._power,
            self._word_attribute,
            self._semantics,
            self._suffix,
            self._channel_statement,
            self._state,
            self._actor_state,
            self._tilde,
        )
        at = 0
        while at < len(self._tokens):
            token = self._tokens[at]
            next_ = None
            if token.type in ("parent", "child", "both") and self._kind(at + 1) == ":":
                self._label = token.type
            if token.text in _WORDS or token.type in ("parent", "child", "~", ":"):
                next_ = next((n for n in (rule(at) for rule in rules) if n is not None), None)
            if next_ is None:
                self._out.append(token)
                at += 1
            else:
                at = next_
        return self._out

    # --- Rules: each returns the index to go on with, or None if it does not apply -------------

    def _qualifier(self, at: int) -> int | None:
        """`nested(inside_sync)`, `nested(upto inside_cpow)`, `prio(high)` before a declaration."""
        word = self._text(at)
        if word not in ("nested", "prio") or self._text(at + 1) != "(":
            return None
        if not self._at_statement() and not self._at_file_start():
            return None
        close = self._find(at, ")", limit=6)
        if close is None:
            return None
        level = self._text(close - 1)
        upto = any(self._text(index) == "upto" for index in range(at + 2, close))
        if word == "prio" and not upto and level != "urgent":
            name, level = "Priority", "control" if level == "high" else "normal"
        else:
            name = "NestedUpTo" if upto else "Nested"
            level = _NESTING.get(level, level)
        written = self._file.text[self._tokens[at].start : self._tokens[close].end]
        problem = diagnostics.legacy_qualifier(written, f"[{name}={level}]")
        self._report(problem, at, close)
        self._make_attribute(at, name, level)
        return close + 1

    def _power(self, at: int) -> int | None:
        """`urgent sync Foo(...)`, `cpow sync protocol PFoo`, `high async Foo()`."""
        word = self._text(at)
        if word not in _NESTING or self._kind(at + 1) not in ("async", "sync"):
            return None
        if not self._at_statement() and not self._at_file_start():
            return None
        name, level = "Nested", _NESTING[word]
        if self._kind(at + 2) == "protocol":
            name = "NestedUpTo"
        elif word == "high" and self._kind(at + 1) == "async":  # which cannot be nested so
            name, level = "Priority", "control"
        self._report(diagnostics.legacy_qualifier(word, f"[{name}={level}]"), at, at)
        self._make_attribute(at, name, level)
        return at + 1

    def _word_attribute(self, at: int) -> int | None:
        """`refcounted using class a::T from "a.h"`, `comparable struct S {`, `tainted async Foo()`,
        `refcounted protocol PFoo {`: of which the last says nothing any more."""
        name, before = _WORD_ATTRIBUTES.get(self._text(at), ("", ()))
        # One of the others may come between.
        ahead = at + 1
        while self._text(ahead) in _WORD_ATTRIBUTES:
            ahead += 1
        if self._kind(ahead) not in before:
            return None
        if not self._at_statement() and not self._at_file_start():
            return None
        if name == "RefCounted" and self._kind(ahead) != "using":
            self._report(diagnostics.legacy_refcounted(), at, at)
            return at + 1
        self._report(diagnostics.legacy_qualifier(self._text(at), f"[{name}]"), at, at)
        self._make_attribute(at, name)
        return at + 1

    def _make_attribute(self, at: int, name: str, value: str = "") -> None:
        """`[name=value]` or `[name]`, so that the rules about nesting see what was meant. Several that follow
        each other make one list; none is made behind a list that an author wrote."""
        place = self._tokens[at]
        if self._attributes_end == len(self._out):
            self._out[-1] = place._replace(type=",", text=",")
        elif self._out and self._out[-1].type == "]":
            return
        else:
            self._out.append(place._replace(type="[", text="["))
        self._out.append(place._replace(type="ID", text=name))
        if value:
            self._out.append(place._replace(type="=", text="="))
            self._out.append(place._replace(type="ID", text=value))
        self._out.append(place._replace(type="]", text="]"))
        self._attributes_end = len(self._out)

    def _semantics(self, at: int) -> int | None:
        """`intr Foo(...)`, `rpc protocol PFoo`: as powerful as sync."""
        token = self._tokens[at]
        if token.text not in ("intr", "rpc", "urgent"):
            return None
        message = self._kind(at + 1) == "ID" and self._text(at + 2) == "("
        if not message and self._kind(at + 1) != "protocol":
            return None
        self._report(diagnostics.legacy_semantics(token.text), at, at)
        # What may wait on either side is no longer sync; the parent waits for nobody.
        kind = "sync" if not message or self._label == "parent" else "async"
        self._out.append(token._replace(type=kind))
        return at + 1

    def _suffix(self, at: int) -> int | None:
        """`async Foo() compress;`"""
        word = self._text(at)
        modern = {
            "compress": "write [Compress] before the message",
            "compressall": "write [Compress=all] before the message",
            "verify": "remove it",
        }.get(word)
        if modern is None or not self._out or self._out[-1].type != ")":
            return None
        if self._text(at + 1) not in (";", "compress", "compressall", "verify"):
            return None
        self._report(diagnostics.legacy_suffix(word, modern), at, at)
        # Several may follow each other: keep the `)` in sight, it is still the last token.
        return at + 1

    def _channel_statement(self, at: int) -> int | None:
        """`parent spawns PFoo as child;`, `child opens PFoo;`, `bridges PA, PB;`"""
        word = self._text(at)
        if word == "bridges":
            start = at
        elif word in ("parent", "child") and self._text(at + 1) in ("spawns", "opens"):
            start, word = at, self._text(at + 1)
        else:
            return None
        end = self._find(start, ";", limit=8)
        if end is None or not self._at_statement() or end - start < 2:
            return None
        if word == "bridges" and self._text(at + 2) != ",":
            return None
        self._report(diagnostics.legacy_channel(word), start, end - 1)
        return end + 1

    def _state(self, at: int) -> int | None:
        """`[start] state S:` with the transitions that follow it."""
        name = at + 2 if self._text(at) == "start" and self._text(at + 1) == "state" else at + 1
        if self._text(name - 1) != "state" or self._kind(name) != "ID":
            return None
        if self._text(name + 1) != ":" or not self._at_statement():
            return None
        self._report(diagnostics.legacy_state(self._text(name)), at, name)
        after = name + 2
        while self._text(after) in _TRIGGERS or self._text(after) == "delete":
            end = self._find(after, ";", limit=64)
            if end is None:
                break
            after = end + 1
        return after

    def _actor_state(self, at: int) -> int | None:
        """`PFoo:STATE actor` as a parameter or field."""
        if self._kind(at) != ":" or len(self._out) < 2 or self._out[-1].type != "ID":
            return None
        before, after = self._out[-2].type, self._kind(at + 2)
        if self._kind(at + 1) != "ID" or after not in ("ID", "[", "?"):
            return None
        if before in ("{", ";"):  # a field; or a misspelt label, after which a message begins
            if after == "ID" and self._kind(at + 3) != ";":
                return None
        elif before not in ("(", ",", "nullable"):
            return None
        actor, state = self._out[-1].text, self._text(at + 1)
        self._report(diagnostics.legacy_actor_state(actor, state), at, at + 1)
        return at + 2

    def _tilde(self, at: int) -> int | None:
        """`async ~PFoo();`, `delete PFoo();`: the destructor, declared in the manager."""
        if self._text(at) not in ("~", "delete"):
            return None
        if self._kind(at + 1) != "ID" or self._text(at + 2) != "(":
            return None
        end = self._find(at, ";", limit=200)
        if end is None:
            return None
        name = self._text(at + 1)
        written = f"~{name}()" if self._text(at) == "~" else f"delete {name}()"
        self._report(diagnostics.legacy_destructor(written, name), at, at + 1)
        while self._out and self._out[-1].type in ("async", "sync"):
            self._out.pop()
        return end + 1

    # --- Looking around ------------------------------------------------------------------------

    def _text(self, at: int) -> str:
        return self._tokens[at].text if at < len(self._tokens) else ""

    def _kind(self, at: int) -> str:
        return self._tokens[at].type if at < len(self._tokens) else ""

    def _find(self, at: int, kind: str, limit: int) -> int | None:
        """The next token of a kind, not farther than `limit` tokens away."""
        for index in range(at, min(at + limit, len(self._tokens))):
            if self._tokens[index].type == kind:
                return index
        return None

    def _at_statement(self) -> bool:
        return bool(self._out) and self._out[-1].type in _OPENERS

    def _at_file_start(self) -> bool:
        return not self._out

    def _report(self, problem: diagnostics.Problem, first: int, last: int) -> None:
        span = Span(self._file, self._tokens[first].start, self._tokens[last].end)
        self._reporter.report(problem, span)
