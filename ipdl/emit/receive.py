"""What one class does with messages that it receives: the RecvX and AllocX that its header declares,
and the handlers behind them, for the source.

The handlers and the functions that read and write replies are static members of a private nested
struct, `Dispatch`, which only the source defines. So they are as much friends of the author's class
as the generated class is, cost its header nothing, and meet no other name when several sources are
compiled as one.
"""

from __future__ import annotations

from ipdl.emit import doc, manual_dealloc
from ipdl.emit.actor_class import ActorClass, MessageNames, without_names
from ipdl.emit.code import Code
from ipdl.emit.names import cxx_name
from ipdl.emit.scope import IPDL
from ipdl.emit.traits import read_checks, read_value, write_value
from ipdl.emit.types import is_scalar
from ipdl.model import Actor, Message, Param

QUALIFIER = f"{IPDL}::"
RESULT = f"{QUALIFIER}Result"
STATUS = f"{QUALIFIER}HandlerStatus"


# --- The class


def emit_resolver_type(code: Code, actor: ActorClass, message: Message) -> None:
    """`using AskResolver = ...`"""
    name = actor.resolvers[message.name]
    code.assignment(f"using {name}", f"{QUALIFIER}Resolver<{actor.of(message).values}>")


def has_default(message: Message) -> bool:
    """Is there a RecvX that the implementation may leave out?"""
    return (message.is_delete or message.ctor_of is not None) and not message.returns


def emit_virtual(code: Code, actor: ActorClass, message: Message) -> None:
    """For [ParentImpl=virtual]: what the author's class overrides."""
    names = actor.of(message)
    code.comment(doc.of_message(message))
    if message.ctor_of is not None:
        head = f"virtual {names.made_pointer} {names.alloc}("
        code.wrapped(head, names.alloc_params(), ") = 0;")
    tail = ");" if has_default(message) else ") = 0;"
    code.wrapped(f"virtual {RESULT} Recv{message.cxx_name}(", names.recv_params(), tail)


def emit_default(code: Code, actor: ActorClass, message: Message) -> None:
    """A RecvX that the author's class may hide by its own."""
    names = actor.of(message)
    code.wrapped(f"{RESULT} Recv{message.cxx_name}(", names.recv_params(), ");")


def emit_expected(code: Code, actor: ActorClass, message: Message) -> None:
    """What the author's class has to have for the message, as a comment."""
    names = actor.of(message)
    if message.ctor_of is not None:
        head = f"{names.made_pointer} {names.alloc}("
        code.wrapped(head, names.alloc_params(), ");")
    if not has_default(message):
        code.wrapped(f"{RESULT} Recv{message.cxx_name}(", names.recv_params(), ");")


# --- The source


def emit_default_body(code: Code, actor: ActorClass, message: Message) -> None:
    names = actor.of(message)
    params = without_names(names.recv_params())
    code.line()
    head = f"{RESULT} {actor.name}::Recv{message.cxx_name}("
    statement = f"return {QUALIFIER}Ok();"
    if code.fits(f"{head}{', '.join(params)}) {{ {statement} }}"):
        code.short(f"{head}{', '.join(params)})", statement)
        return
    code.wrapped(head, params, ") {")
    with code.indented():
        code.line(statement)
    code.line("}")


def emit_dispatch(code: Code, actor: ActorClass) -> None:
    """`struct PFooParent::Dispatch`."""
    code.line()
    with code.block(f"struct {actor.name}::Dispatch", "};"):
        for message in actor.sent:
            if message.has_returns and not message.sync:
                _emit_reply_reader(code, actor.of(message))
                code.line()
        for message in actor.received:
            if message.name in actor.resolvers:
                _emit_reply_writer(code, actor.of(message))
                code.line()
            _emit_handler(code, actor.of(message))
            code.line()
        if manual_dealloc.freed_by(actor):
            manual_dealloc.emit_deallocator(code, actor)
            code.line()
        if actor.protocol.messages:
            _emit_table(code, actor)


