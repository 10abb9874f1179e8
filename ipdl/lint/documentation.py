"""The lint rule about doc comments. Off unless asked for: whether all must be there is a matter of a
project, and of its age."""

from __future__ import annotations

from ipdl import diagnostics
from ipdl.lint.naming import kind_of
from ipdl.lint.rule import Rule
from ipdl.model import Unit
from ipdl.reporter import Reporter


def declarations_are_documented(unit: Unit, _: tuple[Unit, ...], reporter: Reporter) -> None:
    for aggregate in unit.types:
        if not aggregate.doc:
            problem = diagnostics.undocumented(kind_of(aggregate), aggregate.name)
            reporter.report(problem, aggregate.span)
    for enum in unit.enums:
        if not enum.doc:
            reporter.report(diagnostics.undocumented("enum", enum.name), enum.span)
    protocol = unit.protocol
    if protocol is None:
        return
    if not protocol.doc:
        reporter.report(diagnostics.undocumented("protocol", protocol.name), protocol.span)
    for message in protocol.messages:
        if not message.doc and not message.is_delete:
            reporter.report(diagnostics.undocumented("message", message.name), message.span)


RULES = (Rule(822, declarations_are_documented, on=False),)
