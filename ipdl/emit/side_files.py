"""The files of the actor classes: `PFooParent.h`, `PFooParent.cc` and the same for the child."""

from __future__ import annotations

from ipdl.emit import bounds, doc, forward, managed_endpoints, manual_dealloc
from ipdl.emit import receive, reference_traits, send
from ipdl.emit.actor_class import ActorClass
from ipdl.emit.banner import (
    emit_banner,
    emit_forward_declarations,
    guarded,
    inside_namespace,
)
from ipdl.emit.code import Code
from ipdl.emit.includes import GENERATED, Includes, quoted, unit_header
from ipdl.emit.protocol_tables import is_impl, names_class
from ipdl.emit.scope import IPDL
from ipdl.emit.types import is_scalar
from ipdl.emit.unit_files import add_wire_headers
from ipdl.model import Actor, ImplKind, Protocol, Side, Type
from ipdl.type_facts import unwrapped


def _what(actor: ActorClass) -> str:
    return f"the {actor.side.value} side of protocol {actor.protocol.qualified}"


# --- PFooParent.h


def _is_alone(actor: ActorClass, sides: tuple[Side, ...]) -> bool:
    """Is this an actor to which values can refer, and the other side's class is not generated?"""
    return len(sides) == 1 and not actor.protocol.toplevel


def emit_header(actor: ActorClass, sides: tuple[Side, ...]) -> str:
    """`sides`: those whose actor classes are generated."""
    code = Code()
    file_name = actor.name + ".h"
    emit_banner(code, actor.unit, file_name, _what(actor))
    with guarded(code, actor.unit, file_name):
        _header_includes(actor).emit(code)
        forwards = _header_forwards(actor)
        if _is_alone(actor, sides):
            forwards.append(forward.actor_class(actor.protocol, actor.side.other))
        emit_forward_declarations(code, forwards)
        with inside_namespace(code, actor.protocol.namespace):
            _emit_class(code, actor)
        if _is_alone(actor, sides):
            with inside_namespace(code, ("ipdl",)):
                reference_traits.emit_one_sided_declarations(code, actor.protocol)
    return code.text()


def _emit_class(code: Code, actor: ActorClass) -> None:
    code.comment(actor.protocol.doc)
    with code.block(f"class {actor.name} : public {actor.base}", "};"):
        code.label("public:")
        code.line(f"static const {IPDL}::ActorClass kClass;")
        _emit_resolver_types(code, actor)
        _emit_senders(code, actor)
        _emit_tree_declarations(code, actor)
        code.line()
        code.label("protected:")
        code.line(f"{actor.name}();")
        code.line(f"~{actor.name}() override;")
        _emit_receivers(code, actor)
        if actor.has_dispatch:
            code.line()
            code.label("private:")
            code.line("struct Dispatch;")


def _emit_resolver_types(code: Code, actor: ActorClass) -> None:
    if actor.resolvers:
        code.line()
    for message in actor.received:
        if message.name in actor.resolvers:
            receive.emit_resolver_type(code, actor, message)


def _emit_senders(code: Code, actor: ActorClass) -> None:
    previous_doc = True
    for message in actor.sent:
        has_doc = bool(doc.of_message(message))
        if has_doc or previous_doc:
            code.line()
        send.emit_declarations(code, actor, message)
        previous_doc = has_doc


def _emit_tree_declarations(code: Code, actor: ActorClass) -> None:
    managers, manages = actor.protocol.managers, actor.protocol.manages
    if managers:
        code.line()
        code.line(f"{_manager_type(actor)}* Manager() const;")
    if manages:
        code.line()
        code.line("// The actors that this one manages now, oldest first.")
    for protocol in manages:
        code.line(f"{_managed_type(actor, protocol)} {_managed_name(actor, protocol)}() const;")
    for protocol in manages:
        managed_endpoints.emit_declarations(code, actor, protocol)


def _manager_type(actor: ActorClass) -> str:
    managers = actor.protocol.managers
    return actor.actor(managers[0]) if len(managers) == 1 else f"{IPDL}::Actor"