def _emit_table(code: Code, actor: ActorClass) -> None:
    received = {message.name for message in actor.received}
    entries = [
        f"&On{message.cxx_name}" if message.name in received else "nullptr"
        for message in actor.protocol.messages
    ]
    with code.initialiser(f"static constexpr {QUALIFIER}Handler kHandlers[]"):
        code.lines([f"{entry}," for entry in entries])


def _emit_reply_reader(code: Code, names: MessageNames) -> None:
    """`bool ReadAskReply(Reader&, std::tuple<...>*)`"""
    returns = names.message.returns
    tuple_ = f"{names.actor.std('tuple')}<{names.values}>*"
    head = f"static bool Read{names.message.cxx_name}Reply("
    if not returns:
        params = [f"{QUALIFIER}Reader&", tuple_]
        code.wrapped(head, params, ") { return true; }")
        return
    in_, values = names.local("in"), names.local("values")
    code.wrapped(head, [f"{QUALIFIER}Reader& {in_}", f"{tuple_} {values}"], ") {")
    terms = []
    for index, param in enumerate(returns):
        value = f"{names.actor.std('get')}<{index}>(*{values})"
        terms.append(read_value(names.types, QUALIFIER, in_, param.type, param.name, f"&{value}"))
        terms += read_checks(param, QUALIFIER, in_, param.name, value)
    with code.indented():
        code.chain("return ", terms, "&&", ";")
    code.line("}")


def _emit_reply_writer(code: Code, names: MessageNames) -> None:
    """`void WriteAskReply(Writer&, std::string&& a, uint32_t&& n)`"""
    returns = names.message.returns
    out = names.local("out")
    params = [f"{names.types.value(p.type)}&& {cxx_name(p.name)}" for p in returns]
    head = f"static void Write{names.message.cxx_name}Reply("
    if not returns:
        code.wrapped(head, [f"{QUALIFIER}Writer&"], ") {}")
        return
    code.wrapped(head, [f"{QUALIFIER}Writer& {out}", *params], ") {")
    with code.indented():
        for param in returns:
            value = cxx_name(param.name)
            code.lines(write_value(names.types, QUALIFIER, out, param, value))
    code.line("}")


def _emit_handler(code: Code, names: MessageNames) -> None:
    message = names.message
    actor, in_ = names.local("actor"), names.local("in")
    params = [f"{QUALIFIER}Actor& {actor}", f"{QUALIFIER}Incoming& {in_}"]
    code.wrapped(f"static {STATUS} On{message.cxx_name}(", params, ") noexcept {")
    with code.indented():
        _emit_reads(code, names, in_)
        self_ = f"static_cast<{names.actor.impl_here(names.types.scope)}&>({actor})"
        if message.ctor_of is not None:
            self_ = _emit_self(code, names, self_)
            _emit_alloc(code, names, self_, in_)
        elif not code.fits(_call(names, self_, in_)):
            self_ = _emit_self(code, names, self_)
        _emit_call(code, names, self_, in_)
    code.line("}")


def _emit_self(code: Code, names: MessageNames, expression: str) -> str:
    self_ = names.local("self")
    code.line(f"auto& {self_} = {expression};")
    return self_


def _call(names: MessageNames, self_: str, in_: str) -> str:
    """The call of RecvX on one line."""
    head, arguments, tail = _call_parts(names, self_, in_)
    return head + ", ".join(arguments) + tail


def _emit_reads(code: Code, names: MessageNames, in_: str) -> None:
    terms = []
    for param in names.message.params:
        value = cxx_name(param.name)
        initial = names.types.initialised(param.type)
        code.line(f"{names.types.value(param.type)} {value}{initial};")
        reader = f"{in_}.reader()"
        terms.append(
            read_value(names.types, QUALIFIER, reader, param.type, param.name, f"&{value}")
        )
        terms += read_checks(param, QUALIFIER, reader, param.name, value)
    code.unless_all([*terms, f"{in_}.Finish()"], [f"return {in_}.Malformed();"])


