"""SendX of one class: declarations for the header, bodies for the source.

The bodies are straight lines over glue/outgoing.h: open, write each argument, send. They have no
branch for an actor that cannot send; the runtime swallows such a message and answers kClosed.
"""

from __future__ import annotations

from ipdl.emit import doc, manual_dealloc
from ipdl.emit.actor_class import ActorClass, MessageNames
from ipdl.emit.code import Code
from ipdl.emit.names import cxx_name
from ipdl.emit.scope import IPDL
from ipdl.emit.traits import read_checks, read_value, write_value
from ipdl.model import Message

QUALIFIER = f"{IPDL}::"


def emit_declarations(code: Code, actor: ActorClass, message: Message) -> None:
    names = actor.of(message)
    prefix = "virtual " if message.virtual_send else ""
    code.comment(doc.of_message(message))
    if message.is_delete:
        code.wrapped(f"static {_delete_head(names, '')}(", _delete_params(names), ");")
    elif message.ctor_of is not None:
        code.wrapped(f"{prefix}{_constructor_head(names, '')}(", _constructor_params(names), ");")
        if manual_dealloc.allocates(message):
            code.wrapped(f"{prefix}{_constructor_head(names, '')}(", _plain_params(names), ");")
    elif message.has_returns and not message.sync:
        code.wrapped(f"{prefix}{_reply_head(names, '')}(", names.send_params(), ");")
        _emit_with_callbacks(code, names)
    else:
        code.wrapped(f"{prefix}{_plain_head(names, '')}(", _plain_params(names), ");")


def emit_bodies(code: Code, actor: ActorClass, message: Message) -> None:
    names = actor.of(message)
    code.line()
    if message.is_delete:
        _emit_delete(code, names)
    elif message.ctor_of is not None:
        _emit_constructor(code, names)
        if manual_dealloc.allocates(message):
            code.line()
            head = _constructor_head(names, f"{actor.name}::")
            manual_dealloc.emit_allocating_body(code, names, head, _plain_params(names))
    elif message.has_returns and not message.sync:
        _emit_with_reply(code, names)
    elif message.sync:
        _emit_sync(code, names)
    else:
        _emit_async(code, names)


# --- What each kind of SendX looks like. `of`: "PFooChild::" in definitions.


def _plain_head(names: MessageNames, of: str) -> str:
    return f"{QUALIFIER}SendResult {of}Send{names.message.cxx_name}"


def _plain_params(names: MessageNames) -> list[str]:
    return names.send_params() + (names.out_params() if names.message.sync else [])


def _reply_head(names: MessageNames, of: str) -> str:
    return f"{QUALIFIER}Reply<{names.values}> {of}Send{names.message.cxx_name}"


def _emit_with_callbacks(code: Code, names: MessageNames) -> None:
    """The SendX with two callbacks: in the header, because only their caller knows their types."""
    function = f"Send{names.message.cxx_name}"
    types = names.local("OnResolve"), names.local("OnReject")
    callbacks = names.local("resolve"), names.local("reject")
    concept = f"{QUALIFIER}ResolveCallback"
    if names.values:
        concept += f"<{names.values}>"
    code.wrapped(
        "template <", [f"{concept} {types[0]}", f"{QUALIFIER}RejectCallback {types[1]}"], ">"
    )
    params = [f"{type_} {callback}" for type_, callback in zip(types, callbacks)]
    code.wrapped(f"void {function}(", [*names.send_params(), *params], ") {")
    given = [names.types.sent(p.type, cxx_name(p.name)) for p in names.message.params]
    move = names.actor.std("move")
    with code.indented():
        moved = ", ".join(f"{move}({callback})" for callback in callbacks)
        code.wrapped(f"{function}(", given, f").Then({moved});")
    code.line("}")


def _constructor_head(names: MessageNames, of: str) -> str:
    return f"{names.made}* {of}Send{names.message.cxx_name}"


def _constructor_params(names: MessageNames) -> list[str]:
    actor = f"{names.made_pointer} {names.local('actor')}"
    return [actor, *_plain_params(names)]


def _delete_head(names: MessageNames, of: str) -> str:
    return f"{QUALIFIER}SendResult {of}Send__delete__"


def _delete_params(names: MessageNames) -> list[str]:
    return [f"{names.actor.name}* {names.local('actor')}", *names.send_params()]


# --- Bodies


