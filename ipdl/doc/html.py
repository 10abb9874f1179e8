"""HTML as text that knows that it is HTML: every other text is escaped when it is put into an element.

Used by all modules of `doc`.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ipdl.render import printable


class Html(str):
    """Text that is valid HTML already."""

    def __add__(self, other: str) -> Html:
        return Html(str.__add__(self, escaped(other)))


EMPTY = Html("")

# Elements that have no end tag, and those that end a line, so that the pages' source is readable.
_VOID = frozenset({"meta", "link", "br"})
_LINES = frozenset(
    "body caption dd div dl dt footer h1 h2 h3 head header html li link main meta nav ol p pre section table "
    "tbody td th thead title tr ul".split()
)


def escaped(text: str) -> Html:
    """Text of a file; what would not show as a sign is replaced."""
    if isinstance(text, Html):
        return text
    return Html(escape("\n".join(printable(line) for line in text.split("\n"))))


def element(name: str, /, *children: str, **attributes: str) -> Html:
    """`element("a", "PFoo", href="PFoo.ipdl.html", class_="type")`"""
    parts = [f"<{name}"]
    for key, value in attributes.items():
        parts.append(f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"')
    parts.append(">")
    if name not in _VOID:
        parts += [escaped(child) for child in children]
        parts.append(f"</{name}>")
    return Html("".join(parts) + ("\n" if name in _LINES else ""))


def joined(parts: Iterable[str], separator: str = "") -> Html:
    return Html(escaped(separator).join(escaped(part) for part in parts))


def code(*children: str) -> Html:
    return element("code", *children)