def _managed_type(actor: ActorClass, protocol: Protocol) -> str:
    return f"{actor.std('vector')}<{IPDL}::RefPtr<{actor.actor(protocol)}>>"


def _managed_name(actor: ActorClass, protocol: Protocol) -> str:
    return "Managed" + protocol.actor_class(actor.side)


def _emit_receivers(code: Code, actor: ActorClass) -> None:
    if actor.virtual:
        for message in actor.received:
            code.line()
            receive.emit_virtual(code, actor, message)
        manual_dealloc.emit_virtual(code, actor)
        return
    defaults = [m for m in actor.received if receive.has_default(m)]
    if defaults:
        code.line()
        code.line("// The implementation may have its own; these answer Ok().")
        for message in defaults:
            receive.emit_default(code, actor, message)
    expected = [m for m in actor.received if m.ctor_of is not None or m not in defaults]
    if expected or manual_dealloc.freed_by(actor):
        code.line()
        code.line(f"// The implementation, {_shown_impl(actor)}, has:")
        with code.commented():
            for message in expected:
                code.comment(doc.of_message(message))
                receive.emit_expected(code, actor, message)
            manual_dealloc.emit_expected(code, actor)


def _shown_impl(actor: ActorClass) -> str:
    if actor.impl.kind is ImplKind.CLASS:
        return f"class {actor.impl_name}"
    return f'class {actor.impl_name} of "{actor.default_impl}.h"'


def _header_includes(actor: ActorClass) -> Includes:
    includes = Includes(of=quoted(actor.name + ".h"))
    base = "toplevel" if actor.protocol.toplevel else "actor"
    includes.add(unit_header(actor.unit), quoted(f"glue/{base}.h"))
    if actor.protocol.manages:
        includes.add("<vector>", quoted("glue/ref_ptr.h"), managed_endpoints.FORWARD_HEADER)
    for message in actor.sent:
        for param in message.params:
            includes.add_send(param.type)
        for param in message.returns:
            includes.add_mention(param.type)
        if message.ctor_of is not None:
            includes.add(quoted("glue/ref_ptr.h"))
        elif message.has_returns and not message.sync:
            includes.add("<utility>", quoted("glue/reply.h"))
        if not message.has_returns or message.sync or message.ctor_of is None:
            includes.add(quoted("runtime/send_result.h"))
    for message in manual_dealloc.only_sent(actor):
        for param in message.params:
            includes.add_mention(param.type)
    for message in actor.received:
        # Also what only the author's class declares: it includes this header and need not know
        # where the types of its arguments live.
        includes.add(quoted("glue/result.h"))
        if message.name in actor.resolvers:
            includes.add(quoted("glue/resolver.h"))
        if message.ctor_of is not None:
            includes.add(quoted("glue/ref_ptr.h"))
        if any(map(actor.of(message).is_tainted, message.params)):
            includes.add(quoted("glue/tainted.h"))
        for param in (*message.params, *message.returns):
            includes.add_mention(param.type)
    return includes


def _header_forwards(actor: ActorClass) -> list[forward.Forward]:
    found: list[forward.Forward] = []
    protocols = list(actor.protocol.manages)
    if len(actor.protocol.managers) == 1:
        protocols += actor.protocol.managers
    found += [forward.actor_class(protocol, actor.side) for protocol in protocols]
    found += [
        forward.actor_class(protocol, actor.side.other) for protocol in actor.protocol.manages
    ]
    for message in actor.protocol.messages:
        for param in (*message.params, *message.returns):
            found += forward.of_mention(param.type, actor.side)
    own = forward.actor_class(actor.protocol, actor.side)
    return [each for each in found if each != own]


# --- PFooParent.cc


def emit_source(actor: ActorClass, sides: tuple[Side, ...]) -> str:
    """`sides`: those whose actor classes are generated."""
    code = Code()
    emit_banner(code, actor.unit, actor.name + ".cc", _what(actor))
    _source_includes(actor, sides).emit(code)
    with inside_namespace(code, actor.protocol.namespace):
        if actor.has_dispatch:
            receive.emit_dispatch(code, actor)
        _emit_identity(code, actor)
        for message in actor.sent:
            send.emit_bodies(code, actor, message)
        for message in actor.received:
            if receive.has_default(message):
                receive.emit_default_body(code, actor, message)
        _emit_tree_bodies(code, actor)
    if _is_alone(actor, sides):
        with inside_namespace(code, ("ipdl",)):
            reference_traits.emit_one_sided_bodies(code, actor.protocol, actor.side)
    return code.text()


