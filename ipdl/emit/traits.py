"""ParamTraits of the .ipdl's structs and unions: how their values are written and read.

A struct is its fields in order; a union is a u32 tag (1 for the first alternative) and the value; a
struct without fields is one zero byte, because every value takes at least one. Where a type can
contain itself, reading and writing count levels, so that a hostile message cannot exhaust the
stack; elsewhere the types themselves bound it.

How one value is written or read in general (`write_value`, `read_value`) is used by the messages'
functions as well. Declarations go to the unit's header, bodies to its .cc file.
"""

from __future__ import annotations

from collections.abc import Iterator

from ipdl import circles
from ipdl.emit import bounds
from ipdl.emit.code import Code
from ipdl.emit.enum import wire_bytes
from ipdl.emit.scope import IPDL, Scope, declared_names
from ipdl.emit.struct import members_of
from ipdl.emit.types import (
    CxxTypes,
    alternative_name,
    is_refcounted,
    is_scalar,
    needs_object,
)
from ipdl.emit.union import NONE, Alternative, alternatives_of, tag_name
from ipdl.model import (
    Actor,
    Aggregate,
    Array,
    Builtin,
    Category,
    Endpoint,
    EnumType,
    Field,
    Holds,
    ManagedEndpoint,
    Map,
    Param,
    Struct,
    StructType,
    Type,
    Union,
    UnionType,
    Unit,
)
from ipdl.type_facts import consumed_by_send

# Bytes of scalars that have one size everywhere; others count as 1.
_SIZES = {
    **{"int16_t": 2, "uint16_t": 2, "int32_t": 4, "uint32_t": 4, "int64_t": 8, "uint64_t": 8},
    **{"float": 4, "double": 8, "int": 4, "short": 2},
}


# The most that is said of a struct, which can hold two that hold two, and so on.
_MOST_BYTES = 1 << 16


def _least_bytes(type_: Type, structs: dict[Struct, int]) -> int:
    """Bytes that every value of the type takes at least, padding not counted."""
    if isinstance(type_, Builtin):
        if type_.entry.category is Category.STRING:
            return 4
        return _SIZES.get(type_.entry.cxx, 1)
    if isinstance(type_, EnumType):
        return wire_bytes(type_.enum)
    if isinstance(type_, (Array, Map, Actor, ManagedEndpoint, UnionType)):
        return 4
    if isinstance(type_, Endpoint):
        return 6
    if isinstance(type_, StructType):
        return structs[type_.struct]
    return 1


def value_type(aggregate: Aggregate) -> Type:
    return StructType(aggregate) if isinstance(aggregate, Struct) else UnionType(aggregate)


def recursive(aggregate: Aggregate) -> bool:
    """Can a value of the type contain another one of the same type?"""
    return Holds.ITSELF in aggregate.holds


def write_value(
    types: CxxTypes,
    ipdl: str,
    out: str,
    param: Param | Field,
    value: str,
    counted_is_plain: bool = False,
) -> list[str]:
    """Statements that write a value. `ipdl`: qualifier of the namespace, "" inside it.
    `counted_is_plain`: a refcounted value is a plain pointer here, not a RefPtr."""
    type_ = param.type
    name = param.name or alternative_name(type_)
    if isinstance(type_, Actor) and type_.nullable and types.side is not None:
        return [f"{ipdl}WriteNullableActor({out}, {value});"]
    checked = [f"{check};" for check in _checks(param, ipdl, out, name, value)]
    written = types.sent(type_, value)
    if is_refcounted(type_) and counted_is_plain:
        written = f"{types.value(type_)}({value})"
    return [*checked, f"{ipdl}WriteParam({out}, {written});"]


def read_value(types: CxxTypes, ipdl: str, in_: str, type_: Type, name: str, pointer: str) -> str:
    """The expression that reads a value; false if that failed. `pointer`: where to."""
    reader = "ReadParam"
    if isinstance(type_, Actor) and type_.nullable and types.side is not None:
        reader = "ReadNullableActor"
    return f'{ipdl}{reader}({in_}, "{name}", {pointer})'


def read_checks(member: Param | Field, ipdl: str, in_: str, name: str, value: str) -> list[str]:
    """What must hold of a value that was read, beyond its traits: as further conditions."""
    return list(_checks(member, ipdl, in_, name, value))


def _checks(member: Param | Field, ipdl: str, stream: str, name: str, value: str) -> Iterator[str]:
    """Expressions for a Reader, statements without `;` for a Writer."""
    if needs_object(member.type):
        yield f'{ipdl}CheckNotNull({stream}, "{name}", {value})'
    yield from bounds.checks(member, ipdl, stream, name, value)