def _argument(names: MessageNames, param: Param) -> str:
    """The expression that hands what was read to RecvX."""
    value = cxx_name(param.name)
    if not names.is_tainted(param):
        return names.types.received(param.type, value)
    if names.message.ctor_of is not None:
        return f"{names.actor.std('move')}({names.tainted_locals[param.name]})"
    return f"{QUALIFIER}Tainted({_moved(names, param)})"


def _moved(names: MessageNames, param: Param) -> str:
    """What was read, given away."""
    value = cxx_name(param.name)
    if is_scalar(param.type) or isinstance(param.type, Actor):
        return value
    return f"{names.actor.std('move')}({value})"


def _emit_alloc(code: Code, names: MessageNames, self_: str, in_: str) -> None:
    made, status = names.local("made"), names.local("status")
    params = names.message.params
    for param in params:
        if names.is_tainted(param):
            value = _moved(names, param)
            code.line(f"{QUALIFIER}Tainted {names.tainted_locals[param.name]}({value});")
    arguments = [_looked_at(names, param) for param in params]
    head = f"{names.made_pointer} {made} = {self_}.{names.alloc}("
    code.wrapped(head, arguments, ");")
    code.line(f"const {STATUS} {status} = {in_}.Construct({names.plain(made)});")
    code.line(f"if ({status} != {STATUS}::kDone) return {status};")


def _looked_at(names: MessageNames, param: Param) -> str:
    if names.is_tainted(param):
        return names.tainted_locals[param.name]
    value = cxx_name(param.name)
    given = names.types.received(param.type, value)
    return given if given.endswith(".get()") else value


def _call_parts(names: MessageNames, self_: str, in_: str) -> tuple[str, list[str], str]:
    message = names.message
    arguments = [_argument(names, param) for param in message.params]
    if message.ctor_of is not None:
        arguments.insert(0, names.plain(names.local("made")))
    opening = "return"
    if message.sync:
        opening = f"const {STATUS} {names.local('done')} ="
        arguments += [f"&{cxx_name(param.name)}" for param in message.returns]
    elif message.has_returns:
        arguments.append(f"{in_}.TakeResolver(&Write{message.cxx_name}Reply)")
    return f"{opening} {in_}.Done({self_}.Recv{message.cxx_name}(", arguments, "));"


def _emit_call(code: Code, names: MessageNames, self_: str, in_: str) -> None:
    returns = names.message.returns if names.message.sync else []
    for param in returns:
        initial = names.types.initialised(param.type)
        code.line(f"{names.types.value(param.type)} {cxx_name(param.name)}{initial};")
    head, arguments, tail = _call_parts(names, self_, in_)
    target, _, function = head.partition(" = ")
    rest = function + ", ".join(arguments) + tail
    done, _, call = head.partition("Done(")
    call += ", ".join(arguments) + tail
    if function and not code.fits(f"{target} = {rest}") and code.fits("    " + rest):
        code.assignment(target, rest.removesuffix(";"))
    elif not function and not code.fits(f"{done}Done({call}") and code.fits("    " + call):
        code.line(f"{done}Done(")
        with code.indented(4):
            code.line(call)
    else:
        code.wrapped(head, arguments, tail)
    if not names.message.sync:
        return
    done, reply = names.local("done"), names.local("reply")
    code.line(f"if ({done} != {STATUS}::kDone) return {done};")
    if returns:
        code.line(f"{QUALIFIER}Writer& {reply} = {in_}.OpenReply();")
    else:
        code.line(f"{in_}.OpenReply();")
    for param in returns:
        code.lines(write_value(names.types, QUALIFIER, reply, param, cxx_name(param.name)))
    code.line(f"return {in_}.SendReply();")
