"""Rules about what a file as a whole declares."""

from __future__ import annotations

import os

from ipdl import diagnostics
from ipdl.lexer import is_name
from ipdl.loader import STDIN_NAME
from ipdl.model import Unit, UnitKind
from ipdl.reporter import Reporter
from ipdl.source import Span


def declares_something(unit: Unit, reporter: Reporter) -> None:
    """A file is not empty, and an .ipdl file has a protocol."""
    if unit.incomplete or unit.damaged or unit.protocol is not None:
        return
    start = Span(unit.file, 0, 0)
    if not (unit.types or unit.enums or unit.constants):
        reporter.report(diagnostics.empty_file(), start)
    elif unit.kind is UnitKind.PROTOCOL:
        header = unit.name + UnitKind.HEADER.extension
        reporter.report(diagnostics.no_protocol(unit.basename, header), start)


def header_can_be_included(unit: Unit, reporter: Reporter) -> None:
    if unit.kind is UnitKind.HEADER and unit.file.path != STDIN_NAME and not is_name(unit.name):
        problem = diagnostics.unusable_file_name(unit.basename, unit.name)
        reporter.report_file(problem, unit.file.path)


def file_is_named_after_protocol(unit: Unit, reporter: Reporter) -> None:
    protocol = unit.protocol
    if protocol is None or protocol.name == unit.name or unit.file.path == STDIN_NAME:
        return
    expected = protocol.name + unit.kind.extension
    actual = os.path.basename(unit.file.path)
    problem = diagnostics.wrong_file_name(protocol.name, expected, actual)
    reporter.report(problem, protocol.span)


def protocol_begins_with_p(unit: Unit, reporter: Reporter) -> None:
    """A rule since edition 2025."""
    protocol = unit.protocol
    if unit.edition == "2024":
        return
    if protocol is not None and not protocol.name.startswith("P"):
        reporter.report(diagnostics.protocol_without_p(protocol.name), protocol.span)


def includes_are_used(unit: Unit, reporter: Reporter) -> None:
    for place in unit.unused_includes:
        reporter.report(diagnostics.unused_include(place.text), place)


RULES = (
    declares_something,
    header_can_be_included,
    file_is_named_after_protocol,
    protocol_begins_with_p,
)
ROOT_RULES = (includes_are_used,)
