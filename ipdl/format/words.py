"""The tokens of a file as words that own the comments around them, so that none gets lost.

Between two tokens there may be comments and line ends. Where the line ends divide that gap:

    token  /* trailing */ // trailing        behind the first token, on its line
    // a line of comments                    own lines, each perhaps after a blank line
    /* inline */ token                       before the second token, on its line

If there is no line end in the gap, all of it is inline. What shares a line stays together, because
the lexer tells a `///` comment's owner by lines. Called by `statements` and `layout`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ipdl.lexer import Token

_IN_GAP = re.compile(r"(?P<line_end>\n)|(?P<comment>//[^\n]*|/\*(?s:.*?)\*/)|[^\n/]+")


@dataclass(frozen=True, slots=True)
class CommentLine:
    """Comments that begin on a line of their own."""

    text: str  # without blanks at its ends; may span lines
    column: int  # of its first character in the source, from 0
    after_blank: bool  # a blank line stands before it


@dataclass(frozen=True, slots=True)
class Word:
    """A token with its comments. The file's end is a word without text."""

    text: str
    comments: tuple[CommentLine, ...]  # above it
    after_blank: bool  # a blank line stands just before its line
    begins_line: bool  # nothing but inline comments stands before it on its line
    inline: str
    trailing: str


def words_of(text: str, tokens: Sequence[Token]) -> list[Word]:
    """`tokens` is what the lexer made of the text, its end included."""
    gaps = [_gap(text, *ends) for ends in _ends(tokens)]
    last = len(tokens) - 1
    words = []
    for index, token in enumerate(tokens):
        lines = gaps[index]
        # The first line of a gap belongs to the token before it, the last one to the token after it.
        own = lines[1:-1] if index else lines[:-1]
        inline = lines[-1].text
        if index == last:  # behind the file's end nothing can be inline
            own = lines[1:] if index else lines
            inline = ""
        comments, blank = _comment_lines(own)
        trailing = ""
        if index < last and (len(gaps[index + 1]) > 1 or index + 1 == last):
            trailing = gaps[index + 1][0].text
        begins = len(lines) > 1 or index == 0
        words.append(Word(token.text, comments, blank, begins, inline, trailing))
    return words


@dataclass(frozen=True, slots=True)
class _GapLine:
    """What one line of a gap holds: comments, or nothing."""

    text: str
    column: int


def _ends(tokens: Sequence[Token]) -> list[tuple[int, int | None]]:
    """Per token: where the one before it ends, and where it begins (None: the text's end)."""
    befores = [0, *(token.end for token in tokens[:-1])]
    starts: list[int | None] = [token.start for token in tokens[:-1]]
    return list(zip(befores, [*starts, None]))


def _gap(text: str, start: int, end: int | None) -> list[_GapLine]:
    end = len(text) if end is None else end
    lines: list[_GapLine] = []
    comments: list[str] = []
    column = 0

    def finish() -> None:
        lines.append(_GapLine(" ".join(comments), column))
        comments.clear()

    for match in _IN_GAP.finditer(text, start, end):
        if match.lastgroup == "line_end":
            finish()
        elif match.lastgroup == "comment":
            if not comments:
                column = match.start() - (text.rfind("\n", 0, match.start()) + 1)
            parts = match.group().split("\n")
            comments.append("\n".join(part.rstrip() for part in parts))
    finish()
    return lines


def _comment_lines(lines: Sequence[_GapLine]) -> tuple[tuple[CommentLine, ...], bool]:
    """The comments on lines of their own, and whether a blank line follows the last."""
    comments = []
    blank = False
    for line in lines:
        if line.text:
            comments.append(CommentLine(line.text, line.column, blank))
        blank = not line.text
    return tuple(comments), blank
