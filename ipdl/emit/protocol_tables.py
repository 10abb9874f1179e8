"""What both sides of a protocol share, in `PFoo.h` and `PFoo.cc`: the namespace PFoo with the
protocol's id, its message numbers, the table that the runtime reads, and CreateEndpoints.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

from ipdl import prelude
from ipdl.emit.code import Code
from ipdl.emit.includes import quoted
from ipdl.emit.names import cxx_name
from ipdl.emit.scope import IPDL, Scope, cxx_namespace, declared_names
from ipdl.emit.literals import without_trigraphs
from ipdl.emit.signature import signature
from ipdl.fingerprint import fingerprint
from ipdl.model import (
    Compress,
    Direction,
    ImplKind,
    Message,
    Nesting,
    Priority,
    Protocol,
    Side,
    Unit,
)


# Of a table entry, in characters: a signature above this is cut into lines of its own.
LONGEST_ITEM = 92

_PRIORITIES = {
    Priority.LOW: "kLow",
    Priority.MEDIUMHIGH: "kMediumHigh",
    Priority.INPUT: "kInput",
    Priority.VSYNC: "kVsync",
    Priority.CONTROL: "kControl",
}

_NESTINGS = {Nesting.INSIDE_SYNC: "kInsideSync", Nesting.INSIDE_CPOW: "kInsideCpow"}


def protocol_id(protocol: Protocol) -> int:
    """32 bits of a hash of the qualified name; never 0, which the wire gives to the connection."""
    digest = hashlib.sha256(protocol.qualified.encode("utf-8")).digest()
    return int.from_bytes(digest[:4], "big") or 1


def message_constant(message: Message) -> str:
    return "Msg_" + message.cxx_name


def is_impl(unit: Unit, header: str) -> bool:
    """Is the header that of a class which [ParentImpl] or [ChildImpl] names?"""
    if unit.protocol is None:
        return False
    impls = (unit.protocol.impl(side) for side in Side)
    return any(
        impl.kind is ImplKind.CLASS and names_class(header, impl.class_name) for impl in impls
    )


def names_class(header: str, class_name: str) -> bool:
    """Is the header named after the class? `a/FooParent.h` and `a/foo_parent.h` are, after
    `ns::FooParent`."""
    stem = PurePosixPath(header).stem.replace("_", "").lower()
    return stem == class_name.rpartition("::")[2].replace("_", "").lower()


def header_includes(protocol: Protocol) -> list[str]:
    includes = ["<cstdint>", quoted("glue/protocol.h")]
    kind = "endpoint" if protocol.toplevel else "managed_endpoint"
    includes.append(quoted(f"glue/{kind}_fwd.h"))
    return includes


def emit_declarations(unit: Unit, code: Code) -> None:
    protocol = unit.protocol
    assert protocol is not None
    name = cxx_name(protocol.name)
    code.line(f"namespace {name} {{")
    code.line()
    code.line(f"inline constexpr uint32_t kProtocolId = 0x{protocol_id(protocol):08x};")
    code.line(f"extern const {IPDL}::ProtocolInfo kProtocol;")
    if protocol.messages:
        code.line()
        with code.block("enum Message : uint16_t", "};"):
            code.lines([f"{message_constant(message)}," for message in protocol.messages])
    if protocol.toplevel:
        code.line()
        _emit_create_endpoints(code, protocol, unit)
    code.line()
    code.line(f"}}  // namespace {name}")


def emit_definitions(unit: Unit, code: Code) -> None:
    protocol = unit.protocol
    assert protocol is not None
    name = cxx_name(protocol.name)
    code.line(f"namespace {name} {{")
    if protocol.messages:
        code.line("namespace {")
        code.line()
        with code.initialiser(f"constexpr {IPDL}::MessageInfo kMessages[]"):
            for message in protocol.messages:
                _emit_message_info(code, message)
        code.line()
        code.line("}  // namespace")
    code.line()
    with code.initialiser(f"constinit const {IPDL}::ProtocolInfo kProtocol"):
        code.line(f'.name = "{protocol.qualified}",')
        code.line(".id = kProtocolId,")
        code.line(f".fingerprint = 0x{fingerprint(unit)[:16]},")
        code.line(f".toplevel = {'true' if protocol.toplevel else 'false'},")
        if protocol.toplevel and _reorders(protocol):
            code.line(".reorders = true,")
        for side in Side:
            if protocol.toplevel and (kinds := _kinds(unit, protocol, side)):
                code.line(f'.{side.value}_kinds = "{kinds}",')
        code.line(f".messages = {'kMessages' if protocol.messages else 'nullptr'},")
        code.line(f".message_count = {len(protocol.messages)},")
    code.line()
    code.line(f"}}  // namespace {name}")


def _kinds(unit: Unit, protocol: Protocol, side: Side) -> str:
    """Where that side may live, as in ProtocolInfo; empty: in every kind of process."""
    process = protocol.proc(side)
    names = prelude.load(unit.prelude)
    every = {kind for one in names.processes.values() for kind in one.kinds}
    if process is None or every == set(process.kinds):
        return ""
    if every - set(process.kinds) == {names.parent_kind}:
        # A launcher may have names of its own for its children.
        return f"!{names.parent_kind}"
    return " ".join(process.kinds)


def _emit_create_endpoints(code: Code, protocol: Protocol, unit: Unit) -> None:
    inner = (*cxx_namespace(protocol.namespace), cxx_name(protocol.name))
    scope = Scope(inner, declared_names(unit))
    ends = [scope.own(protocol.namespace, protocol.actor_class(side)) for side in Side]
    code.line('// Called like a function, by whoever includes "glue/endpoint.h":')
    code.line("//   absl::Status made = CreateEndpoints(&parent, &child);")
    code.line(f"inline constexpr {IPDL}::EndpointMaker<{', '.join(ends)}> CreateEndpoints{{}};")


def _emit_message_info(code: Code, message: Message) -> None:
    signatures = [without_trigraphs(signature(p)) for p in (message.params, message.returns)]
    items = [f'"{message.cxx_name}"', _flags(message), *(f'"{text}"' for text in signatures)]
    if max(map(len, items)) <= LONGEST_ITEM:
        code.wrapped("{", items, "},")
        return
    code.line(f"{{{items[0]}, {items[1]},")
    with code.indented(1):
        code.string(signatures[0], ",")
        code.string(signatures[1], "},")


def _flags(message: Message) -> str:
    flags = []
    if message.direction in (Direction.PARENT, Direction.BOTH):
        flags.append("kParentReceives")
    if message.direction in (Direction.CHILD, Direction.BOTH):
        flags.append("kChildReceives")
    if message.sync:
        flags.append("kSync")
    if message.has_reply:
        flags.append("kHasReply")
    if message.ctor_of is not None:
        flags.append("kConstructor")
    if message.is_delete:
        flags.append("kDelete")
    if message.nested is not Nesting.NOT:
        flags.append(_NESTINGS[message.nested])
    if message.compress is not Compress.NO:
        flags.append("kCompress" if message.compress is Compress.ADJACENT else "kCompressAll")
    for function, priority in (
        ("PriorityFlag", message.priority),
        ("ReplyPriorityFlag", message.reply_priority),
    ):
        if priority is not Priority.NORMAL:
            flags.append(f"{function}({IPDL}::MessagePriority::{_PRIORITIES[priority]})")
    return " | ".join(f"{IPDL}::{flag}" for flag in flags)


def _reorders(protocol: Protocol) -> bool:
    """Has the protocol, or one below it, messages that overtake or replace others?"""
    seen: set[Protocol] = set()
    left = [protocol]
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            left += one.manages
    return any(
        message.compress is not Compress.NO
        or message.priority is not Priority.NORMAL
        or message.reply_priority is not Priority.NORMAL
        for one in seen
        for message in one.messages
    )
