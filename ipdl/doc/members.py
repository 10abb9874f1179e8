"""Tables of what has a name and a type: fields, components, parameters, results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ipdl.doc.comments import comment
from ipdl.doc.html import EMPTY, Html, code, element, joined
from ipdl.doc.links import Links
from ipdl.doc.types import linked
from ipdl.emit.doc import limits_of
from ipdl.model import Field, Param
from ipdl.type_facts import carries_actor, carries_endpoint, carries_handles, consumed_by_send


def table(caption: str, members: Sequence[Field | Param], links: Links) -> Html:
    """Empty without members."""
    if not members:
        return EMPTY
    named = any(member.name for member in members)
    return element(
        "table",
        element("caption", caption),
        *(_row(member, named, links) for member in members),
        class_="members",
    )


def says_something(members: Sequence[Field | Param]) -> bool:
    """More than their signature does."""
    return any(member.doc or any(_facts(member)) for member in members)


def _row(member: Field | Param, named: bool, links: Links) -> Html:
    cells = [element("td", code(linked(member.type, links)))]
    if named:
        cells.insert(0, element("th", code(member.name), scope="row"))
    return element("tr", *cells, element("td", *_notes(member, links)))


def _notes(member: Field | Param, links: Links) -> Iterator[Html]:
    yield comment(member.doc, links.named)
    facts = list(_facts(member))
    if facts:
        yield element("p", joined(facts, "; "), class_="facts")


def _facts(member: Field | Param) -> Iterator[str]:
    limits = limits_of(member)
    if limits:
        yield limits
    if carries_handles(member.type):
        yield "carries a handle"
    if carries_endpoint(member.type):
        yield "carries one end of a connection"
    if carries_actor(member.type):
        yield "names an actor of this connection"
    if consumed_by_send(member.type):
        yield "sending takes it"
    if isinstance(member, Param) and member.no_taint is not None:
        yield f"not tainted ({member.no_taint.value})"
