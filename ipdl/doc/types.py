"""Types as an author writes them, with a link for each name that has a place in the pages."""

from __future__ import annotations

from ipdl.doc.html import Html, element, escaped, joined
from ipdl.doc.links import Declared, Links
from ipdl.model import (
    Actor,
    Array,
    Endpoint,
    EnumType,
    Imported,
    ManagedEndpoint,
    Map,
    Optional,
    Protocol,
    StructType,
    Type,
    UnionType,
    UniquePtr,
)
from ipdl.type_facts import spelling


def linked(type_: Type, links: Links) -> Html:
    """The spelling of `type_facts`, with links."""
    match type_:
        case Array(base):
            return linked(base, links) + Html("[]")
        case Optional(base):
            return linked(base, links) + Html("?")
        case UniquePtr(base):
            return joined(["UniquePtr<", linked(base, links), ">"])
        case Map(key, base):
            return joined(["map<", linked(key, links), ", ", linked(base, links), ">"])
        case StructType(struct):
            return _declared(struct, links)
        case UnionType(union):
            return _declared(union, links)
        case EnumType(enum):
            return _declared(enum, links)
        case Imported(using, nullable):
            name = element("a", using.name, href=links.imported(using))
            return joined(["nullable " if nullable else "", name])
        case Actor(protocol, nullable):
            return joined(["nullable " if nullable else "", _protocol(protocol, links)])
        case Endpoint(protocol, side) | ManagedEndpoint(protocol, side):
            name = element("a", protocol.actor_class(side), href=links.protocol(protocol))
            return joined([f"{type(type_).__name__}<", name, ">"])
    return escaped(spelling(type_))


def _declared(declared: Declared, links: Links) -> Html:
    return element("a", declared.name, href=links.declared(declared))


def _protocol(protocol: Protocol, links: Links) -> Html:
    return element("a", protocol.name, href=links.protocol(protocol))
