"""ParamTraits of values that are named after a protocol, where the runtime's templates do not do.

Endpoints of a top-level protocol: the traits stand in the protocol's own `PFoo.h`, because a program
may pass an endpoint on without having either side of the protocol built in.

References to actors inside structs, unions and arrays: the runtime's template needs both actor
classes. Where only one side is generated, that side's `PFooParent.h` and `PFooParent.cc` have a
specialisation which knows that side only. All is written inside namespace ipdl.
"""

from __future__ import annotations

from collections.abc import Iterable

from ipdl.emit.code import Code
from ipdl.emit.includes import quoted
from ipdl.emit.names import cxx_name
from ipdl.emit.scope import cxx_namespace
from ipdl.model import Actor, Protocol, Side, Type
from ipdl.type_facts import unwrapped


def _class(protocol: Protocol, side: Side) -> str:
    return "::" + "::".join((*cxx_namespace(protocol.namespace), protocol.actor_class(side)))


# --- Endpoints


def emit_endpoint_traits(code: Code, protocol: Protocol) -> None:
    kind = "Endpoint" if protocol.toplevel else "ManagedEndpoint"
    table = "::" + "::".join((*cxx_namespace(protocol.namespace), cxx_name(protocol.name)))
    for side in Side:
        class_ = _class(protocol, side)
        traits = f"{kind}Traits<{class_}, {table}::kProtocol, Side::k{side.suffix}>"
        code.line()
        code.line("template <>")
        head = f"struct ParamTraits<{kind}<{class_}>>"
        if code.fits(f"{head} : {traits} {{}};"):
            code.line(f"{head} : {traits} {{}};")
            continue
        code.line(head)
        with code.indented(4):
            code.line(f": {traits} {{}};")


# --- Actors inside values


def protocols_inside(types: Iterable[Type], arguments: bool) -> list[Protocol]:
    """Whose actors are inside values of the types. `arguments`: the types are those of a message's
    arguments, where an actor that is the whole argument is not inside anything."""
    found: list[Protocol] = []
    for type_ in types:
        base = unwrapped(type_)
        if isinstance(base, Actor) and not (arguments and base is type_):
            if base.protocol not in found:
                found.append(base.protocol)
    return found


def headers(protocols: Iterable[Protocol], sides: tuple[Side, ...]) -> list[str]:
    """The classes that the traits of their references need."""
    return [quoted(protocol.actor_class(side) + ".h") for protocol in protocols for side in sides]


def _variants(protocol: Protocol) -> list[tuple[str, str]]:
    """The types of such references, and what each says of null."""
    pointers = ", ".join(f"{_class(protocol, side)}*" for side in Side)
    return [
        (f"SideVariant<{pointers}>", "kNotNull"),
        (f"NullableSideVariant<{pointers}>", "kNullable"),
    ]


def emit_one_sided_declarations(code: Code, protocol: Protocol) -> None:
    code.lines(["class Reader;", "class Writer;"])
    code.lines(["template <typename T>", "struct ParamTraits;"])
    for template in ("SideVariant", "NullableSideVariant"):
        code.lines(["template <typename Parent, typename Child>", f"class {template};"])
    for value, _ in _variants(protocol):
        code.line()
        code.line("template <>")
        with code.block(f"struct ParamTraits<{value}>", "};"):
            code.line("static constexpr size_t kMinWireBytes = 4;")
            code.wrapped("static void Write(", ["Writer& out", f"const {value}& value"], ");")
            code.wrapped("static bool Read(", ["Reader& in", f"{value}* value"], ");")


def emit_one_sided_bodies(code: Code, protocol: Protocol, side: Side) -> None:
    class_ = _class(protocol, side)
    for value, nullability in _variants(protocol):
        expected = [f"{class_}::kClass", f"Nullability::{nullability}"]
        traits = f"ParamTraits<{value}>"
        with code.function(f"void {traits}::Write(", ["Writer& out", f"const {value}& value"]):
            code.wrapped("WriteActor(", ["out", f"value.As{side.suffix}()", *expected], ");")
        with code.function(f"bool {traits}::Read(", ["Reader& in", f"{value}* value"]):
            code.line("Actor* actor = nullptr;")
            code.wrapped("if (!ReadActor(", ["in", *expected, "&actor"], ")) return false;")
            code.line(f"*value = static_cast<{class_}*>(actor);")
            code.line("return true;")
