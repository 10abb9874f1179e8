"""One statement to lines: its spaces, and where it is broken if it is too long for one.

    [Priority=vsync]
    async Present(uint64_t texture, FrameStamp stamp, DamageRect[] damage,
                  FileDescriptor release_fence)
        returns (bool shown);

A statement consists of clauses: the attributes, what it declares, `returns (...)`, `from "..."`,
`or PBar`. A clause goes behind the one before it if that is not broken and all of it fits there,
else on a line of its own; what does not fit on a line is broken between the elements of its list.
Attributes stay on a line of their own if that is how they were written. Called by `layout`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ipdl.format.rows import Rows, text_of
from ipdl.format.statements import LABELS
from ipdl.format.words import Word

WIDTH = 100  # columns of a line without the comment behind it
CONTINUED = 4  # columns by which a clause is indented that begins a line

_NO_SPACE_BEFORE = frozenset("; , ) ] > ? < ::".split())
_NO_SPACE_AFTER = frozenset("( [ < ::".split())  # and at the statement's beginning
_CLAUSE_BEGINS = frozenset("returns from or".split())

Run = list[tuple[Word, bool]]  # words with nothing to break between; does a space go before each?


@dataclass
class _Clause:
    indent: int  # if it begins a line
    joined: bool = True  # may go behind the clause before it
    head: Run = field(default_factory=list)  # of a list: up to its opening bracket
    elements: list[Run] = field(default_factory=list)  # each with its comma

    @property
    def words(self) -> list[Word]:
        return [word for run in (self.head, *self.elements) for word, _ in run]

    @property
    def width(self) -> int:
        return _width(self.head) + sum(map(_width, self.elements)) - self.head[0][1]

    @property
    def has_comments(self) -> bool:
        """A comment within forces a line end."""
        words = self.words
        return any(word.trailing for word in words[:-1]) or any(word.comments for word in words[1:])


def lay_out(words: Sequence[Word], indent: int, blank_before: bool, rows: Rows) -> None:
    """Appends a statement's lines, without the comments above its first word."""
    rows.begin(indent, blank_before)
    lines = len(rows.done)
    for index, clause in enumerate(_clauses(words, indent)):
        if index:
            after_broken = len(rows.done) > lines
            too_long = rows.behind(clause.width) > WIDTH
            if after_broken or too_long or not clause.joined or clause.has_comments:
                rows.begin(clause.indent)
        lines = len(rows.done)
        _lay_out_clause(clause, rows)
    rows.finish()


def fits_on_a_line(words: Sequence[Word]) -> bool:
    """Of a statement that is not indented."""
    return _width(list(zip(words, _spaces(words)))) <= WIDTH


def _lay_out_clause(clause: _Clause, rows: Rows) -> None:
    has_comments = clause.has_comments
    fits = rows.behind(clause.width) <= WIDTH and not has_comments
    _write(clause.head, clause.indent, rows)
    column = rows.at
    open_end = not fits and any(
        element[0][0].comments or column + _width(element) > WIDTH for element in clause.elements
    )
    if open_end:  # nothing stands behind the opening bracket
        column = clause.indent + CONTINUED
    for index, element in enumerate(clause.elements):
        too_long = rows.at + _width(element) > WIDTH
        if not fits and ((too_long or has_comments) if index else open_end):
            rows.begin(column)
        _write(element, column, rows)


def _write(run: Run, indent: int, rows: Rows) -> None:
    for word, space in run:
        rows.word(word, space, indent)


def _width(run: Run) -> int:
    return sum(len(text_of(word, space, False)) for word, space in run)


def _clauses(words: Sequence[Word], indent: int) -> list[_Clause]:
    clauses = [_Clause(indent)]
    run = clauses[0].head
    spaces = _spaces(words)
    attributes = words[0].text == "["
    depth = 0
    for index, word in enumerate(words):
        clause = clauses[-1]
        if depth == 0 and word.text in _CLAUSE_BEGINS:
            clause = _Clause(indent + CONTINUED)
            clauses.append(clause)
            run = clause.head
        run.append((replace(word, comments=()) if index == 0 else word, spaces[index]))
        if word.text in ("(", "[", "<"):
            depth += 1
            in_list = word.text == "(" or index == 0
            if depth == 1 and in_list and words[index + 1].text != ")":
                run = []
                clause.elements.append(run)
        elif word.text in (")", "]", ">"):
            depth -= 1
            if attributes and depth == 0:
                attributes = False
                clauses.append(_Clause(indent, joined=not words[index + 1].begins_line))
                run = clauses[-1].head
        elif word.text == "," and depth == 1 and clause.elements:
            run = []
            clause.elements.append(run)
    return clauses


def _spaces(words: Sequence[Word]) -> list[bool]:
    """Per word: does a space go before it, if it does not begin a line?"""
    spaces = []
    before = ""
    in_attributes = False
    angles = 0
    is_label = words[0].text in LABELS
    for word in words:
        text = word.text
        begins_attributes = text == "[" and before in ("", "(", ",") and not angles
        if begins_attributes:
            in_attributes = True
        if before in _NO_SPACE_AFTER or not before or before + text == "{}":
            space = False
        elif text == "[":
            space = begins_attributes
        elif text == "(":
            space = before == "returns"
        elif text == ":":
            space = not is_label
        elif "=" in (text, before):
            space = not in_attributes
        else:
            space = text not in _NO_SPACE_BEFORE
        spaces.append(space)
        in_attributes = in_attributes and text != "]"
        angles += (text == "<") - (text == ">")
        before = text
    return spaces
