"""What a manager's class has for managed endpoints: OpenPBarEndpoint and BindPBarEndpoint for each
protocol that it manages. The rest is glue/managed_endpoint.h. Called by `side_files`.
"""

from __future__ import annotations

from ipdl.emit.actor_class import ActorClass
from ipdl.emit.code import Code
from ipdl.emit.includes import quoted
from ipdl.emit.names import fresh
from ipdl.emit.scope import IPDL
from ipdl.model import Protocol, Side

FORWARD_HEADER = quoted("glue/managed_endpoint_fwd.h")
HEADER = quoted("glue/managed_endpoint.h")


def _end(actor: ActorClass, protocol: Protocol, side: Side) -> str:
    class_ = actor.scope.own(protocol.namespace, protocol.actor_class(side))
    return f"{IPDL}::ManagedEndpoint<{class_}>"


def _made(actor: ActorClass, protocol: Protocol) -> str:
    class_ = actor.actor(protocol)
    return f"{class_}*" if protocol.manual_dealloc else f"{IPDL}::RefPtr<{class_}>"


def _names(actor: ActorClass) -> tuple[str, str]:
    taken = actor.scope.declared.names
    return fresh("actor", taken), fresh("end", taken)


def emit_declarations(code: Code, actor: ActorClass, protocol: Protocol) -> None:
    made, end = _names(actor)
    name = protocol.name
    given = f"{_made(actor, protocol)} {made}"
    theirs, ours = (_end(actor, protocol, side) for side in (actor.side.other, actor.side))
    code.wrapped(f"{theirs} Open{name}Endpoint(", [given], ");")
    code.wrapped(f"bool Bind{name}Endpoint(", [f"{ours} {end}", given], ");")


def emit_bodies(code: Code, actor: ActorClass, protocol: Protocol) -> None:
    made, end = _names(actor)
    name = protocol.name
    given = f"{_made(actor, protocol)} {made}"
    plain = made if protocol.manual_dealloc else f"{made}.get()"
    theirs, ours = (_end(actor, protocol, side) for side in (actor.side.other, actor.side))
    code.line()
    code.wrapped(f"{theirs} {actor.name}::Open{name}Endpoint(", [given], ") {")
    with code.indented():
        opened = f"{IPDL}::OpenManagedEndpoint(*this, {plain})"
        code.wrapped(f"return {theirs}(", [opened], ");")
    code.line("}")
    code.line()
    code.wrapped(f"bool {actor.name}::Bind{name}Endpoint(", [f"{ours} {end}", given], ") {")
    with code.indented():
        moved = f"{actor.std('move')}({end})"
        code.wrapped(f"return {IPDL}::BindManagedEndpoint(", ["*this", moved, plain], ");")
    code.line("}")
