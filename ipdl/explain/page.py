"""Reads the page of a number: a small part of Markdown, to paragraphs and fences by section.

Not here: how it is shown (`terminal`). Called by the command `explain`, by the index in the
documentation and by the tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DIRECTORY = Path(__file__).with_name("pages")

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Paragraph:
    text: str  # on one line


@dataclass(frozen=True)
class Fence:
    language: str  # "ipdl", "ini" or "sh"
    text: str


@dataclass(frozen=True)
class Section:
    title: str  # "" before the first heading
    blocks: tuple[Paragraph | Fence, ...]


@dataclass(frozen=True)
class Page:
    title: str
    sections: tuple[Section, ...]


def path_of(number: int) -> Path:
    return DIRECTORY / f"{number:04}.md"


def read(number: int) -> Page:
    try:
        return parse(path_of(number).read_text(encoding="utf-8"))
    except OSError as error:
        raise LookupError(f"no page for number {number}: {error.strerror}") from error


def parse(text: str) -> Page:
    head, _, body = text.partition("\n")
    parts = _HEADING.split(body)
    sections = [Section("", _blocks(parts[0]))]
    for title, content in zip(parts[1::2], parts[2::2]):
        sections.append(Section(title, _blocks(content)))
    return Page(head.removeprefix("# ").strip(), tuple(sections))


def _blocks(text: str) -> tuple[Paragraph | Fence, ...]:
    blocks: list[Paragraph | Fence] = []
    at = 0
    for fence in _FENCE.finditer(text):
        blocks += _paragraphs(text[at : fence.start()])
        blocks.append(Fence(fence["language"], fence["text"]))
        at = fence.end()
    return tuple(blocks + _paragraphs(text[at:]))


def _paragraphs(text: str) -> list[Paragraph | Fence]:
    return [Paragraph(" ".join(part.split())) for part in text.split("\n\n") if part.strip()]
