"""The C++ type of an IPDL type, for each place where a value can stand.

    value      a local variable, an element, an out value, a struct's field
    send       a parameter of SendX: views and references; `T&&` if sending consumes the value
    receive    an argument of RecvX: what a virtual RecvX declares

An actor stands for itself only where the side is known and it is the whole argument; within
structs, unions and wrappers it is a SideVariant, which holds either side's pointer.

Text only; what a type needs included is in `includes`, how it is written and read in `traits`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional as Maybe

from ipdl.emit.enum import first_value
from ipdl.emit.scope import IPDL, Scope
from ipdl.model import (
    Actor,
    Array,
    Builtin,
    Category,
    Endpoint,
    EnumType,
    Imported,
    ManagedEndpoint,
    Map,
    Optional,
    Passing,
    Side,
    StructType,
    Type,
    UnionType,
    UniquePtr,
)
from ipdl.type_facts import consumed_by_send, unwrapped


def is_scalar(type_: Type) -> bool:
    """Passed by value everywhere: bool, integers, floating point numbers, enums."""
    return (
        isinstance(type_, EnumType)
        or isinstance(type_, Builtin)
        and type_.entry.passing is Passing.VALUE
    )


def is_bool(type_: Type) -> bool:
    return isinstance(type_, Builtin) and type_.entry.category is Category.BOOL


def is_refcounted(type_: Type) -> bool:
    return isinstance(type_, Imported) and type_.using.refcounted


def needs_object(type_: Type) -> bool:
    """Does a value hold counted objects that must be there?"""
    base = unwrapped(type_)
    return isinstance(base, Imported) and base.using.refcounted and not base.nullable


def alternative_name(type_: Type) -> str:
    """What stands for a type in the names of a union: `get_ArrayOfPoint`, `TArrayOfPoint`."""
    if isinstance(type_, Builtin):
        return _identifier(type_.entry.name)
    if isinstance(type_, Imported):
        return _identifier(type_.using.name)
    if isinstance(type_, StructType):
        return type_.struct.name
    if isinstance(type_, UnionType):
        return type_.union.name
    if isinstance(type_, EnumType):
        return type_.enum.name
    if isinstance(type_, Actor):
        return type_.protocol.name
    if isinstance(type_, Endpoint):
        return "EndpointOf" + type_.protocol.actor_class(type_.side)
    if isinstance(type_, ManagedEndpoint):
        return "ManagedEndpointOf" + type_.protocol.actor_class(type_.side)
    if isinstance(type_, Array):
        return "ArrayOf" + alternative_name(type_.base)
    if isinstance(type_, Optional):
        return "Maybe" + alternative_name(type_.base)
    if isinstance(type_, UniquePtr):
        return "UniquePtrOf" + alternative_name(type_.base)
    if isinstance(type_, Map):
        return f"MapOf{alternative_name(type_.key)}To{alternative_name(type_.base)}"
    raise TypeError(type_)


def _identifier(name: str) -> str:
    """`CopyableTArray<int>` as part of an identifier."""
    return name.replace("<", "Of").replace(">", "").replace("::", "_")


@dataclass(frozen=True)
class CxxTypes:
    """Spells types at one place. `side`: whose actor classes stand for direct actor arguments;
    None in structs and unions, which both sides share."""

    scope: Scope
    side: Maybe[Side] = None

    def value(self, type_: Type) -> str:
        if isinstance(type_, Actor) and self.side is not None:
            return self.actor(type_, self.side) + "*"
        return self.element(type_)

    def element(self, type_: Type) -> str:
        """A value inside a struct, union, array, optional or UniquePtr."""
        if isinstance(type_, Builtin):
            return self.scope.library(type_.entry.cxx)
        if isinstance(type_, Imported):
            name = self.imported(type_)
            return f"{IPDL}::RefPtr<{name}>" if type_.using.refcounted else name
        if isinstance(type_, StructType):
            return self.scope.own(type_.struct.namespace, type_.struct.name)
        if isinstance(type_, UnionType):
            return self.scope.own(type_.union.namespace, type_.union.name)
        if isinstance(type_, EnumType):
            return self.scope.own(type_.enum.namespace, type_.enum.name)
        if isinstance(type_, Actor):
            parent, child = self.actor(type_, Side.PARENT), self.actor(type_, Side.CHILD)
            variant = "NullableSideVariant" if type_.nullable else "SideVariant"
            return f"{IPDL}::{variant}<{parent}*, {child}*>"
        if isinstance(type_, Endpoint):
            return f"{IPDL}::Endpoint<{self.actor(type_, type_.side)}>"
        if isinstance(type_, ManagedEndpoint):
            return f"{IPDL}::ManagedEndpoint<{self.actor(type_, type_.side)}>"
        if isinstance(type_, Array):
            return self.scope.library("std::vector") + f"<{self.element(type_.base)}>"
        if isinstance(type_, Optional):
            return self.scope.library("std::optional") + f"<{self.element(type_.base)}>"
        if isinstance(type_, UniquePtr):
            return self.scope.library("std::unique_ptr") + f"<{self.element(type_.base)}>"
        if isinstance(type_, Map):
            key, value = self.element(type_.key), self.element(type_.base)
            return self.scope.library("std::map") + f"<{key}, {value}>"
        raise TypeError(type_)

    def imported(self, type_: Imported) -> str:
        return "::" + type_.using.cxx

    def actor(self, type_: Actor | Endpoint | ManagedEndpoint, side: Side) -> str:
        protocol = type_.protocol
        return self.scope.own(protocol.namespace, protocol.actor_class(side))

    def send(self, type_: Type) -> str:
        """The parameter of SendX."""
        if isinstance(type_, Actor) and self.side is not None:
            return self.value(type_)
        if isinstance(type_, Imported) and type_.using.refcounted:
            return self.imported(type_) + "*"
        if isinstance(type_, Builtin):
            if type_.entry.passing is Passing.VALUE:
                return self.value(type_)
            if type_.entry.passing is Passing.VIEW:
                return self.scope.library(type_.entry.view)
        if isinstance(type_, EnumType):
            return self.value(type_)
        if consumed_by_send(type_):
            return self.value(type_) + "&&"
        if isinstance(type_, Array) and not is_bool(type_.base):
            # std::vector<bool> is no sequence of bool in memory, so it goes as itself below.
            return self.scope.library("absl::Span") + f"<const {self.element(type_.base)}>"
        return f"const {self.value(type_)}&"

    def receive(self, type_: Type) -> str:
        """The parameter of a virtual RecvX: the value itself, owned by the callee. A refcounted
        object is kept alive by the caller."""
        if is_refcounted(type_):
            assert isinstance(type_, Imported)
            return self.imported(type_) + "*"
        return self.value(type_)

    def received(self, type_: Type, local: str) -> str:
        """The expression that hands a local variable to RecvX."""
        if is_refcounted(type_):
            return f"{local}.get()"
        if is_scalar(type_) or isinstance(type_, Actor):
            return local
        return f"{self.scope.library('std::move')}({local})"

    def sent(self, type_: Type, param: str) -> str:
        """The expression that hands a parameter of SendX on to the writer."""
        if consumed_by_send(type_):
            return f"{self.scope.library('std::move')}({param})"
        return param

    def initialised(self, type_: Type) -> str:
        """What follows a variable of the type so that it never has an undefined value."""
        if isinstance(type_, EnumType):
            return f"{{{self.value(type_)}::{first_value(type_.enum)}}}"
        if is_scalar(type_) or isinstance(type_, Imported) and not type_.using.refcounted:
            return "{}"
        return " = nullptr" if isinstance(type_, Actor) and self.side is not None else ""
