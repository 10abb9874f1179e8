"""Rules about where actors live: kinds of processes, and trees that share a channel.

All of them are warnings, because a program may be right by circumstances that no .ipdl file tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from ipdl import circles, diagnostics, prelude
from ipdl.model import Actor, Aggregate, Direction, ProcessSet, Protocol, Side, Type, Unit
from ipdl.reporter import Reporter
from ipdl.type_facts import aggregate_of, contained, member_types, unwrapped


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

    # Without a root there is another mistake in the hierarchy, which was reported.
    @cache
    def is_stranger(other: Protocol) -> bool:
        return bool(own and _roots(other) and own.isdisjoint(_roots(other)))

    params = [(m, param) for m in protocol.messages for param in (*m.params, *m.returns)]
    carried = _carried((param.type for _, param in params), is_stranger)
    for message, param in params:
        for stranger in carried(param.type):
            problem = diagnostics.actor_of_another_tree(message.name, protocol.name, stranger.name)
            reporter.report(problem, param.type_span)


def _carried(
    types: Iterable[Type], wanted: Callable[[Protocol], bool]
) -> Callable[[Type], Iterable[Protocol]]:
    """For the types that are given: the wanted protocols of which a value can carry actors. Each
    struct and union is looked at once, however many of the types contain it."""
    inside: dict[Aggregate, dict[Protocol, None]] = {}  # sets that keep their order

    def carried(type_: Type) -> Iterable[Protocol]:
        base = unwrapped(type_)
        if isinstance(base, Actor):
            return (base.protocol,) if wanted(base.protocol) else ()
        aggregate = aggregate_of(base)
        return () if aggregate is None else inside.get(aggregate, ())

    roots = [aggregate_of(unwrapped(type_)) for type_ in types]
    for knot in circles.components([root for root in roots if root is not None], contained):
        found: dict[Protocol, None] = {}
        for aggregate in knot:
            for type_ in member_types(aggregate):
                found.update(dict.fromkeys(carried(type_)))
        inside.update(dict.fromkeys(knot, found))
    return carried


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
