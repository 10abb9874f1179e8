"""Doc comments as HTML: paragraphs, lists of lines that begin with `- `, and code in backquotes.

A name in backquotes that the pages know becomes a link. Everything else is plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ipdl.doc.html import EMPTY, Html, code, element, escaped, joined

Lookup = Callable[[str], str | None]  # the address of a name, if the pages have it

_CODE = re.compile(r"`([^`\n]+)`")
_ITEM = re.compile(r"[-*] +")
_SENTENCE = re.compile(r"(?s).*?[.!?](?=\s|$)")
SUMMARY = 160  # signs


def comment(text: str, lookup: Lookup) -> Html:
    """The whole comment; empty if there is none."""
    blocks = [
        block.split("\n") for block in re.split(r"\n\s*\n", text.strip("\n")) if block.strip()
    ]
    return joined(_block(lines, lookup) for lines in blocks)


def summary(text: str, lookup: Lookup) -> Html:
    """The first sentence, on one line."""
    paragraph = " ".join(re.split(r"\n\s*\n", text.strip())[0].split())
    match = _SENTENCE.match(paragraph)
    sentence = match.group() if match else paragraph
    if len(sentence) > SUMMARY:
        sentence = sentence[:SUMMARY].rsplit(" ", 1)[0] + " ..."
    return _inline(sentence, lookup)


def _block(lines: list[str], lookup: Lookup) -> Html:
    start = next((at for at, line in enumerate(lines) if _ITEM.match(line.lstrip())), len(lines))
    paragraph = element("p", _inline(" ".join(lines[:start]), lookup)) if start else EMPTY
    items: list[str] = []
    for line in lines[start:]:
        bare = line.strip()
        if _ITEM.match(bare):
            items.append(_ITEM.sub("", bare, count=1))
        else:
            items[-1] += " " + bare
    if not items:
        return paragraph
    return paragraph + element("ul", *(element("li", _inline(item, lookup)) for item in items))


def _inline(text: str, lookup: Lookup) -> Html:
    parts: list[str] = []
    at = 0
    for match in _CODE.finditer(text):
        target = lookup(match[1])
        shown = code(match[1])
        parts += [text[at : match.start()]]
        parts.append(shown if target is None else element("a", shown, href=target))
        at = match.end()
    return joined(escaped(part) for part in [*parts, text[at:]])