class TraitsEmitter:
    """Writes inside namespace ipdl."""

    def __init__(self, unit: Unit) -> None:
        # Nothing is written short here: the types' own namespaces are elsewhere.
        self._types = CxxTypes(Scope((), declared_names(unit)))
        self._structs: dict[Struct, int] = {}  # `_least_bytes` of those that were asked for

    def name(self, aggregate: Aggregate) -> str:
        text = self._types.element(value_type(aggregate))
        return text if text.startswith("::") else f"::{text}"

    def emit_declaration(self, code: Code, aggregate: Aggregate) -> None:
        name = self.name(aggregate)
        code.line("template <>")
        with code.block(f"struct ParamTraits<{name}>", "};"):
            minimum = self._minimum(aggregate)
            code.line(f"static constexpr size_t kMinWireBytes = {minimum};")
            code.line(f"static void Write(Writer& out, {self._written(aggregate)} value);")
            code.line(f"static bool Read(Reader& in, {name}* value);")

    def _minimum(self, aggregate: Aggregate) -> int:
        def held(struct: Struct) -> list[Struct]:
            types = [field.type for field in struct.fields]
            inner = [type_.struct for type_ in types if isinstance(type_, StructType)]
            return [other for other in inner if other not in self._structs]

        if isinstance(aggregate, Struct):
            # What a struct holds comes before it; none holds itself.
            for (struct,) in circles.components([aggregate], held):
                least = sum(_least_bytes(field.type, self._structs) for field in struct.fields)
                self._structs[struct] = min(max(1, least), _MOST_BYTES)
        return _least_bytes(value_type(aggregate), self._structs)

    def emit_bodies(self, code: Code, aggregate: Aggregate) -> None:
        name = self.name(aggregate)
        unused = isinstance(aggregate, Struct) and not aggregate.fields
        argument = f"{self._written(aggregate)}{'' if unused else ' value'}"
        with code.function(f"void ParamTraits<{name}>::Write(", ["Writer& out", argument]):
            self._emit_levels(code, aggregate, "out.Enter();")
            if isinstance(aggregate, Struct):
                self._emit_struct_write(code, aggregate)
            else:
                self._emit_union_write(code, aggregate)
            self._emit_levels(code, aggregate, "out.Leave();")
        argument = f"{name}*{'' if unused else ' value'}"
        with code.function(f"bool ParamTraits<{name}>::Read(", ["Reader& in", argument]):
            if isinstance(aggregate, Struct):
                self._emit_struct_read(code, aggregate)
            else:
                self._emit_union_read(code, aggregate)

    def _written(self, aggregate: Aggregate) -> str:
        name = self.name(aggregate)
        return f"{name}&&" if consumed_by_send(value_type(aggregate)) else f"const {name}&"

    def _emit_levels(self, code: Code, aggregate: Aggregate, statement: str) -> None:
        if recursive(aggregate):
            code.line(statement)

    # --- Structs

    def _emit_struct_write(self, code: Code, struct: Struct) -> None:
        if not struct.fields:
            code.line("out.Put(uint8_t{0});")
        for field, member in zip(struct.fields, members_of(struct)):
            value = f"value.{member.accessor}()"
            code.lines(write_value(self._types, "", "out", field, value))

    def _emit_struct_read(self, code: Code, struct: Struct) -> None:
        if not struct.fields:
            code.line("uint8_t nothing{};")
            code.line('return in.Get(&nothing) && (nothing == 0 || in.Fail("is not empty"));')
            return
        terms = ["in.Enter()"] if recursive(struct) else []
        for field, member in zip(struct.fields, members_of(struct)):
            value = f"value->{member.accessor}()"
            terms += self._read(field, field.name, value)
        if not recursive(struct):
            code.chain("return ", terms, "&&", ";")
            return
        code.chain("const bool read = ", terms, "&&", ";")
        code.line("in.Leave();")
        code.line("return read;")

    # --- Unions

    def _emit_union_write(self, code: Code, union: Union) -> None:
        name = self.name(union)
        tag = tag_name(union)
        code.line(f"out.Put(static_cast<uint32_t>(value.{tag}()));")
        with code.block(f"switch (value.{tag}())"):
            code.line(f"case {name}::{NONE}:")
            with code.indented():
                code.line('out.Fail("a union holds nothing");')
                code.line("break;")
            for component, alternative in zip(union.components, alternatives_of(union)):
                code.line(f"case {name}::{alternative.enumerator}:")
                with code.indented():
                    if alternative.boxed:
                        code.line(
                            f"out.ChargeMemory(sizeof({self._types.value(alternative.type)}));"
                        )
                    value = f"value.get_{alternative.name}()"
                    code.lines(write_value(self._types, "", "out", component, value))
                    code.line("break;")

    def _emit_union_read(self, code: Code, union: Union) -> None:
        code.line("uint32_t tag{};")
        opening = "!in.Enter() || " if recursive(union) else ""
        code.line(f"if ({opening}!in.Get(&tag)) return false;")
        if recursive(union):
            code.line("bool read = false;")
        with code.block("switch (tag)"):
            for component, alternative in zip(union.components, alternatives_of(union)):
                self._emit_alternative_read(code, union, component, alternative)
            code.line("default:")
            with code.indented():
                code.line(
                    'return in.Fail("a union has a tag that names none of its alternatives");'
                )
        if recursive(union):
            code.line("in.Leave();")
            code.line("return read;")

    def _emit_alternative_read(
        self, code: Code, union: Union, component: Field, alternative: Alternative
    ) -> None:
        type_ = self._types.value(alternative.type)
        initial = "{}" if is_scalar(alternative.type) else "()"
        terms = self._read(component, alternative.name, f"value->get_{alternative.name}()")
        code.line(f"case {self.name(union)}::{alternative.enumerator}:")
        with code.indented():
            if alternative.boxed:
                code.line(f"if (!in.ChargeMemory(sizeof({type_}))) return false;")
            made = f"{type_}{initial}"
            if alternative.ambiguous:
                made = f"{self.name(union)}::make_{alternative.name}({made})"
            code.line(f"*value = {made};")
            if recursive(union):
                code.chain("read = ", terms, "&&", ";")
                code.line("break;")
            else:
                code.chain("return ", terms, "&&", ";")

    # --- One value

    def _read(self, member: Field, name: str, value: str) -> list[str]:
        return [
            read_value(self._types, "", "in", member.type, name, f"&{value}"),
            *read_checks(member, "", "in", name, value),
        ]
