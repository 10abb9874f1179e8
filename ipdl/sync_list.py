"""The list of sync messages that are allowed, each with a reason: reading it, and the rules about it.

Only for runs that are given such a file. Its form is that of an .ini file:

    [PFoo::Message]
    description = why the sender must wait
    platform = win        (optional: the message exists there only)

Names are those in the .ipdl: a constructor is listed under the managed protocol's name, and a
protocol without its namespace. Called by `compile`; only the files of the command line are judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ipdl import diagnostics
from ipdl.model import Unit
from ipdl.reporter import Note, Reporter
from ipdl.source import SourceFile, Span


@dataclass
class Entry:
    """One section of the list."""

    name: str  # "PFoo::Message"
    span: Span
    description: str = ""
    platform: str = ""


def read(file: SourceFile, reporter: Reporter) -> dict[str, Entry]:
    """The entries by name. Blank lines and lines that begin with `#` or `;` do not count."""
    entries: dict[str, Entry] = {}
    current: Entry | None = None
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
            current = Entry(text[1:-1].strip(), span)
            before = entries.setdefault(current.name, current)
            if before is not current:
                note = Note("first listed here", before.span)
                reporter.report(diagnostics.listed_twice(current.name), span, note)
        elif current is not None and equals and key == "description":
            current.description = value
        elif current is not None and equals and key == "platform":
            current.platform = value
        else:
            reporter.report(diagnostics.bad_sync_list_line(), span)
    for entry in entries.values():
        if not entry.description:
            reporter.report(diagnostics.no_sync_description(entry.name), entry.span)
    return entries


def check(units: Iterable[Unit], file: SourceFile, reporter: Reporter) -> None:
    """Every sync message is listed, and what is listed is a sync message."""
    entries = read(file, reporter)
    protocols = {unit.protocol.name: unit.protocol for unit in units if unit.protocol is not None}
    for protocol in protocols.values():
        for message in protocol.messages:
            name = f"{protocol.name}::{message.name}"
            if message.sync and name not in entries:
                problem = diagnostics.sync_not_allowed(name, file.path)
                reporter.report(problem, message.span)
            elif not message.sync and name in entries:
                note = Note("it is declared here", message.span)
                reporter.report(diagnostics.listed_but_async(name), entries[name].span, note)
    for entry in entries.values():
        owner, _, message_name = entry.name.partition("::")
        if owner not in protocols or entry.platform or protocols[owner].incomplete:
            continue
        if all(message.name != message_name for message in protocols[owner].messages):
            reporter.report(diagnostics.listed_but_missing(entry.name), entry.span)
