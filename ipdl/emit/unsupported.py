"""What the language allows and this emitter, or the runtime behind it, does not do yet.

The command line refuses to generate a unit for which this is not empty; nothing is dropped in
silence. `ipdl check` does not ask.
"""

from __future__ import annotations

from collections.abc import Iterator

from ipdl.model import (
    Aggregate,
    Field,
    ManagedEndpoint,
    Message,
    Param,
    Unit,
)
from ipdl.source import Span
from ipdl.type_facts import members, unwrapped

Finding = tuple[Span, str]


def unsupported(unit: Unit) -> list[Finding]:
    """(place, what cannot be generated) in source order of their kinds."""
    found = [finding for aggregate in unit.types for finding in _in_aggregate(aggregate)]
    if unit.protocol is not None:
        for message in unit.protocol.messages:
            found += _in_message(message)
    return found


def _in_aggregate(aggregate: Aggregate) -> Iterator[Finding]:
    for member in members(aggregate):
        yield from _in_type(member)


def _in_message(message: Message) -> Iterator[Finding]:
    for param in (*message.params, *message.returns):
        yield from _in_type(param)


def _in_type(member: Field | Param) -> Iterator[Finding]:
    type_ = member.type
    base = unwrapped(type_)
    if isinstance(base, ManagedEndpoint):
        yield member.type_span, "ManagedEndpoint"
