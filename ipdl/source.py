"""Source text and places in it: a file's contents, spans of offsets, lines and columns.

Not here: finding and opening files (`loader`), and how a place is shown to people (`reporter`).
Used by every later stage of the compiler; uses nothing of ours.

Offsets are positions in the decoded text (Unicode code points, not bytes). A line ends at "\\n";
the "\\r" of "\\r\\n" is a blank at the end of its line, so such a line counts once.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(eq=False)
class SourceFile:
    """One file's text under the name by which messages call it. Compared by identity."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset of the first character of each line; line 1 is element 0."""
        starts = [0]
        at = self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of an offset, both counted from 1."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line_length(self, line: int) -> int:
        """Of a line (from 1), without its line end."""
        start = self.line_starts[line - 1]
        end = len(self.text)
        if line < len(self.line_starts):
            end = self.line_starts[line] - 1
        if end > start and self.text[end - 1] == "\r":
            end -= 1
        return end - start

    def line_text(self, line: int, first: int, last: int) -> str:
        """The part [first, last) of a line, counted from 0."""
        start = self.line_starts[line - 1]
        return self.text[start + first : start + last]


@dataclass(frozen=True, slots=True)
class Span:
    """The half-open range [start, end) of one file's text."""

    file: SourceFile
    start: int
    end: int

    @property
    def line(self) -> int:
        return self.file.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.file.position(self.start)[1]

    @property
    def text(self) -> str:
        return self.file.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of another in the same file."""
        return Span(self.file, self.start, other.end)

    def after(self) -> Span:
        """The empty place just behind this span."""
        return Span(self.file, self.end, self.end)


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier as written, with its place."""

    text: str
    span: Span

    def __str__(self) -> str:
        return self.text
