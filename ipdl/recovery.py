"""What to do when a token does not fit: say why, once, and find a way on.

Repairs are tried from the surest to the roughest: a reserved word used as a name is taken as that
name, a missing `;` or `}` is put in, a misspelt word is taken as the word it resembles, a stray sign
is skipped. If nothing helps, the declaration is given up: the tokens up to its `;` or `}` are thrown
away and an ERROR takes its place, which marks the enclosing node as incomplete.

Every call makes progress: the token at `at` is consumed, or something before it is fed so that the
token fits next. Called by `parser` only.
"""

from __future__ import annotations

from ipdl import diagnostics, habits
from ipdl.automaton import Automaton
from ipdl.expected import after_phrase, expected, found, name_phrase
from ipdl.contextual import WORDS
from ipdl.lexer import RESERVED, Lexed, Token, span_of
from ipdl.reporter import Fix, Note, Reporter
from ipdl.source import SourceFile, Span
from ipdl.tables import END

# Words that begin a declaration outside of any brace, so that one of them shows a brace was left
# open; and those that begin something within a protocol.
_OUTER = frozenset({"include", "using", "namespace", "struct", "union", "protocol"}) | WORDS
_STARTERS = _OUTER | {"async", "sync", "manager", "manages", "["}
_CLOSERS = (("}", ";"), ("}",), (";", "}", ";"))
_STRAY = frozenset({",", "=", ":", "::", "?", ">", "~", "NUMBER", ")", "]"})
# What recovery will close by itself at the end of a file.
_MAX_CLOSERS = 70


