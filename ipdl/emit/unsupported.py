"""What the language allows and this emitter, or the runtime behind it, does not do yet.

The command line refuses to generate a unit for which this is not empty; nothing is dropped in
silence. `ipdl check` does not ask.
"""

from __future__ import annotations

from collections.abc import Iterator

from ipdl.cxx_identity import by_prelude
from ipdl.model import (
    Actor,
    Aggregate,
    Builtin,
    Category,
    Field,
    ImplKind,
    ManagedEndpoint,
    Message,
    Param,
    Protocol,
    Side,
    Union,
    Unit,
)
from ipdl.source import Span
from ipdl.type_facts import is_comparable, members, spelling, unwrapped

Finding = tuple[Span, str]


def unsupported(unit: Unit) -> list[Finding]:
    """(place, what cannot be generated) in source order of their kinds."""
    found = [finding for aggregate in unit.types for finding in _in_aggregate(aggregate)]
    if unit.protocol is not None:
        found += _in_protocol(unit.protocol)
        for message in unit.protocol.messages:
            found += _in_message(message)
    return found


def _in_aggregate(aggregate: Aggregate) -> Iterator[Finding]:
    for member in members(aggregate):
        yield from _in_type(member)
        if aggregate.comparable and not is_comparable(member.type):
            yield member.type_span, f"[Comparable] with a {spelling(member.type)}"
    if isinstance(aggregate, Union):
        yield from _equal_components(aggregate)


def _equal_components(union: Union) -> Iterator[Finding]:
    """Those that are one type by this compiler's prelude alone; the others were refused before."""
    seen: dict[str, str] = {}
    for component in union.components:
        written = spelling(component.type)
        first = seen.setdefault(by_prelude(component.type), written)
        if first is not written:
            what = f"a union of {first} and {written}, which are one type in C++"
            yield component.span, what


def _in_protocol(protocol: Protocol) -> Iterator[Finding]:
    default = any(protocol.impl(side).kind is ImplKind.DEFAULT for side in Side)
    if default and not protocol.name.startswith("P"):
        yield protocol.span, (
            f"protocol {protocol.name}, whose implementation would have the names of the generated "
            "classes: it needs [ParentImpl] and [ChildImpl]"
        )


def _in_message(message: Message) -> Iterator[Finding]:
    for param in (*message.params, *message.returns):
        yield from _in_type(param)


def _in_type(member: Field | Param) -> Iterator[Finding]:
    type_ = member.type
    base = unwrapped(type_)
    if isinstance(base, Actor) and base.protocol.toplevel:
        yield member.type_span, (
            f"a reference to a {base.protocol.name}, which has no manager and so no id on the wire"
        )
    if isinstance(base, ManagedEndpoint):
        yield member.type_span, "ManagedEndpoint"
    if isinstance(base, Builtin) and base.entry.category is Category.SHMEM:
        yield member.type_span, base.entry.name
