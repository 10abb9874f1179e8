"""What is known of single messages besides their .ipdl: reading it, and the rules about it.

Only for runs that are given such a file, in the form that Gecko's `message-metadata.ini` has:

    [PFoo::Message]
    segment_capacity = 64      bytes that a message of this kind usually takes

A constructor is written as in C++, `PFoo::PBarConstructor`, and a protocol without its namespace.
Nothing is made of the numbers: a message of ours is written to the end of its channel's queue,
which has room already. They are checked so that one file can serve both compilers. Called by
`compile`; only the files of the command line are judged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ipdl import diagnostics, literals, section_file
from ipdl.model import Unit
from ipdl.reporter import Reporter
from ipdl.section_file import Section
from ipdl.similar import Guesser
from ipdl.source import SourceFile

KEY = "segment_capacity"
MOST_BYTES = (1 << 32) - 1


def check(units: Iterable[Unit], file: SourceFile, reporter: Reporter) -> None:
    """Every section names a message, and every number is one."""
    sections = section_file.read(file, (KEY,), diagnostics.bad_metadata_line(), reporter)
    guesser = Guesser()
    protocols = {unit.protocol.name: unit.protocol for unit in units if unit.protocol is not None}
    names = {
        protocol: {message.cxx_name: None for message in protocol.messages}
        for protocol in protocols.values()
    }
    for section in sections.values():
        owner, _, name = section.name.partition("::")
        if owner in protocols and not protocols[owner].incomplete:
            _check_name(section, name, names[protocols[owner]], guesser, reporter)
        _check_capacity(section, reporter)


def _check_name(
    section: Section, name: str, names: Collection[str], guesser: Guesser, reporter: Reporter
) -> None:
    if name in names:
        return
    hint = "remove it, or name a message of the protocol"
    meant = guesser.nearest(name, lambda: names, cutoff=0.6)
    if name + "Constructor" in names:
        meant = name + "Constructor"
    if meant is not None:
        owner = section.name.partition("::")[0]
        hint = f"write `[{owner}::{meant}]`"
    reporter.report(diagnostics.metadata_of_nothing(section.name, hint), section.span)


def _check_capacity(section: Section, reporter: Reporter) -> None:
    value = section.values.get(KEY)
    if value is None:
        reporter.report(diagnostics.no_segment_capacity(section.name), section.span)
        return
    number = literals.number(value.text)
    if not isinstance(number, int) or not 1 <= number <= MOST_BYTES:
        reporter.report(diagnostics.bad_segment_capacity(value.text[:40], MOST_BYTES), value.span)
