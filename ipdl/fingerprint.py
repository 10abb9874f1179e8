"""A stable hash of what a unit means on the wire.

Two builds whose fingerprints of a protocol agree read each other's messages alike. The hash covers
the protocol and everything it reaches: its managed protocols, the structs, unions and imported C++
types of its messages, and the protocols of actor and endpoint arguments. It does not depend on
comments, layout, file paths, the order of `-I`, nor on what only shapes one side's C++ (which
class implements it, virtual sends).

Used by the emitter, which writes it into generated code. The canonical text is a format of its own:
changing it changes every fingerprint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ipdl.model import (
    Actor,
    Aggregate,
    Array,
    Endpoint,
    Enum,
    EnumType,
    Field,
    Imported,
    ManagedEndpoint,
    Map,
    Message,
    Optional,
    Param,
    Protocol,
    Struct,
    Type,
    UniquePtr,
    Unit,
)
from ipdl.type_facts import aggregate_of, map_keys, member_types, spelling, unwrapped

FORMAT = "ipdl-fingerprint-1"


def fingerprint(unit: Unit) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(canonical_text(unit).encode("utf-8")).hexdigest()


def canonical_text(unit: Unit) -> str:
    """What is hashed: one line per fact, definitions sorted by qualified name."""
    blocks: dict[str, str] = {}
    pending: list[Protocol | Aggregate | Enum] = [*unit.types, *unit.enums]
    if unit.protocol is not None:
        pending = [unit.protocol]
    while pending:
        node = pending.pop()
        if node.qualified in blocks:
            continue
        if isinstance(node, Protocol):
            blocks[node.qualified] = _protocol_text(node)
            pending.extend(node.manages)
            types = [p.type for m in node.messages for p in (*m.params, *m.returns)]
        elif isinstance(node, Enum):
            blocks[node.qualified] = _enum_text(node)
            continue
        else:
            blocks[node.qualified] = _aggregate_text(node)
            types = member_types(node)
        for type_ in types:
            pending.extend(_reached(type_))
    return "\n".join([FORMAT, *(blocks[name] for name in sorted(blocks))])


def _reached(type_: Type) -> Iterator[Protocol | Aggregate | Enum]:
    for base in (unwrapped(type_), *map_keys(type_)):
        aggregate = aggregate_of(base)
        if isinstance(base, (Actor, Endpoint, ManagedEndpoint)):
            yield base.protocol
        elif isinstance(base, EnumType):
            yield base.enum
        elif aggregate is not None:
            yield aggregate


def _protocol_text(protocol: Protocol) -> str:
    head = [
        f"protocol {protocol.qualified} {'sync' if protocol.sync else 'async'}",
        f"nested {protocol.nested_up_to.spelling} pid {int(protocol.needs_other_pid)}",
        *(f"manager {name}" for name in sorted(p.qualified for p in protocol.managers)),
        *(f"manages {name}" for name in sorted(p.qualified for p in protocol.manages)),
    ]
    return "\n".join(head + [_message_text(message) for message in protocol.messages])


def _message_text(message: Message) -> str:
    returns = f" returns {_params_text(message.returns)}" if message.has_returns else ""
    return (
        f"{message.direction.value} {'sync' if message.sync else 'async'} {message.name} "
        f"nested {message.nested.spelling} compress {message.compress.value} "
        f"priority {message.priority.value} {message.reply_priority.value} "
        f"{_params_text(message.params)}{returns}"
    )


def _params_text(params: list[Param]) -> str:
    return "(" + ", ".join(f"{_member_text(p)} {p.name}" for p in params) + ")"


def _aggregate_text(aggregate: Aggregate) -> str:
    if isinstance(aggregate, Struct):
        members = [f"{_member_text(f)} {f.name};" for f in aggregate.fields]
        return f"struct {aggregate.qualified} {{{' '.join(members)}}}"
    components = [f"{_member_text(c)};" for c in aggregate.components]
    return f"union {aggregate.qualified} {{{' '.join(components)}}}"


def _enum_text(enum: Enum) -> str:
    values = " ".join(f"{each.name}={each.value}" for each in enum.values)
    underlying = enum.underlying.name if enum.underlying is not None else ""
    return f"enum {enum.qualified} {underlying} {{{values}}}"


def _member_text(member: Field | Param) -> str:
    """The type, and what a receiver refuses beyond that."""
    length, bytes_ = member.bounds.max_length, member.bounds.max_bytes
    text = "" if length is None else f"length {length.limit} "
    text += "" if bytes_ is None else f"bytes {bytes_.limit} "
    return text + _type_text(member.type)


def _type_text(type_: Type) -> str:
    """The spelling, with full names in place of short ones."""
    if isinstance(type_, Array):
        return _type_text(type_.base) + "[]"
    if isinstance(type_, Optional):
        return _type_text(type_.base) + "?"
    if isinstance(type_, UniquePtr):
        return f"UniquePtr<{_type_text(type_.base)}>"
    if isinstance(type_, Map):
        return f"map<{_type_text(type_.key)}, {_type_text(type_.base)}>"
    aggregate = aggregate_of(type_)
    if aggregate is not None:
        return aggregate.qualified
    if isinstance(type_, EnumType):
        return type_.enum.qualified
    if isinstance(type_, Imported):
        return ("nullable " if type_.nullable else "") + type_.using.cxx
    if isinstance(type_, Actor):
        return ("nullable " if type_.nullable else "") + type_.protocol.qualified
    if isinstance(type_, (Endpoint, ManagedEndpoint)):
        return f"{type(type_).__name__}<{type_.protocol.qualified} {type_.side.value}>"
    return spelling(type_)
