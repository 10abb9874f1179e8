"""Rules about where actors live: kinds of processes, and trees that share a channel.

All of them are warnings, because a program may be right by circumstances that no .ipdl file tells.
"""

from __future__ import annotations

from ipdl import diagnostics, prelude
from ipdl.model import Actor, Direction, ProcessSet, Protocol, Side, Unit
from ipdl.reporter import Reporter
from ipdl.type_facts import walk


def managed_can_live_with_manager(unit: Unit, reporter: Reporter) -> None:
    protocol = unit.protocol
    if protocol is None or protocol.toplevel:
        return
    for side, attribute in ((Side.PARENT, "ParentProc"), (Side.CHILD, "ChildProc")):
        own = protocol.proc(side)
        for manager in protocol.managers:
            others = manager.proc(side)
            if own is None or others is None or set(own.kinds) & set(others.kinds):
                continue
            problem = diagnostics.processes_disjoint(
                side.value, protocol.name, _shown(own), manager.name, _shown(others)
            )
            reporter.report(problem, protocol.attribute_spans.get(attribute, protocol.span))


def _shown(process: ProcessSet) -> str:
    return f"`{process.name}`"


def no_sync_between_children(unit: Unit, reporter: Reporter) -> None:
    protocol = unit.protocol
    if protocol is None or protocol.parent_proc is None:
        return
    if prelude.load(unit.prelude).parent_kind in protocol.parent_proc.kinds:
        return
    for message in protocol.messages:
        if message.sync and message.direction is Direction.PARENT:
            reporter.report(diagnostics.sync_between_children(message.name), message.span)


def actors_stay_in_their_tree(unit: Unit, reporter: Reporter) -> None:
    """An actor travels as an id, which means something only on the channel of its own tree."""
    protocol = unit.protocol
    if protocol is None or unit.incomplete:
        return
    own = _roots(protocol)
    for message in protocol.messages:
        for param in (*message.params, *message.returns):
            for part in walk(param.type):
                if not isinstance(part, Actor):
                    continue
                others = _roots(part.protocol)
                # Without a root there is another mistake in the hierarchy, which was reported.
                if own and others and own.isdisjoint(others):
                    problem = diagnostics.actor_of_another_tree(
                        message.name, protocol.name, part.protocol.name
                    )
                    reporter.report(problem, param.type_span)


def _roots(protocol: Protocol) -> set[Protocol]:
    """The top-level protocols in whose trees a protocol may stand."""
    seen = {protocol}
    queue = [protocol]
    for one in queue:
        for manager in one.managers:
            if manager not in seen:
                seen.add(manager)
                queue.append(manager)
    return {one for one in seen if one.toplevel}


RULES = (managed_can_live_with_manager, no_sync_between_children, actors_stay_in_their_tree)
