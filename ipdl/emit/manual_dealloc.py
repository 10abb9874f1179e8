"""What a manager's class has for actors of [ManualDealloc] protocols, which it allocates and frees
through its author: DeallocPBarParent, and a SendPBarConstructor that allocates by itself.

Not here: AllocPBarParent and the SendPBarConstructor that every protocol has (`receive`, `send`),
which only differ in handing out plain pointers. Called by `side_files`, `receive` and `send`.
"""

from __future__ import annotations

from ipdl.emit import doc
from ipdl.emit.actor_class import ActorClass, MessageNames
from ipdl.emit.code import Code
from ipdl.emit.names import cxx_name, fresh
from ipdl.emit.scope import IPDL
from ipdl.emit.types import is_bool
from ipdl.model import Array, Builtin, Message, Param, Passing, Protocol
from ipdl.type_facts import consumed_by_send

QUALIFIER = f"{IPDL}::"


def freed_by(actor: ActorClass) -> list[Protocol]:
    """The protocols whose actors this class frees."""
    return [protocol for protocol in actor.protocol.manages if protocol.manual_dealloc]


def only_sent(actor: ActorClass) -> list[Message]:
    """Constructors for which the class allocates although it does not receive them."""
    return [m for m in actor.sent if allocates(m) and m not in actor.received]


def allocates(message: Message) -> bool:
    """Is there a SendPBarConstructor that allocates by itself? Not of a tainted constructor, whose
    AllocPBarParent wants values that came from a peer."""
    protocol = message.ctor_of
    return protocol is not None and protocol.manual_dealloc and not message.tainted


def _dealloc(actor: ActorClass, protocol: Protocol) -> str:
    class_name = protocol.actor_class(actor.side)
    return f"bool Dealloc{class_name}({actor.actor(protocol)}* actor)"


def _alloc_head(names: MessageNames) -> str:
    return f"{names.made}* {names.alloc}("


# --- The class


def emit_virtual(code: Code, actor: ActorClass) -> None:
    """For [ParentImpl=virtual]: what the author's class overrides."""
    for message in only_sent(actor):
        names = actor.of(message)
        code.line()
        code.comment(doc.of_message(message))
        code.wrapped(f"virtual {_alloc_head(names)}", names.alloc_params(), ") = 0;")
    if freed_by(actor):
        code.line()
        code.line("// Free an actor that has ended; the answer means nothing.")
    for protocol in freed_by(actor):
        code.line(f"virtual {_dealloc(actor, protocol)} = 0;")


def emit_expected(code: Code, actor: ActorClass) -> None:
    """What the author's class has to have, as comments."""
    for message in only_sent(actor):
        names = actor.of(message)
        code.wrapped(_alloc_head(names), names.alloc_params(), ");")
    for protocol in freed_by(actor):
        code.line(f"{_dealloc(actor, protocol)};  // the answer means nothing")


# --- The source


def emit_deallocator(code: Code, actor: ActorClass) -> None:
    """`Dispatch::DeallocManaged`, through which the connection frees an actor."""
    managed = freed_by(actor)
    names = actor.scope.declared.names
    manager, freed, self_ = (fresh(name, names) for name in ("manager", "actor", "self"))
    head = "static void DeallocManaged("
    params = [f"{QUALIFIER}Actor& {manager}", f"{QUALIFIER}Actor& {freed}"]
    code.wrapped(head, params, ") noexcept {")
    with code.indented():
        code.line(f"auto& {self_} = static_cast<{actor.impl_here(actor.scope)}&>({manager});")
        for protocol in managed:
            class_name = actor.actor(protocol)
            call = f"{self_}.Dealloc{protocol.actor_class(actor.side)}("
            argument = f"static_cast<{class_name}*>(&{freed})"
            if protocol is managed[-1]:
                code.wrapped(call, [argument], ");")
                continue
            with code.block(f"if (&{freed}.actor_class() == &{class_name}::kClass)"):
                code.wrapped(call, [argument], ");")
                code.line("return;")
    code.line("}")


def emit_allocating_body(code: Code, names: MessageNames, head: str, params: list[str]) -> None:
    """`SendPBarConstructor(args)`: what it allocates is freed if it cannot be sent."""
    actor, message = names.actor, names.message
    code.wrapped(f"{head}(", params, ") {")
    made = names.local("made")
    with code.indented():
        self_ = f"static_cast<{actor.impl_here(names.types.scope)}&>(*this)"
        given = [_looked_at(names, param) for param in message.params]
        code.line(f"auto& {names.local('self')} = {self_};")
        code.wrapped(f"{names.made}* {made} = {names.local('self')}.{names.alloc}(", given, ");")
        sent = [names.types.sent(p.type, cxx_name(p.name)) for p in message.params]
        results = [cxx_name(p.name) for p in message.returns] if message.sync else []
        code.wrapped(f"return Send{message.cxx_name}(", [made, *sent, *results], ");")
    code.line("}")


def _looked_at(names: MessageNames, param: Param) -> str:
    """A parameter of SendX as AllocPBarParent takes it: a value where that one is a view."""
    value, type_ = cxx_name(param.name), param.type
    if isinstance(type_, Builtin) and type_.entry.passing is Passing.VIEW:
        return f"{names.types.value(type_)}({value})"
    if isinstance(type_, Array) and not is_bool(type_.base) and not consumed_by_send(type_):
        return f"{names.types.value(type_)}({value}.begin(), {value}.end())"
    return value
