"""Words grouped into statements and blocks: what braces and semicolons say, and nothing more.

Correct for every file that the grammar accepts. Called by `layout`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ipdl.format.words import Word

_OPENING, _CLOSING = ("(", "["), (")", "]")
LABELS = ("parent", "child", "both")


@dataclass(frozen=True)
class Statement:
    """`async Ping(int a);`, `parent:`, or an enum's `kRead,`."""

    words: tuple[Word, ...]

    @property
    def first(self) -> Word:
        return self.words[0]

    @property
    def is_label(self) -> bool:
        return len(self.words) == 2 and self.words[1].text == ":"


@dataclass(frozen=True)
class Block:
    """`struct Point { ... };`"""

    head: tuple[Word, ...]  # up to `{`
    items: tuple[Item, ...]
    tail: tuple[Word, ...]  # `}`, and `;` unless it is a namespace

    @property
    def first(self) -> Word:
        return self.head[0]

    @property
    def is_namespace(self) -> bool:
        return self.first.text == "namespace"

    @property
    def words(self) -> tuple[Word, ...]:
        inner = [word for item in self.items for word in item.words]
        return (*self.head, *inner, *self.tail)

    @property
    def is_empty(self) -> bool:
        """Nothing stands between the braces, not even a comment."""
        return not (self.items or self.tail[0].comments or self.head[-1].trailing)

    @property
    def is_enum_on_a_line(self) -> bool:
        """It was written on one line, without a comment within."""
        words = self.words
        return (
            is_enum(self.head)
            and not any(word.begins_line for word in words[len(self.head) - 1 :])
            and not any(word.trailing for word in words[:-1])
        )


Item = Statement | Block


def items_of(words: Sequence[Word]) -> tuple[Item, ...]:
    """The file's statements. The last word is the file's end, and is in none."""
    items, _ = _items(words, 0, in_enum=False)
    return items


def _items(words: Sequence[Word], at: int, in_enum: bool) -> tuple[tuple[Item, ...], int]:
    """The items up to a `}` or the end, and where that stands."""
    items: list[Item] = []
    while words[at].text not in ("", "}"):
        item, at = _item(words, at, in_enum)
        items.append(item)
    return tuple(items), at


def _item(words: Sequence[Word], start: int, in_enum: bool) -> tuple[Item, int]:
    depth = 0
    at = start
    while True:
        text = words[at].text
        if text in _OPENING:
            depth += 1
        elif text in _CLOSING:
            depth -= 1
        elif depth:
            pass
        elif text == "{":
            return _block(words, start, at)
        elif text == ";" or (text == "," and in_enum) or _ends_label(words, start, at):
            return Statement(tuple(words[start : at + 1])), at + 1
        elif in_enum and text == "}":
            return Statement(tuple(words[start:at])), at
        at += 1


def _ends_label(words: Sequence[Word], start: int, at: int) -> bool:
    return words[at].text == ":" and at == start + 1 and words[start].text in LABELS


def _block(words: Sequence[Word], start: int, brace: int) -> tuple[Block, int]:
    head = tuple(words[start : brace + 1])
    items, at = _items(words, brace + 1, in_enum=is_enum(head))
    after = at + 1
    if head[0].text != "namespace" and words[after].text == ";":
        after += 1
    return Block(head, items, tuple(words[at:after])), after


def is_enum(head: Sequence[Word]) -> bool:
    """The first word behind the attributes is `enum`."""
    depth = 0
    for word in head:
        if word.text == "[":
            depth += 1
        elif word.text == "]":
            depth -= 1
        elif depth == 0:
            return word.text == "enum"
    return False
