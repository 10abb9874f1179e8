"""A whole file to its house layout. `formatted` is the entry, called by the command `format`.

Indents by two columns, but for namespaces; labels stand as far left as their protocol. Puts a blank
line around what has braces, before a label, and inside a namespace; keeps the author's other blank
lines, one of each run. Aligns the comments behind lines that follow each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from ipdl.format import flow
from ipdl.format.rows import Row, Rows
from ipdl.format.statements import Block, Item, Statement, items_of
from ipdl.format.words import Word, words_of
from ipdl.lexer import Token

INDENT = 2
BEFORE_COMMENT = "  "


def formatted(text: str, tokens: Sequence[Token]) -> str:
    """The text in house layout. `tokens` is what the lexer made of it, without a mistake."""
    words = words_of(text, tokens)
    rows = Rows()
    _items(items_of(words), 0, False, rows)
    _comments(words[-1], 0, None if rows.done else False, rows)
    return _text(rows.done)


# Where a function takes `blank`: a blank line must stand before (True), must not (False), or stands
# if the author put one there (None).


def _items(items: Sequence[Item], indent: int, first_blank: bool, rows: Rows) -> None:
    blank: bool | None = first_blank
    for index, item in enumerate(items):
        is_label = isinstance(item, Statement) and item.is_label
        if index:
            blank = True if is_label or _spread(item) or _spread(items[index - 1]) else None
        _item(item, max(0, indent - INDENT) if is_label else indent, blank, rows)


def _spread(item: Item) -> bool:
    """Is it set apart from its neighbours by blank lines?"""
    return isinstance(item, Block) and not _stays_on_a_line(item)


def _stays_on_a_line(block: Block) -> bool:
    return block.is_empty or (block.is_enum_on_a_line and flow.fits_on_a_line(block.words))


def _item(item: Item, indent: int, blank: bool | None, rows: Rows) -> None:
    blank_before = _comments(item.first, indent, blank, rows)
    if isinstance(item, Statement):
        flow.lay_out(item.words, indent, blank_before, rows)
    elif _stays_on_a_line(item):
        flow.lay_out(item.words, indent, blank_before, rows)
    else:
        _block(item, indent, blank_before, rows)


def _block(block: Block, indent: int, blank_before: bool, rows: Rows) -> None:
    flow.lay_out(block.head, indent, blank_before, rows)
    inner = indent if block.is_namespace else indent + INDENT
    _items(block.items, inner, block.is_namespace and not _bare_namespace(block.items[0]), rows)
    closing = block.tail[0]
    _comments(closing, inner, None if block.items else False, rows)
    bare = bool(block.items) and _bare_namespace(block.items[-1]) and not closing.comments
    flow.lay_out(block.tail, indent, block.is_namespace and not bare, rows)


def _bare_namespace(item: Item) -> bool:
    return isinstance(item, Block) and item.is_namespace and not item.first.comments


def _comments(word: Word, indent: int, blank: bool | None, rows: Rows) -> bool:
    """Writes the comments above a word; returns whether a blank line follows them."""
    if not word.comments:
        return word.after_blank if blank is None else blank
    first, *others = word.comments
    if blank is None:
        blank = first.after_blank
    elif blank and (word.after_blank or any(line.after_blank for line in others)):
        blank = first.after_blank  # the author divided them, so they belong to what is above
    rows.comment(first, indent, blank)
    for line in others:
        rows.comment(line, indent, line.after_blank)
    return word.after_blank


# --- Text ----------------------------------------------------------------------------------------


def _text(rows: Sequence[Row]) -> str:
    columns = _comment_columns(rows)
    parts = []
    for row, column in zip(rows, columns):
        code = " " * row.indent + row.text
        if row.trailing:
            code = code.ljust(column) + row.trailing
        parts.append(("\n" if row.blank_before else "") + code + "\n")
    return "".join(parts)


def _comment_columns(rows: Sequence[Row]) -> list[int]:
    """Per line: where the comment behind it begins."""
    columns: list[int] = []
    run: list[Row] = []

    def finish() -> None:
        widest = max((row.indent + len(row.text) for row in run), default=0)
        columns.extend([widest + len(BEFORE_COMMENT)] * len(run))
        run.clear()

    for row in rows:
        if run and (not row.trailing or row.blank_before or row.indent != run[0].indent):
            finish()
        run.append(row)
        if not row.trailing:
            finish()
    finish()
    return columns
