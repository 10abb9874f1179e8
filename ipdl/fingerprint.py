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

from ipdl.model import (
    Actor,
    Aggregate,
    Endpoint,
    Imported,
    ManagedEndpoint,
    Message,
    Param,
    Protocol,
    Struct,
    Type,
    Unit,
)
from ipdl.type_facts import aggregate_of, member_types, spelling, unwrapped

FORMAT = "ipdl-fingerprint-1"


def fingerprint(unit: Unit) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(canonical_text(unit).encode("utf-8")).hexdigest()


def canonical_text(unit: Unit) -> str:
    """What is hashed: one line per fact, definitions sorted by qualified name."""
    blocks: dict[str, str] = {}
    pending: list[Protocol | Aggregate] = list(unit.types)
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
        else:
            blocks[node.qualified] = _aggregate_text(node)
            types = member_types(node)
        for type_ in types:
            pending.extend(_reached(type_))
    return "\n".join([FORMAT, *(blocks[name] for name in sorted(blocks))])


def _reached(type_: Type) -> list[Protocol | Aggregate]:
    base = unwrapped(type_)
    if isinstance(base, (Actor, Endpoint, ManagedEndpoint)):
        return [base.protocol]
    aggregate = aggregate_of(base)
    return [] if aggregate is None else [aggregate]


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
    return "(" + ", ".join(f"{_type_text(p.type)} {p.name}" for p in params) + ")"


def _aggregate_text(aggregate: Aggregate) -> str:
    if isinstance(aggregate, Struct):
        members = [f"{_type_text(f.type)} {f.name};" for f in aggregate.fields]
        return f"struct {aggregate.qualified} {{{' '.join(members)}}}"
    components = [f"{_type_text(c.type)};" for c in aggregate.components]
    return f"union {aggregate.qualified} {{{' '.join(components)}}}"


def _type_text(type_: Type) -> str:
    """The spelling, with the base type's full name in place of its short one."""
    base = unwrapped(type_)
    aggregate = aggregate_of(base)
    full = spelling(base)
    if aggregate is not None:
        full = aggregate.qualified
    elif isinstance(base, Imported):
        full = ("nullable " if base.nullable else "") + base.using.cxx
    elif isinstance(base, Actor):
        full = ("nullable " if base.nullable else "") + base.protocol.qualified
    elif isinstance(base, (Endpoint, ManagedEndpoint)):
        full = f"{type(base).__name__}<{base.protocol.qualified} {base.side.value}>"
    return spelling(type_).replace(spelling(base), full, 1)
