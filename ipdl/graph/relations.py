"""The facts of the picture: protocols as nodes, and what binds them.

Whose `Endpoint` a protocol's messages carry, it "hands over": with it the receiver becomes one side of
a new connection. Called by `dot` and `layout`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ipdl.model import Endpoint, ProcessSet, Protocol, Side
from ipdl.type_facts import walk


@dataclass(frozen=True)
class Node:
    """A protocol and what its card says."""

    protocol: Protocol
    places: dict[Side, str]  # in which kind of process each side lives
    sends: dict[Side, int]  # how many messages each side may send
    managed: tuple[Protocol, ...]  # those of the picture, without itself
    manages_itself: bool
    hands_over: tuple[Protocol, ...]  # those of the picture

    @property
    def name(self) -> str:
        return self.protocol.name


def nodes_of(protocols: Iterable[Protocol]) -> list[Node]:
    """In the order given."""
    shown = list(dict.fromkeys(protocols))
    return [_node(protocol, set(shown)) for protocol in shown]


def tree_of(protocol: Protocol) -> list[Protocol]:
    """The protocol with all that manage it, and all that it manages, however far."""
    family = {protocol: None}
    for following in ("managers", "manages"):
        queue = [protocol]
        for one in queue:
            fresh = [other for other in getattr(one, following) if other not in family]
            family.update(dict.fromkeys(fresh))
            queue += fresh
    return list(family)


def _node(protocol: Protocol, shown: Collection[Protocol]) -> Node:
    return Node(
        protocol,
        {side: place_of(protocol, side) for side in Side},
        {side: sum(side in m.direction.senders for m in protocol.messages) for side in Side},
        tuple(other for other in protocol.manages if other in shown and other is not protocol),
        protocol in protocol.manages,
        tuple(other for other in handed_over(protocol) if other in shown),
    )


def handed_over(protocol: Protocol) -> list[Protocol]:
    """The protocols whose Endpoints its messages carry, in their order."""
    found: dict[Protocol, None] = {}
    params = [param for m in protocol.messages for param in (*m.params, *m.returns)]
    for part in walk(*(param.type for param in params)):
        if isinstance(part, Endpoint):
            found[part.protocol] = None
    return list(found)


def place_of(protocol: Protocol, side: Side) -> str:
    """As [ParentProc] or [ChildProc] says, else as the managers' do."""
    places: dict[str, None] = {}
    seen = {protocol}
    queue = [protocol]
    for one in queue:
        process: ProcessSet | None = one.proc(side)
        if process is not None:
            places[process.name] = None
            continue
        fresh = [manager for manager in one.managers if manager not in seen]
        seen.update(fresh)
        queue += fresh
    return " or ".join(places) or "any"
