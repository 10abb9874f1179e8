"""Rules about protocols that manage each other."""

from __future__ import annotations

from ipdl import diagnostics
from ipdl.check.semantics import hint_for, needs_more
from ipdl.model import Protocol, Unit
from ipdl.reporter import Note, Reporter


def managers_and_managed_agree(unit: Unit, reporter: Reporter) -> None:
    """`PA manages PB` and `PB manager PA` come in pairs."""
    protocol = unit.protocol
    if protocol is None:
        return
    for managed, span in zip(protocol.manages, protocol.manages_spans):
        if protocol not in managed.managers and not managed.incomplete:
            problem = diagnostics.managed_disagrees(protocol.name, managed.name)
            note = Note(f"`{managed.name}` is declared here", managed.span)
            reporter.report(problem, span, note)
    for manager, span in zip(protocol.managers, protocol.manager_spans):
        if protocol not in manager.manages and not manager.incomplete:
            problem = diagnostics.manager_disagrees(protocol.name, manager.name)
            note = Note(f"`{manager.name}` is declared here", manager.span)
            reporter.report(problem, span, note)


def not_managed_by_itself_only(unit: Unit, reporter: Reporter) -> None:
    protocol = unit.protocol
    if protocol is not None and protocol.managers == [protocol] and not unit.incomplete:
        problem = diagnostics.managed_by_itself_only(protocol.name)
        reporter.report(problem, protocol.manager_spans[0])


def management_has_no_circles(unit: Unit, reporter: Reporter) -> None:
    """A circle of two or more is reported once, from its member that is first by name."""
    protocol = unit.protocol
    if protocol is None:
        return
    circle = _shortest_circle(protocol)
    if len(circle) > 1 and protocol.qualified == min(p.qualified for p in circle):
        names = " -> ".join(p.name for p in (*circle, protocol))
        place = protocol.manages_spans[protocol.manages.index(circle[1])]
        reporter.report(diagnostics.management_cycle(names), place)


def _shortest_circle(start: Protocol) -> list[Protocol]:
    """The protocols on a shortest way down from one back to itself; empty if there is none."""
    came_from: dict[Protocol, Protocol] = {}
    queue = [start]
    for protocol in queue:
        for managed in protocol.manages:
            if managed is protocol:
                continue
            if managed is start:
                way = [protocol]
                while way[-1] is not start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if managed not in came_from:
                came_from[managed] = protocol
                queue.append(managed)
    return []


def manager_is_powerful_enough(unit: Unit, reporter: Reporter) -> None:
    protocol = unit.protocol
    if protocol is None:
        return
    nesting = (0, protocol.nested_up_to)
    for manager, span in zip(protocol.managers, protocol.manager_spans):
        if manager is not protocol and needs_more(protocol.sync, nesting, manager):
            problem = diagnostics.stronger_than_manager(
                protocol.name, manager.name, hint_for(protocol.sync, nesting, manager)
            )
            reporter.report(problem, span, Note("the manager is declared here", manager.span))


RULES = (
    managers_and_managed_agree,
    not_managed_by_itself_only,
    management_has_no_circles,
    manager_is_powerful_enough,
)
