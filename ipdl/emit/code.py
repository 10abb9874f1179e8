"""Text of C++ under construction: lines, indentation, blocks, and paragraphs of comment.

Knows layout, not IPDL and not C++. Everything in `emit` that writes a file uses one `Code`.

Layout follows the house style (two blanks per level, 100 columns, namespaces and labels not
indented), so that generated code looks as if clang-format had been over it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

COLUMNS = 100
STEP = 2
CONTINUATION = 4


class Code:
    """Grows a text line by line."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._indent = 0

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def line(self, text: str = "") -> None:
        """One line at the present indentation; a blank one never repeats."""
        if text:
            self._lines.append(" " * self._indent + text)
        elif self._lines and self._lines[-1]:
            self._lines.append("")

    def lines(self, texts: Sequence[str]) -> None:
        for text in texts:
            self.line(text)

    def label(self, text: str) -> None:
        """`public:`, one column left of the members."""
        self._lines.append(" " * (self._indent - 1) + text)

    def comment(self, doc: str) -> None:
        """A doc comment of the source, carried over as `///` lines."""
        if doc:
            for text in doc.splitlines():
                self.line(f"/// {text}".rstrip())

    @contextmanager
    def indented(self, by: int = STEP) -> Iterator[None]:
        self._indent += by
        yield
        self._indent -= by

    @contextmanager
    def block(self, head: str, tail: str = "}") -> Iterator[None]:
        """`head {`, the indented body, `}`."""
        self.line(f"{head} {{")
        with self.indented():
            yield
        self.line(tail)

    @contextmanager
    def function(self, head: str, params: Sequence[str]) -> Iterator[None]:
        """A function after a blank line. `head` ends in the opening parenthesis."""
        self.line()
        self.wrapped(head, params, ") {")
        with self.indented():
            yield
        self.line("}")

    @contextmanager
    def initialiser(self, head: str) -> Iterator[None]:
        """`head = {`, elements one per line, `};`"""
        self.line(f"{head} = {{")
        with self.indented(CONTINUATION):
            yield
        self.line("};")

    @contextmanager
    def commented(self) -> Iterator[None]:
        """What is written meanwhile becomes a comment."""
        start = len(self._lines)
        inner, self._indent = self._indent, self._indent + 5
        yield
        self._indent = inner
        for number in range(start, len(self._lines)):
            self._lines[number] = " " * inner + "//   " + self._lines[number][inner + 5 :]

    def wrapped(self, head: str, items: Sequence[str], tail: str) -> None:
        """`head` + the items separated by commas + `tail`: on one line if that fits, else packed
        into lines aligned behind the head's last column (as clang-format does for arguments), or
        with a continuation indent where that column is too far right."""
        whole = head + ", ".join(items) + tail
        if self.fits(whole) or not items:
            self.line(whole)
            return
        pieces = [item + "," for item in items[:-1]] + [items[-1] + tail]
        for margin, first in ((len(head), head), (CONTINUATION, "")):
            if self._indent + margin + max(len(piece) for piece in pieces) <= COLUMNS:
                break
        packed = self._pack(pieces, margin)
        if first:
            self.line(first + packed[0])
            packed = packed[1:]
        else:
            self.line(head)
        with self.indented(margin):
            self.lines(packed)

    def short(self, head: str, statement: str) -> None:
        """A function of one statement: on one line if it fits."""
        whole = f"{head} {{ {statement} }}"
        if self.fits(whole):
            self.line(whole)
            return
        with self.block(head):
            self.line(statement)

    def constructor(self, name: str, params: Sequence[str], initialisers: Sequence[str]) -> None:
        """A constructor with an empty body: on one line, else its initialisers on the next, else
        one line for each."""
        head = f"{name}({', '.join(params)})"
        listed = f": {', '.join(initialisers)} {{}}"
        if self.fits(f"{head} {listed}"):
            self.line(f"{head} {listed}")
            return
        self.wrapped(f"{name}(", params, ")")
        with self.indented(CONTINUATION):
            if self.fits(listed):
                self.line(listed)
                return
            for number, each in enumerate(initialisers):
                last = " {}" if number + 1 == len(initialisers) else ","
                self.line(f"{'  ' if number else ': '}{each}{last}")

    def assignment(self, target: str, value: str) -> None:
        """`target = value;`, on two lines if need be."""
        if self.fits(f"{target} = {value};"):
            self.line(f"{target} = {value};")
            return
        self.line(f"{target} =")
        with self.indented(CONTINUATION):
            self.line(f"{value};")

    def string(self, text: str, tail: str) -> None:
        """A string literal, in pieces that end at commas if it is longer than a line."""
        room = COLUMNS - self._indent - 2 - len(tail)
        while len(text) > room:
            cut = text.rfind(",", 0, room) + 1 or room - (text[room - 1] == "\\")
            self.line(f'"{text[:cut]}"')
            text = text[cut:]
        self.line(f'"{text}"{tail}')

    def chain(self, head: str, terms: Sequence[str], operator: str, tail: str) -> None:
        """`head` + the terms joined by a binary operator + `tail`, broken after operators."""
        pieces = [f"{term} {operator}" for term in terms[:-1]] + [terms[-1] + tail]
        whole = head + " ".join(pieces)
        if self.fits(whole):
            self.line(whole)
            return
        if head.endswith("= ") and self.fits(" " * CONTINUATION + " ".join(pieces)):
            self.line(head.rstrip())
            with self.indented(CONTINUATION):
                self.line(" ".join(pieces))
            return
        packed = self._pack(pieces, len(head))
        self.line(head + packed[0])
        with self.indented(len(head)):
            self.lines(packed[1:])

    def unless_all(self, terms: Sequence[str], otherwise: Sequence[str]) -> None:
        """`if (!(all terms))` and the statements for that case."""
        joined = terms[0] if len(terms) == 1 else f"({' && '.join(terms)})"
        whole = f"if (!{joined}) {otherwise[0]}"
        if len(otherwise) == 1 and self.fits(whole):
            self.line(whole)
            return
        if len(terms) == 1:
            self.line(f"if (!{terms[0]}) {{")
        else:
            self.chain("if (!(", terms, "&&", ")) {")
        with self.indented():
            self.lines(otherwise)
        self.line("}")

    def fits(self, text: str) -> bool:
        return self._indent + len(text) <= COLUMNS

    def _pack(self, pieces: Sequence[str], margin: int) -> list[str]:
        """As many pieces per line as fit."""
        room = COLUMNS - self._indent - margin
        packed = [pieces[0]]
        for piece in pieces[1:]:
            if len(packed[-1]) + 1 + len(piece) <= room:
                packed[-1] += " " + piece
            else:
                packed.append(piece)
        return packed
