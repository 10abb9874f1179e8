"""The two files that every .ipdl and .ipdlh gives: `Name.h` and `Name.cc`.

In them: the unit's structs and unions with their ParamTraits and, for a protocol, what both sides
share (`protocol_tables`). Not in them: the actor classes (`side_header`, `side_source`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import groupby

from ipdl.emit import bounds, constant, enum, forward, protocol_tables, reference_traits
from ipdl.emit.banner import (
    emit_banner,
    emit_forward_declarations,
    guarded,
    inside_namespace,
)
from ipdl.emit.code import Code
from ipdl.emit.includes import Includes, quoted, unit_header
from ipdl.emit.scope import namespace_scope
from ipdl.emit.struct import StructEmitter
from ipdl.emit.traits import TraitsEmitter
from ipdl.emit.types import is_scalar, needs_object
from ipdl.emit.union import UnionEmitter
from ipdl.model import (
    Actor,
    Aggregate,
    Constant,
    Endpoint,
    ManagedEndpoint,
    Namespace,
    Optional,
    Protocol,
    Side,
    Struct,
    Type,
    Unit,
)
from ipdl.type_facts import (
    contained,
    definition_order,
    map_keys,
    member_types,
    members,
    unwrapped,
)


def _what(unit: Unit, part: str) -> str:
    if unit.protocol is not None:
        return f"{part} both sides of protocol {unit.protocol.qualified}"
    return f"{part} users of {unit.basename}"


def _emitter(unit: Unit, aggregate: Aggregate) -> StructEmitter | UnionEmitter:
    scope = namespace_scope(unit, aggregate.namespace)
    if isinstance(aggregate, Struct):
        return StructEmitter(aggregate, scope)
    return UnionEmitter(aggregate, scope)


# What stands in a namespace: the namespace, and how the text is written.
Part = tuple[Namespace, Callable[[Code], None]]


def _emit_parts(code: Code, parts: list[Part]) -> None:
    """Neighbours in one namespace share its braces."""
    for namespace, group in groupby(parts, key=lambda part: part[0]):
        with inside_namespace(code, namespace):
            for _, emit in group:
                code.line()
                emit(code)


# --- Name.h


def emit_header(unit: Unit) -> str:
    code = Code()
    file_name = unit.name + ".h"
    emit_banner(
        code,
        unit,
        file_name,
        _what(unit, "types for" if unit.types or unit.enums else "what is for"),
    )
    with guarded(code, unit, file_name):
        _header_includes(unit).emit(code)
        emit_forward_declarations(code, _header_forwards(unit))
        aggregates = definition_order(unit)
        parts: list[Part] = [
            (c.namespace, partial(_emit_constant, unit, c)) for c in unit.constants
        ]
        parts += [(e.namespace, partial(enum.emit_enum, enum=e)) for e in unit.enums]
        parts += [(a.namespace, _emitter(unit, a).emit_class) for a in aggregates]
        if unit.protocol is not None:
            parts.append(
                (unit.protocol.namespace, partial(protocol_tables.emit_declarations, unit))
            )
        _emit_parts(code, parts)
        _emit_traits_declarations(code, unit, aggregates)
    return code.text()


def _emit_constant(unit: Unit, declared: Constant, code: Code) -> None:
    constant.emit_constant(code, declared, namespace_scope(unit, declared.namespace))


def _header_includes(unit: Unit) -> Includes:
    includes = Includes(of=unit_header(unit))
    includes.add(*(quoted(header) for header in header_cxx_includes(unit)))
    includes.add(*(unit_header(included) for included in unit.included_headers))
    includes.add(*(constant.header_of(declared) for declared in unit.constants))
    if unit.enums:
        includes.add("<cstddef>", "<cstdint>")
    for aggregate in unit.types:
        includes.add("<cstddef>", "<cstdint>")
        for type_, boxed in _members(aggregate):
            includes.add_value(type_)
            if boxed:
                includes.add("<memory>")
            if boxed and isinstance(type_, Optional):
                includes.add("<concepts>", "<utility>")
    if unit.protocol is not None:
        includes.add(*protocol_tables.header_includes(unit.protocol))
    return includes


def _members(aggregate: Aggregate) -> list[tuple[Type, bool]]:
    types = member_types(aggregate)
    boxed = [False] * len(types) if isinstance(aggregate, Struct) else aggregate.boxed
    return list(zip(types, boxed))


def header_cxx_includes(unit: Unit) -> list[str]:
    """`include "x.h";` goes to the unit's header; that of an implementation class goes to the
    source of its side instead, because it includes this header itself."""
    return [header for header in unit.cxx_includes if not protocol_tables.is_impl(unit, header)]


def _header_forwards(unit: Unit) -> list[forward.Forward]:
    found = [f for a in unit.types for t in member_types(a) for f in forward.of_value(t)]
    found += [
        (aggregate_namespace, "class", emitter.name)
        for aggregate in _needed_before_defined(unit)
        for emitter in [_emitter(unit, aggregate)]
        for aggregate_namespace in [emitter.outer.namespace]
    ]
    if unit.protocol is not None:
        found += [forward.actor_class(unit.protocol, side) for side in Side]
    return found


def _needed_before_defined(unit: Unit) -> list[Aggregate]:
    """What a union holds through a pointer may come after it."""
    order = definition_order(unit)
    place = {aggregate: index for index, aggregate in enumerate(order)}
    later = {
        other
        for index, aggregate in enumerate(order)
        for other in contained(aggregate)
        if place.get(other, 0) > index
    }
    return sorted(later, key=place.__getitem__)


def _emit_traits_declarations(code: Code, unit: Unit, aggregates: list[Aggregate]) -> None:
    if not (aggregates or unit.enums) and unit.protocol is None:
        return
    traits = TraitsEmitter(unit)
    with inside_namespace(code, ("ipdl",)):
        if aggregates or unit.enums:
            # Declared here instead of included: users of the types do not need more.
            code.lines(["class Reader;", "class Writer;"])
            code.lines(["template <typename T>", "struct ParamTraits;"])
        for declared in unit.enums:
            code.line()
            enum.emit_traits_declaration(code, declared)
        for aggregate in aggregates:
            code.line()
            traits.emit_declaration(code, aggregate)
        if unit.protocol is not None:
            reference_traits.emit_endpoint_traits(code, unit.protocol)


# --- Name.cc


def emit_source(unit: Unit, sides: tuple[Side, ...]) -> str:
    """`sides`: those whose actor classes are generated."""
    code = Code()
    emit_banner(code, unit, unit.name + ".cc", _what(unit, "functions for"))
    _source_includes(unit, sides).emit(code)
    aggregates = definition_order(unit)
    parts: list[Part] = [
        (a.namespace, _emitter(unit, a).emit_bodies) for a in aggregates if _has_bodies(a)
    ]
    if unit.protocol is not None:
        parts.append((unit.protocol.namespace, partial(protocol_tables.emit_definitions, unit)))
    _emit_parts(code, parts)
    if aggregates or unit.enums:
        traits = TraitsEmitter(unit)
        with inside_namespace(code, ("ipdl",)):
            for declared in unit.enums:
                enum.emit_traits_bodies(code, declared)
            for aggregate in aggregates:
                traits.emit_bodies(code, aggregate)
    return code.text()


def _has_bodies(aggregate: Aggregate) -> bool:
    return not isinstance(aggregate, Struct) or bool(aggregate.fields) or aggregate.comparable


def _referenced(unit: Unit) -> list[Protocol]:
    members = (type_ for aggregate in unit.types for type_ in member_types(aggregate))
    return reference_traits.protocols_inside(members, arguments=False)


def _source_includes(unit: Unit, sides: tuple[Side, ...]) -> Includes:
    includes = Includes(own=unit_header(unit))
    if unit.types or unit.enums:
        includes.add(quoted("runtime/param_traits.h"))
    if unit.enums:
        includes.add(bounds.HEADER)
    for aggregate in unit.types:
        if not isinstance(aggregate, Struct):
            includes.add("<cstdio>", "<cstdlib>", "<memory>", "<utility>")
        elif any(not is_scalar(field.type) for field in aggregate.fields):
            includes.add("<utility>")
        includes.add(*bounds.headers(members(aggregate)))
        for type_ in member_types(aggregate):
            add_wire_headers(includes, type_)
    includes.add(*reference_traits.headers(_referenced(unit), sides))
    includes.drop(_header_includes(unit))
    return includes


def add_wire_headers(includes: Includes, type_: Type) -> None:
    """What the traits of a value are declared in, and what they need complete."""
    base = unwrapped(type_)
    includes.add_imported(base)
    if any(map_keys(type_)):
        includes.add(quoted("runtime/param_traits_map.h"))
    if isinstance(base, (Endpoint, ManagedEndpoint)):
        includes.add(unit_header(base.protocol.unit))
    if needs_object(type_):
        includes.add(quoted("glue/null_checks.h"))
