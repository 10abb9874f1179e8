"""Lint rules about the side that trusts less: what the child can make its parent do or hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ipdl import diagnostics, prelude
from ipdl.diagnostics import Problem
from ipdl.lint.rule import Rule
from ipdl.model import (
    Aggregate,
    Bounds,
    Direction,
    Field,
    Message,
    Param,
    ProcessSet,
    Protocol,
    Side,
    Type,
    Unit,
)
from ipdl.reporter import Note, Reporter
from ipdl.type_facts import aggregate_of, has_bytes, has_length, members, unwrapped


def parent_does_not_wait(unit: Unit, _: tuple[Unit, ...], reporter: Reporter) -> None:
    protocol = unit.protocol
    if protocol is None or not _child_is_less_trusted(protocol):
        return
    for message in protocol.messages:
        if message.sync and Side.PARENT in message.direction.senders:
            reporter.report(diagnostics.parent_waits(message.name), message.span)


def lengths_are_bounded(unit: Unit, _: tuple[Unit, ...], reporter: Reporter) -> None:
    def unbounded(type_: Type, bounds: Bounds) -> bool:
        return has_length(type_) and bounds.max_length is None

    _report_unbounded(unit, unbounded, diagnostics.unbounded_length, reporter)


def bytes_are_bounded(unit: Unit, _: tuple[Unit, ...], reporter: Reporter) -> None:
    def unbounded(type_: Type, bounds: Bounds) -> bool:
        return has_bytes(type_) and bounds.max_bytes is None

    _report_unbounded(unit, unbounded, diagnostics.unbounded_bytes, reporter)


def _report_unbounded(
    unit: Unit,
    unbounded: Callable[[Type, Bounds], bool],
    problem: Callable[[str], Problem],
    reporter: Reporter,
) -> None:
    """Looks at all that a child's values can hold. A member of a type is reported once in a run, at
    its place, with the first message that brings it to the parent."""
    protocol = unit.protocol
    if protocol is None or not _child_is_less_trusted(protocol):
        return
    seen: set[Aggregate] = set()
    for message, param in _sent_by_child(protocol):
        if unbounded(param.type, param.bounds):
            reporter.report(problem(f"`{param.name}`"), param.span)
        for aggregate, member in _held_members(param.type, seen):
            if unbounded(member.type, member.bounds):
                name = f"`{member.name}`" if member.name else f"a component of `{aggregate.name}`"
                note = Note(f"it comes to the parent in message `{message.name}`", message.span)
                reporter.report(problem(name), member.span, note)


def _sent_by_child(protocol: Protocol) -> Iterator[tuple[Message, Param]]:
    """What arrives at the parent: parameters, and what the child returns."""
    for message in protocol.messages:
        if message.direction is not Direction.CHILD:
            yield from ((message, param) for param in message.params)
        if message.direction is not Direction.PARENT:
            yield from ((message, param) for param in message.returns)


def _held_members(type_: Type, seen: set[Aggregate]) -> Iterator[tuple[Aggregate, Field]]:
    """The members of all structs and unions within that were not seen before."""
    stack = [type_]
    while stack:
        aggregate = aggregate_of(unwrapped(stack.pop()))
        if aggregate is None or aggregate in seen:
            continue
        seen.add(aggregate)
        for member in members(aggregate):
            yield aggregate, member
            stack.append(member.type)


def _child_is_less_trusted(protocol: Protocol) -> bool:
    """Not if the child side lives where parents live, and only there."""
    parent_kind = prelude.load(protocol.unit.prelude).parent_kind
    places = _places(protocol)
    return not places or any(place.kinds != (parent_kind,) for place in places)


def _places(protocol: Protocol) -> list[ProcessSet]:
    """Where the child side may live: as the protocol says, or else its managers."""
    places: list[ProcessSet] = []
    seen = {protocol}
    stack = [protocol]
    while stack:
        one = stack.pop()
        if one.child_proc is not None:
            places.append(one.child_proc)
            continue
        fresh = [manager for manager in one.managers if manager not in seen]
        seen.update(fresh)
        stack += fresh
    return places


RULES = (
    Rule(812, parent_does_not_wait),
    Rule(813, lengths_are_bounded),
    Rule(814, bytes_are_bounded),
)
