"""Which classes a header only forward declares: actor classes, and imported types whose `using`
says `class` or `struct`.
"""

from __future__ import annotations

from ipdl.emit.scope import cxx_namespace
from ipdl.model import (
    Actor,
    Endpoint,
    Imported,
    ManagedEndpoint,
    Namespace,
    Protocol,
    Side,
    Type,
    UsingKind,
)
from ipdl.type_facts import unwrapped

Forward = tuple[Namespace, str, str]  # namespace, `class` or `struct`, name


def actor_class(protocol: Protocol, side: Side) -> Forward:
    return cxx_namespace(protocol.namespace), "class", protocol.actor_class(side)


def of_value(type_: Type) -> list[Forward]:
    """For a field or element, whose imported types are included."""
    base = unwrapped(type_)
    if isinstance(base, Actor):
        return [actor_class(base.protocol, side) for side in Side]
    if isinstance(base, (Endpoint, ManagedEndpoint)):
        return [actor_class(base.protocol, base.side)]
    return []


def of_mention(type_: Type, side: Side) -> list[Forward]:
    """For a parameter or result of a function of the given side's class."""
    base = unwrapped(type_)
    if isinstance(base, Imported) and base.using.kind is not UsingKind.PLAIN:
        return [(base.using.namespace, base.using.kind.value, base.using.name)]
    if isinstance(base, Actor) and base is type_:
        return [actor_class(base.protocol, side)]
    return of_value(type_)
