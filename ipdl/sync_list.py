"""The list of sync messages that are allowed, each with a reason: the rules about it.

Only for runs that are given such a file. Its form is that of an .ini file (`section_file`):

    [PFoo::Message]
    description = why the sender must wait
    platform = win        (optional: the message exists there only)

Names are those in the .ipdl: a constructor is listed under the managed protocol's name, and a
protocol without its namespace. Called by `compile`; only the files of the command line are judged.
"""

from __future__ import annotations

from collections.abc import Iterable

from ipdl import diagnostics, section_file
from ipdl.model import Unit
from ipdl.reporter import Note, Reporter
from ipdl.section_file import Section
from ipdl.source import SourceFile


def _text(section: Section, key: str) -> str:
    return section.values[key].text if key in section.values else ""


def check(units: Iterable[Unit], file: SourceFile, reporter: Reporter) -> None:
    """Every sync message is listed, and what is listed is a sync message."""
    problem = diagnostics.bad_sync_list_line()
    entries = section_file.read(file, ("description", "platform"), problem, reporter)
    for entry in entries.values():
        if not _text(entry, "description"):
            reporter.report(diagnostics.no_sync_description(entry.name), entry.span)
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
    declared = {f"{p.name}::{message.name}" for p in protocols.values() for message in p.messages}
    for entry in entries.values():
        owner, _, message_name = entry.name.partition("::")
        if owner not in protocols or _text(entry, "platform") or protocols[owner].incomplete:
            continue
        if f"{owner}::{message_name}" not in declared:
            reporter.report(diagnostics.listed_but_missing(entry.name), entry.span)
