"""Reads a file of sections, one for each message, such as the sync list:

    [PFoo::Message]
    key = value

Knows which keys a file may have, and not what they mean. Called by `sync_list` and by
`message_metadata`. Blank lines and lines that begin with `#` or `;` do not count.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from ipdl import diagnostics
from ipdl.diagnostics import Problem
from ipdl.reporter import Note, Reporter
from ipdl.source import SourceFile, Span


@dataclass(frozen=True)
class Value:
    text: str
    span: Span  # the line


@dataclass(frozen=True)
class Section:
    name: str  # "PFoo::Message"
    span: Span
    values: dict[str, Value] = field(default_factory=dict)


def read(
    file: SourceFile, keys: Collection[str], bad_line: Problem, reporter: Reporter
) -> dict[str, Section]:
    """The sections by name; `bad_line` is reported of what is no section and none of the keys."""
    sections: dict[str, Section] = {}
    current: Section | None = None
    start = 0
    for line in file.text.split("\n"):
        text = line.strip()
        at = start + len(line) - len(line.lstrip())
        span = Span(file, at, at + len(text))
        start += len(line) + 1
        if not text or text[0] in "#;":
            continue
        key, equals, value = (part.strip() for part in text.partition("="))
        if text[0] == "[" and text[-1] == "]" and "::" in text:
            current = Section(text[1:-1].strip(), span)
            before = sections.setdefault(current.name, current)
            if before is not current:
                note = Note("first listed here", before.span)
                reporter.report(diagnostics.listed_twice(current.name), span, note)
        elif current is not None and equals and key in keys:
            current.values[key] = Value(value, span)
        else:
            reporter.report(bad_line, span)
    return sections