def _emit_identity(code: Code, actor: ActorClass) -> None:
    handlers = f"{actor.name}::Dispatch::kHandlers" if actor.protocol.messages else "nullptr"
    name = actor.name
    code.line()
    with code.initialiser(f"constinit const {IPDL}::ActorClass {name}::kClass"):
        code.line(f".protocol = &{actor.table}::kProtocol,")
        code.line(f".side = {IPDL}::Side::k{actor.side.suffix},")
        code.line(f".handlers = {handlers},")
        if actor.protocol.manual_dealloc:
            code.line(".manual_dealloc = true,")
        if manual_dealloc.freed_by(actor):
            code.line(f".deallocate = &{actor.name}::Dispatch::DeallocManaged,")
    code.line()
    code.line(f"{name}::{name}() : {actor.base.rpartition('::')[2]}(kClass) {{}}")
    code.line(f"{name}::~{name}() = default;")


def _emit_tree_bodies(code: Code, actor: ActorClass) -> None:
    if actor.protocol.managers:
        type_ = _manager_type(actor)
        value = "manager()"
        if len(actor.protocol.managers) == 1:
            value = f"static_cast<{type_}*>({value})"
        code.line()
        code.line(f"{type_}* {actor.name}::Manager() const {{ return {value}; }}")
    for protocol in actor.protocol.manages:
        type_ = _managed_type(actor, protocol)
        code.line()
        with code.block(f"{type_} {actor.name}::{_managed_name(actor, protocol)}() const"):
            code.line(f"return {IPDL}::ManagedActors<{actor.actor(protocol)}>(*this);")
        managed_endpoints.emit_bodies(code, actor, protocol)


def _source_includes(actor: ActorClass, sides: tuple[Side, ...]) -> Includes:
    includes = Includes(own=quoted(actor.name + ".h"))
    includes.add(GENERATED)
    if actor.impl.kind is ImplKind.DEFAULT:
        includes.add(quoted(actor.default_impl + ".h"))
    includes.add(*(quoted(h) for h in actor.unit.cxx_includes if _is_own_impl(actor, h)))
    relatives = list(actor.protocol.manages)
    if len(actor.protocol.managers) == 1:
        relatives += actor.protocol.managers
    includes.add(*(quoted(p.actor_class(actor.side) + ".h") for p in relatives))
    if actor.protocol.manages:
        includes.add(managed_endpoints.HEADER, "<utility>")
    if any(message.has_returns and not message.sync for message in actor.sent):
        includes.add("<tuple>")
    for message in actor.protocol.messages:
        for param in (*message.params, *message.returns):
            if not is_scalar(param.type):
                includes.add("<utility>")
            _add_argument(includes, actor, param.type)
        includes.add(*bounds.headers((*message.params, *message.returns)))
    includes.add(*reference_traits.headers(_referenced(actor), sides))
    includes.drop(_header_includes(actor))
    includes.drop_exported()
    return includes


def _referenced(actor: ActorClass) -> list[Protocol]:
    messages = actor.protocol.messages
    types = (param.type for message in messages for param in (*message.params, *message.returns))
    return reference_traits.protocols_inside(types, arguments=True)


def _is_own_impl(actor: ActorClass, header: str) -> bool:
    if actor.impl.kind is not ImplKind.CLASS or not is_impl(actor.unit, header):
        return False
    return names_class(header, actor.impl_name)


def _add_argument(includes: Includes, actor: ActorClass, type_: Type) -> None:
    base = unwrapped(type_)
    if isinstance(base, Actor) and base is type_:
        includes.add(quoted(base.protocol.actor_class(actor.side) + ".h"))
        return
    includes.add_value(type_)
    add_wire_headers(includes, type_)