def _emit_writes(code: Code, names: MessageNames, out: str) -> None:
    for param in names.message.params:
        value, writer = cxx_name(param.name), f"{out}.writer()"
        code.lines(write_value(names.types, QUALIFIER, writer, param, value, counted_is_plain=True))


def _open_body(code: Code, head: str, params: list[str]) -> None:
    type_, _, function = head.rpartition(" ")
    if code.fits(f"{head}("):
        code.wrapped(f"{head}(", params, ") {")
    else:
        code.line(type_)
        code.wrapped(f"{function}(", params, ") {")


def _emit_async(code: Code, names: MessageNames) -> None:
    _open_body(code, _plain_head(names, f"{names.actor.name}::"), _plain_params(names))
    out = names.local("out")
    with code.indented():
        code.line(f"{QUALIFIER}Outgoing {out}(*this, {names.constant});")
        _emit_writes(code, names, out)
        code.line(f"return {out}.Send();")
    code.line("}")


def _emit_sync(code: Code, names: MessageNames) -> None:
    _open_body(code, _plain_head(names, f"{names.actor.name}::"), _plain_params(names))
    out, sent = names.local("out"), names.local("sent")
    with code.indented():
        code.line(f"{QUALIFIER}Outgoing {out}(*this, {names.constant});")
        _emit_writes(code, names, out)
        reply = _emit_wait(code, names, out, sent)
        code.line(f"if (!{sent}) return {sent};")
        _emit_results(code, names, reply, [f"return {reply}.Malformed();"])
        code.line(f"return {sent};")
    code.line("}")


def _emit_wait(code: Code, names: MessageNames, out: str, sent: str) -> str:
    reply = names.local("reply")
    code.line(f"{QUALIFIER}SyncReply {reply};")
    code.line(f"const {QUALIFIER}SendResult {sent} = {out}.SendSync({reply});")
    return reply


def _emit_results(code: Code, names: MessageNames, reply: str, otherwise: list[str]) -> None:
    """Reads the results of a sync message through their pointers."""
    reader = f"{reply}.reader()"
    terms = []
    for param in names.message.returns:
        pointer = cxx_name(param.name)
        terms.append(read_value(names.types, QUALIFIER, reader, param.type, param.name, pointer))
        terms += read_checks(param, QUALIFIER, reader, param.name, f"*{pointer}")
    terms.append(f"{reply}.Finish()")
    code.unless_all(terms, otherwise)


def _emit_with_reply(code: Code, names: MessageNames) -> None:
    _open_body(code, _reply_head(names, f"{names.actor.name}::"), names.send_params())
    out = names.local("out")
    with code.indented():
        code.line(f"{QUALIFIER}Outgoing {out}(*this, {names.constant});")
        _emit_writes(code, names, out)
        code.line(f"return {out}.SendForReply(&{reply_reader(names)});")
    code.line("}")


def reply_reader(names: MessageNames) -> str:
    return f"Dispatch::Read{names.message.cxx_name}Reply"


def _emit_constructor(code: Code, names: MessageNames) -> None:
    _open_body(code, _constructor_head(names, f"{names.actor.name}::"), _constructor_params(names))
    out, actor = names.local("out"), names.local("actor")
    with code.indented():
        plain = names.plain(actor)
        if names.message.sync and plain == actor:
            # Its manager may free it while this one waits.
            code.line(f"const {QUALIFIER}RefPtr<{names.made}> {names.local('keep')}({actor});")
        opening = ["*this", names.constant, plain]
        code.wrapped(f"{QUALIFIER}OutgoingConstructor {out}(", opening, ");")
        _emit_writes(code, names, out)
        if names.message.sync:
            sent = names.local("sent")
            reply = _emit_wait(code, names, out, sent)
            code.line(f"if (!{sent}) return nullptr;")
            _emit_results(code, names, reply, [f"{reply}.Malformed();", "return nullptr;"])
            alive = "" if plain != actor else f"!{actor}->CanSend() ? nullptr : "
            code.line(f"return {alive}{plain};")
        else:
            code.line(f"return {out}.Send() ? {plain} : nullptr;")
    code.line("}")


def _emit_delete(code: Code, names: MessageNames) -> None:
    _open_body(code, _delete_head(names, f"{names.actor.name}::"), _delete_params(names))
    out = names.local("out")
    with code.indented():
        code.line(f"{QUALIFIER}OutgoingDelete {out}({names.local('actor')}, {names.constant});")
        _emit_writes(code, names, out)
        code.line(f"return {out}.Send();")
    code.line("}")
