"""The lines that are being written: their text, what stands behind it, and blank lines before.

A `Rows` collects them word by word and sees to it that comments keep their place: a comment on a
line of its own stays above its word, one behind a word ends the line. Called by `flow` and `layout`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ipdl.format.words import CommentLine, Word


@dataclass(slots=True)
class Row:
    indent: int
    text: str
    trailing: str = ""  # a comment
    blank_before: bool = False


@dataclass
class Rows:
    done: list[Row] = field(default_factory=list)
    _open: Row | None = None  # the line being written

    @property
    def at(self) -> int:
        """The column behind what is written on the open line."""
        return 0 if self._open is None else self._open.indent + len(self._open.text)

    def behind(self, width: int) -> int:
        """The column behind something of this width, if it is written next."""
        has_text = self._open is not None and self._open.text != ""
        return self.at + width + (1 if has_text else 0)

    def begin(self, indent: int, blank_before: bool = False) -> None:
        """What is written next goes to a new line."""
        self.finish()
        self._open = Row(indent, "", blank_before=blank_before)

    def finish(self) -> None:
        if self._open is not None and self._open.text:
            self.done.append(self._open)
        self._open = None

    def comment(self, line: CommentLine, indent: int, blank_before: bool) -> None:
        self.finish()
        self.done.append(Row(indent, shifted(line, indent), blank_before=blank_before))

    def word(self, word: Word, space: bool, indent: int) -> None:
        """Writes a word with its comments; if a line must end before it, the next has `indent`."""
        if word.comments:
            for line in word.comments:
                self.comment(line, indent, line.after_blank)
            self.begin(indent, word.after_blank)
        elif self._open is None:
            self.begin(indent)
        assert self._open is not None
        self._open.text += text_of(word, space and bool(self._open.text), not self._open.text)
        if word.trailing:
            self._open.trailing = word.trailing
            self.finish()


def text_of(word: Word, space: bool, begins_row: bool) -> str:
    """The word with what stands inline before it."""
    if not word.inline:
        return (" " if space else "") + word.text
    closes = word.text in (";", ",", ")", "]", ">", "?", ":")
    return ("" if begins_row else " ") + word.inline + ("" if closes else " ") + word.text


def shifted(line: CommentLine, indent: int) -> str:
    """A comment that spans lines, moved as a whole so that it begins in column `indent`."""
    first, *others = line.text.split("\n")
    moved = [first]
    for other in others:
        blanks = len(other) - len(other.lstrip(" "))
        moved.append(
            " " * max(0, blanks + indent - line.column) + other.lstrip(" ") if other else ""
        )
    return "\n".join(moved)
