"""Text to tokens: blanks and comments go, `///` comments stay with the token that follows them.

Reports what is no token at all. Called by `parser`, before `legacy` and the automaton see the
tokens. A token's type is its spelling if it is a reserved word or punctuation; else one of ID,
STRING or NUMBER (anything that begins like one: whether it is one, the tree builder says).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ipdl import diagnostics
from ipdl.reporter import Reporter
from ipdl.source import SourceFile, Span
from ipdl.tables import END

RESERVED = frozenset(
    "async both child class from include manager manages namespace nullable or parent protocol "
    "returns struct sync union UniquePtr using".split()
)

MAX_NAME = 200  # characters; with what C++ adds, a file may be called so

# In the order in which they are tried. A run of characters that can be in no token is one UNKNOWN.
_TOKEN = re.compile(
    r"""
      (?P<BLANK>[ \t\f\v\r\n]+)
    | (?P<ID>[^\W\d]\w*)
    | (?P<PUNCTUATION>::|[(){}\[\]<>;:,?=~])
    | (?P<DOC>///(?!/)[^\n]*)
    | (?P<COMMENT>//[^\n]*|/\*(?s:.*?)\*/)
    | (?P<STRING>"[^"\n]*")
    | (?P<NUMBER>-?\d(?:[\w.]|(?<=[eE])[-+])*)
    | (?P<OPEN_COMMENT>/\*)
    | (?P<OPEN_STRING>"[^\n]*)
    | (?P<UNKNOWN>->|(?:(?!/[/*])[^ \t\f\v\r\n\w(){}\[\]<>;:,?=~"])+)
    """,
    re.VERBOSE,
)


_PATH = re.compile(r"[^\s;]*")
_LINE = re.compile(r"[^\n]*")

# What is meant by signs that people bring along from other languages.
_HINTS = {
    (
        "&",
        "*",
        "&&",
        "**",
    ): "values travel by copy: write the type alone; what may be absent is `T?`",
    ("->",): "what a message answers is written `returns (...)`",
    ("#",): "there is no preprocessor: run the file through your build's first; "
    "comments begin with `//`",
    ("@",): "attributes are written `[Name]` or `[Name=value]`",
    ("'",): 'strings stand in `"`',
}


class Token(NamedTuple):
    type: str
    text: str
    start: int
    end: int
    doc: str = ""  # the text of the `///` lines just above


def is_name(text: str) -> bool:
    """Could it be declared, and found in a file that is called so?"""
    letters = text.isascii() and text.isidentifier()
    return letters and len(text) <= MAX_NAME and text not in RESERVED


def span_of(file: SourceFile, token: Token) -> Span:
    return Span(file, token.start, token.end)


class Lexed(NamedTuple):
    tokens: list[Token]  # the last one is END and lies just behind the last real one
    cut: bool  # the text ends within a comment, so what follows is missing
    hopeless: bool  # so many mistakes that this is no .ipdl text
    after_unknown: frozenset[int]  # starts of tokens before which something was left out


def comments(file: SourceFile) -> Iterator[Span]:
    """All but those with three slashes."""
    for match in _TOKEN.finditer(file.text):
        if match.lastgroup == "COMMENT":
            yield Span(file, match.start(), match.end())


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    assert match is not None, "the pattern fits everywhere"
    return match.end()


def _names_a_file(tokens: list[Token]) -> bool:
    """Is the last one what an `include` names?"""
    words = [token.type for token in tokens[-3:]]
    return words[-2:] == ["include", "ID"] or words == ["include", "protocol", "ID"]


def tokenize(file: SourceFile, reporter: Reporter) -> Lexed:
    """The tokens of a file. Characters that are part of no token are reported and left out."""
    text = file.text
    tokens: list[Token] = []
    doc: list[str] = []
    doc_end = 0
    last_end = 0
    mistakes = 0
    cut = False
    left_out = False
    after_unknown: set[int] = set()
    match_at = _TOKEN.match
    at = 0
    while at < len(text):
        match = match_at(text, at)
        assert match is not None and match.lastgroup is not None, "every character has a class"
        kind, start, at = match.lastgroup, at, match.end()
        if kind in ("BLANK", "COMMENT"):
            continue
        if kind == "DOC":
            if tokens and text.find("\n", last_end, start) < 0:
                continue  # behind a declaration, on its line: an ordinary comment
            if doc and text.count("\n", doc_end, start) != 1:
                doc = []
            doc.append(match.group()[3:].rstrip().removeprefix(" "))
            doc_end = at
            continue
        word = match.group()
        if kind == "ID":
            if word in RESERVED:
                kind = word
            elif len(word) > MAX_NAME:
                problem = diagnostics.name_too_long(MAX_NAME, len(word))
                reporter.report(problem, Span(file, start, at))
                word = word[:MAX_NAME]  # what is said of it later must stay short
            elif not word.isascii():
                reporter.report(diagnostics.name_not_ascii(word), Span(file, start, at))
        elif kind == "PUNCTUATION":
            kind = word
        elif kind == "OPEN_COMMENT":
            reporter.report(diagnostics.unterminated_comment(), Span(file, start, at))
            cut = True
            break
        elif kind == "UNKNOWN":
            mistakes += 1
            if mistakes > reporter.SYNTAX_LIMIT:
                problem = diagnostics.too_many_mistakes(reporter.SYNTAX_LIMIT)
                reporter.report(problem, Span(file, start, at))
                return Lexed([], True, True, frozenset())
            shown = word if len(word) <= 20 else word[:20] + "..."
            hint = next((hint for signs, hint in _HINTS.items() if word in signs), "")
            if tokens and tokens[-1].type == "NUMBER":
                hint = "write the result: there is no arithmetic"
            # A whole path, and a whole line for a preprocessor, are one mistake.
            if word[0] in "/.\\" and _names_a_file(tokens):
                hint = (
                    "name the file without directory and extension: `include Foo;`; -I says where"
                )
                at = _end(_PATH, text, start)
                stem = re.split(r"[/\\]", text[tokens[-1].start : at])[-1].partition(".")[0]
                if stem.isidentifier() and stem.isascii() and len(stem) <= MAX_NAME:
                    tokens[-1] = tokens[-1]._replace(text=stem)
            elif word == "#" and not text[text.rfind("\n", 0, start) + 1 : start].strip():
                if text.startswith("include", at):
                    hint = 'a C++ header is included without the `#`: `include "a.h";`'
                at = _end(_LINE, text, start)
            problem = diagnostics.unknown_characters(shown, hint)
            reporter.report(problem, Span(file, start, match.end()))
            left_out = True
            continue
        elif kind == "OPEN_STRING":
            at = start + len(word.rstrip("\r"))
            reporter.report(diagnostics.unterminated_string(), Span(file, start, at))
            kind = "STRING"
            # The rest of the line was meant to be in it, except what surely ends a declaration.
            if word.rstrip().endswith(";"):
                at = start + len(word.rstrip()) - 1
            word = text[start:at] + '"'
        last_end = at
        if left_out:
            after_unknown.add(start)
            left_out = False
        if doc:
            gap = text[doc_end:start]
            attached = gap.count("\n") == 1 and not gap.strip()
            tokens.append(Token(kind, word, start, at, "\n".join(doc) if attached else ""))
            doc = []
        else:
            tokens.append(Token(kind, word, start, at))
    tokens.append(Token(END, "", last_end, last_end))
    return Lexed(tokens, cut, False, frozenset(after_unknown))