class Recovery:
    def __init__(
        self,
        automaton: Automaton,
        file: SourceFile,
        lexed: Lexed,
        reporter: Reporter,
    ) -> None:
        self._automaton = automaton
        self._file = file
        self._tokens = lexed.tokens
        self._quiet_end = lexed.cut
        self._after_unknown = lexed.after_unknown
        self._reporter = reporter

    def recover(self, at: int) -> int | None:
        """Token `at` does not fit. Returns the index of the token to go on with; None: give up."""
        if self._tokens[at].type == END:
            return at if self._close_all(at) else None
        for repair in (
            self._skip_class_of_enum,
            self._take_reserved_as_name,
            self._take_cxx_word,
            self._take_resembled,
            self._insert_semantics,
            self._skip_semicolon,
            self._skip_brace,
            self._insert_semicolon,
            self._insert_brace,
            self._insert_opening_brace,
            self._skip_stray,
        ):
            next_ = repair(at)
            if next_ is not None:
                return next_
        return self._give_up_declaration(at)

    def ends_block(self, at: int) -> bool:
        """Does an attribute list show that a brace was left open? `[` fits a struct's field as
        well, so this must be asked before it is taken for one."""
        if self._tokens[at].type != "[" or self._tokens[at + 1].type == "]":
            return False  # the `[]` of an array
        behind = self._behind_attributes(at)
        if behind not in _STARTERS or self._automaton.accepts("[", "ID", "]", behind):
            return False
        return any(
            self._automaton.accepts(*closers, "[", "ID", "]", behind) for closers in _CLOSERS
        )

    def _behind_attributes(self, at: int) -> str:
        for index in range(at, min(at + 64, len(self._tokens) - 1)):
            if self._tokens[index].type == "]":
                return self._tokens[index + 1].type
        return END

    # --- Repairs: each returns where to go on, or None if it is not for this mistake -----------

    def _take_reserved_as_name(self, at: int) -> int | None:
        token, following = self._tokens[at], self._tokens[at + 1]
        if token.type not in RESERVED or not self._automaton.accepts("ID", following.type):
            return None
        if self._looks_like_declaration(at):
            return None
        problem = diagnostics.reserved_word(token.text, name_phrase(self._automaton))
        self._reporter.report(problem, self._span(at))
        self._automaton.feed(token._replace(type="ID"))
        return at + 1

    def _take_resembled(self, at: int) -> int | None:
        """`asynch Foo(...)`, `protocl PFoo {`: the word itself is wrong, or the one before it."""
        token, following = self._tokens[at], self._tokens[at + 1]
        if token.type != "ID" or following.type == END:
            return None
        kinds = [kind for kind in self._automaton.acceptable() if kind in RESERVED]
        fitting = [kind for kind in kinds if self._automaton.accepts(kind, following.type)]
        meant = _resembling(token.text, fitting) or _resembling(token.text, kinds)
        if meant is None:
            return None
        self._reporter.report(
            diagnostics.misspelt(token.text, meant),
            self._span(at),
            fix=Fix(self._span(at), meant),
        )
        self._automaton.feed(token._replace(type=meant, text=meant))
        return at + 1

    def _skip_class_of_enum(self, at: int) -> int | None:
        """`enum class E`"""
        if not at or self._tokens[at - 1].type != "enum":
            return None
        if self._tokens[at].type not in ("class", "struct") or not self._automaton.accepts("ID"):
            return None
        span = self._span(at)
        self._reporter.report(diagnostics.class_of_enum(span.text), span, fix=Fix(span, ""))
        return at + 1

    def _take_cxx_word(self, at: int) -> int | None:
        """`constexpr int kMax = 4;`, `class Point {`, and `static` before it."""
        token, following = self._tokens[at], self._tokens[at + 1]
        meant = habits.WORDS.get(token.text)
        if meant is not None and self._automaton.accepts(meant, following.type):
            span = self._span(at)
            self._reporter.report(
                diagnostics.misspelt(token.text, meant), span, fix=Fix(span, meant)
            )
            self._automaton.feed(token._replace(type=meant, text=meant))
            return at + 1
        if token.text in habits.NEEDLESS and "item" in self._automaton.context():
            self._report_unexpected(at)
            return at + 1
        return None

    def _insert_semantics(self, at: int) -> int | None:
        """`Foo(int a);` in a protocol."""
        token, following = self._tokens[at], self._tokens[at + 1]
        if token.type != "ID" or following.type != "(":
            return None
        if not self._automaton.accepts("async", "ID", "("):
            return None
        span = self._span(at)
        place = Span(self._file, span.start, span.start)
        self._reporter.report(diagnostics.no_semantics(token.text), span, fix=Fix(place, "async "))
        self._automaton.feed(token._replace(type="async", text="async"))
        return at

    def _skip_semicolon(self, at: int) -> int | None:
        """`async Foo();;`, unless it is all that is left of a `};`"""
        token, following = self._tokens[at], self._tokens[at + 1]
        if token.type != ";" or not self._automaton.begins_element():
            return None
        fits = self._automaton.accepts(following.type) and not self.ends_block(at + 1)
        if not fits and self._automaton.accepts("}", ";"):
            self._report_open(at, self._span(at), found(token))
            self._automaton.feed(_made("}", self._after(at)))
            return at
        span = self._span(at)
        self._reporter.report(diagnostics.stray_semicolon(), span, fix=Fix(span, ""))
        return at + 1

    def _skip_brace(self, at: int) -> int | None:
        """`struct S { int a; } };`, where no brace is open"""
        if self._tokens[at].type != "}" or self._automaton.open_brackets("{"):
            return None
        if self._tokens[at - 1].type != "}" or not self._automaton.accepts(";"):
            return None
        self._reporter.report(diagnostics.nothing_to_close("`}`"), self._span(at))
        after = at + 1
        # The `;` of what went before, unless that has its own.
        if self._automaton.begins_element() and self._tokens[after].type == ";":
            after += 1
        return after

    def _insert_semicolon(self, at: int) -> int | None:
        token = self._tokens[at]
        if token.type == ";" or not self._automaton.accepts(";"):
            return None
        if self._automaton.begins_element():
            return None  # a `;` fits here because it is tolerated, and would change nothing
        if self._automaton.accepts(";", token.type):
            if not self._begins_line(at) and token.type not in RESERVED | {"["}:
                return None
        elif not self._begins_line(at) or self._tokens[at - 1].type not in ("}", ")"):
            return None
        self._report_semicolon(at)
        self._automaton.feed(_made(";", self._after(at)))
        return at

    def _insert_brace(self, at: int) -> int | None:
        token = self._tokens[at]
        if token.type not in _STARTERS:
            return None
        for closers in _CLOSERS:
            if not self._automaton.accepts(*closers, token.type):
                continue
            self._report_open(at, self._span(at), found(token))
            for closer in closers:
                self._automaton.feed(_made(closer, self._after(at)))
            return at
        return None

    def _insert_opening_brace(self, at: int) -> int | None:
        """`struct Foo int a; };`, or what stands too much before the brace: `protocol PFoo : P {`"""
        if not self._automaton.accepts("{"):
            return None
        for ahead in range(at + 1, min(at + 8, len(self._tokens))):
            if self._tokens[ahead].type == "{":
                self._report_unexpected(at)
                return ahead
            if self._tokens[ahead].type in (";", "}", END):
                break
        if not self._automaton.accepts("{", self._tokens[at].type):
            return None
        self._report_unexpected(at)
        self._automaton.feed(_made("{", self._after(at)))
        return at

    def _skip_stray(self, at: int) -> int | None:
        token, following = self._tokens[at], self._tokens[at + 1]
        if token.type not in _STRAY or not self._automaton.accepts(following.type):
            return None
        self._report_unexpected(at)
        return at + 1

    def _close_all(self, at: int) -> bool:
        """At the end of the file: closes what is open, with one message for all of it."""
        if self._quiet_end:
            pass
        elif self._automaton.open_brackets("{"):
            self._report_open(at, self._after(at), found(self._tokens[at]))
        elif self._automaton.accepts(";"):
            self._report_semicolon(at)
        else:
            self._report_unexpected(at)
        if not self._automaton.accepts("}") and not self._automaton.accepts(";"):
            if not self._automaton.find_error_state():
                return False
            self._automaton.feed(_made("ERROR", self._after(at)))
        for _ in range(_MAX_CLOSERS):
            if self._automaton.accepts(END):
                return True
            closer = next((k for k in ("}", ";") if self._automaton.accepts(k)), None)
            if closer is None:
                return False
            self._automaton.feed(_made(closer, self._after(at)))
        return False

    # --- The last resort -----------------------------------------------------------------------

    def _give_up_declaration(self, at: int) -> int:
        token = self._tokens[at]
        if token.type == "}" and "item" in self._automaton.context():
            self._reporter.report(diagnostics.nothing_to_close("`}`"), self._span(at))
            after = at + 1
            return after + 1 if self._tokens[after].type == ";" else after
        self._report_unexpected(at)
        if not self._automaton.find_error_state():
            return len(self._tokens) - 1
        self._automaton.feed(_made("ERROR", self._after(at)))
        return self._skip_declaration(at)

    def _skip_declaration(self, at: int) -> int:
        """The index behind the `;` or block that ends the declaration around token `at`."""
        tokens = self._tokens
        depth = 0
        first = True
        while tokens[at].type != END:
            kind = tokens[at].type
            if depth == 0 and not first and self._begins_declaration(at):
                return at
            first = False
            at += 1
            if kind == "{":
                depth += 1
            elif kind == "}":
                if depth == 0:
                    return at - 1 if self._automaton.accepts("}") else at
                depth -= 1
                if depth == 0:
                    return at + 1 if tokens[at].type == ";" else at
            elif kind == ";" and depth == 0:
                return at
        return at

    def _begins_declaration(self, at: int) -> bool:
        token, following = self._tokens[at], self._tokens[at + 1]
        if token.type in ("parent", "child", "both") and following.type == ":":
            return True
        if token.type == "[" and self._behind_attributes(at) not in _STARTERS:
            return False  # those of a parameter
        return (
            token.type in _STARTERS
            and self._begins_line(at)
            and self._automaton.accepts(token.type)
        )

    def _looks_like_declaration(self, at: int) -> bool:
        """Is a reserved word used as one here, although it does not fit?"""
        kind, second, third = (token.type for token in self._window(at))
        if kind in ("struct", "union", "namespace", "protocol"):
            return second == "ID" and third == "{"
        if kind in ("async", "sync"):
            return second == "protocol" or (second == "ID" and third == "(")
        return kind in ("include", "using") and self._begins_line(at)

    def _window(self, at: int) -> list[Token]:
        """Three tokens from here on; END repeats itself."""
        last = len(self._tokens) - 1
        return [self._tokens[min(index, last)] for index in (at, at + 1, at + 2)]

    # --- Reporting -----------------------------------------------------------------------------

    def _report_unexpected(self, at: int) -> None:
        token = self._tokens[at]
        if token.start in self._after_unknown:
            return  # what was left out before it has been reported, and may explain it
        wanted, after = expected(self._automaton)
        span = self._after(at) if token.type == END else self._span(at)
        if token.type == "NUMBER":
            hint = habits.number_hint(self._tokens, at)
            self._reporter.report(diagnostics.unexpected_number(found(token), hint), span)
            return
        hint = habits.hint(self._automaton, self._tokens, at)
        self._reporter.report(diagnostics.unexpected_token(wanted, after, found(token), hint), span)

    def _report_semicolon(self, at: int) -> None:
        place = self._after(at)
        problem = diagnostics.missing_semicolon(after_phrase(self._automaton, ";"))
        self._reporter.report(problem, place, fix=Fix(place, ";"))

    def _report_open(self, at: int, span: Span, what: str) -> None:
        brace = self._automaton.open_brackets("{")[-1]
        note = Note("this `{` is not closed", span_of(self._file, brace))
        self._reporter.report(diagnostics.missing_brace(what), span, note)

    # --- Places --------------------------------------------------------------------------------

    def _span(self, at: int) -> Span:
        return span_of(self._file, self._tokens[at])

    def _after(self, at: int) -> Span:
        """The empty place behind the token before this one."""
        token = self._tokens[at]
        end = self._tokens[at - 1].end if at and token.type != END else token.start
        return Span(self._file, end, end)

    def _begins_line(self, at: int) -> bool:
        """Is the token the first on its line, or a `}`, before which a line may end as well?"""
        if at == 0 or self._tokens[at].type == "}":
            return True
        return "\n" in self._file.text[self._tokens[at - 1].end : self._tokens[at].start]


def _made(kind: str, place: Span) -> Token:
    return Token(kind, kind, place.start, place.end)


def _resembling(word: str, candidates: list[str]) -> str | None:
    if not candidates or len(word) > 20:
        return None
    from difflib import get_close_matches  # here, because only mistakes need it

    close = get_close_matches(word, candidates, n=1, cutoff=0.75)
    return close[0] if close else None
