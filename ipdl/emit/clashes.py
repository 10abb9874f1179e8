"""Declarations that C++ cannot have beside each other, although the language can.

The generated code of a file, and of all that it includes, is one C++ program: what stands in one
namespace there has one name each, and some names are the C library's or belong to other libraries.
The command line refuses to generate a unit for which this is not empty. What can be avoided without
the author is not here: see `names` and `scope`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ipdl import diagnostics
from ipdl.diagnostics import Problem
from ipdl.emit.c_library import C_LIBRARY
from ipdl.emit.names import cxx_name
from ipdl.emit.scope import cxx_namespace, reachable
from ipdl.model import Enum, ImplKind, Namespace, Protocol, Side, Struct, Union, Unit
from ipdl.source import Span

Finding = tuple[Span, Problem, Span | None]  # the place, the problem, where the other one is

# Whose namespaces they are. In `ipdl`, namespaces of other people's own are welcome.
_OWNERS = {"std": "the standard library", "absl": "Abseil", "ipdl": "this library"}


@dataclass(frozen=True)
class _Entity:
    what: str  # for messages: "struct `Point`"
    span: Span  # of what it is made from
    is_namespace: bool = False
    is_beside: bool = False  # what has the same place was asked about before


def clashes(unit: Unit) -> list[Finding]:
    """In the order of the files, the unit first, and of their declarations."""
    found: list[Finding] = []
    owners: dict[tuple[Namespace, str], _Entity] = {}
    for each in reachable(unit):
        for namespace, name, entity in _entities(each):
            other = owners.setdefault((namespace, name), entity)
            if other is entity:
                taken = _of_library(namespace, name, entity)
                if taken is not None:
                    found.append((entity.span, taken, None))
            elif not (other.is_namespace and entity.is_namespace):
                problem = diagnostics.one_name_in_cxx(entity.what, other.what, name)
                found.append((entity.span, problem, other.span))
    return found


def _entities(unit: Unit) -> Iterator[tuple[Namespace, str, _Entity]]:
    """(C++ namespace, C++ name, what) of all that is generated for a unit."""
    for declared in (*unit.types, *unit.enums, *unit.constants):
        yield from _namespaces(declared.namespace, declared.span)
        what = f"{_kind(declared)} `{declared.name}`"
        namespace = cxx_namespace(declared.namespace)
        yield namespace, cxx_name(declared.name), _Entity(what, declared.span)
    if unit.protocol is not None:
        yield from _namespaces(unit.protocol.namespace, unit.protocol.span)
        yield from _of_protocol(unit.protocol)


def _namespaces(namespace: Namespace, span: Span) -> Iterator[tuple[Namespace, str, _Entity]]:
    spelled = cxx_namespace(namespace)
    for depth, (name, written) in enumerate(zip(spelled, namespace)):
        yield spelled[:depth], name, _Entity(f"namespace `{written}`", span, is_namespace=True)


def _of_protocol(protocol: Protocol) -> Iterator[tuple[Namespace, str, _Entity]]:
    namespace = cxx_namespace(protocol.namespace)
    whose = f"of protocol `{protocol.name}`"
    yield namespace, cxx_name(protocol.name), _Entity(f"protocol `{protocol.name}`", protocol.span)
    for side in Side:
        class_ = _Entity(f"the {side.value} class {whose}", protocol.span, is_beside=True)
        yield namespace, protocol.actor_class(side), class_
        if protocol.impl(side).kind is ImplKind.DEFAULT and protocol.name.startswith("P"):
            own = _Entity(f"your {side.value} class {whose}", protocol.span, is_beside=True)
            yield namespace, protocol.name[1:] + side.suffix, own


def _of_library(namespace: Namespace, name: str, entity: _Entity) -> Problem | None:
    if not namespace and name in C_LIBRARY:
        return diagnostics.name_of_c_library(entity.what, name)
    if not namespace or namespace[0] not in _OWNERS or entity.is_beside:
        return None
    if namespace[0] == "ipdl" and (len(namespace) > 1 or entity.is_namespace):
        return None
    return diagnostics.namespace_of_library(entity.what, namespace[0], _OWNERS[namespace[0]])


def _kind(declared: object) -> str:
    if isinstance(declared, Struct):
        return "struct"
    if isinstance(declared, Union):
        return "union"
    return "enum" if isinstance(declared, Enum) else "constant"
