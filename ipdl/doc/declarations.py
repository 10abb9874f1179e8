"""The types and constants that a file declares or imports, each with its anchor."""

from __future__ import annotations

from collections.abc import Iterator

from ipdl.doc import members
from ipdl.doc.comments import comment
from ipdl.doc.html import EMPTY, Html, code, element, escaped, joined
from ipdl.doc.links import Links, anchor
from ipdl.model import (
    Aggregate,
    Constant,
    Enum,
    MoveOnly,
    Struct,
    StructType,
    Type,
    Union,
    UnionType,
    Unit,
    Using,
)
from ipdl.type_facts import carries_handles, is_move_only


def section(unit: Unit, links: Links) -> Html:
    """Empty if the file declares nothing besides a protocol."""
    parts: list[Html] = []
    if unit.types:
        parts.append(element("h2", "Types", id="types"))
        parts += [_aggregate(aggregate, links) for aggregate in unit.types]
    if unit.enums:
        parts.append(element("h2", "Enums", id="enums"))
        parts += [_enum(enum, links) for enum in unit.enums]
    if unit.constants:
        parts.append(element("h2", "Constants", id="constants"))
        parts += [_constant(constant, links) for constant in unit.constants]
    if unit.usings:
        parts.append(element("h2", "Imported C++ types", id="imports"))
        parts += [_using(using, links) for using in unit.usings]
    return joined(parts)


def _card(id_: str, head: Html, *content: Html) -> Html:
    return element("section", element("h3", code(head)), *content, id=id_, class_="card")


def _aggregate(aggregate: Aggregate, links: Links) -> Html:
    is_struct = isinstance(aggregate, Struct)
    head = escaped(f"{'struct' if is_struct else 'union'} {aggregate.name}")
    facts = _facts(_aggregate_facts(aggregate))
    if isinstance(aggregate, Struct):
        rows = members.table("Fields", aggregate.fields, links)
        if not aggregate.fields:
            rows = element("p", "It has no fields: that it comes is all it says.")
    else:
        rows = members.table("One of", aggregate.components, links)
    about = comment(aggregate.doc, links.named)
    return _card(anchor(aggregate), head, about, facts, rows)


def _aggregate_facts(aggregate: Aggregate) -> Iterator[str]:
    type_: Type = UnionType(aggregate) if isinstance(aggregate, Union) else StructType(aggregate)
    if aggregate.comparable:
        yield "can be compared"
    if carries_handles(type_):
        yield "carries handles"
    if is_move_only(type_):
        yield "cannot be copied"


def _enum(enum: Enum, links: Links) -> Html:
    type_name = "" if enum.underlying is None else enum.underlying.name
    rows = [
        element(
            "tr",
            element("th", code(value.name), scope="row"),
            element("td", code(str(value.value))),
            element("td", comment(value.doc, links.named)),
        )
        for value in enum.values
    ]
    values = element("table", element("caption", "Values"), *rows, class_="members")
    head = escaped(f"enum {enum.name} : {type_name}")
    facts = _facts(["any other value from a peer is refused"])
    return _card(anchor(enum), head, comment(enum.doc, links.named), facts, values)


def _constant(constant: Constant, links: Links) -> Html:
    type_name = "" if constant.type is None else constant.type.name
    value = f'"{constant.written}"' if isinstance(constant.value, str) else constant.written
    head = escaped(f"const {type_name} {constant.name} = {value}")
    return _card(anchor(constant), head, comment(constant.doc, links.named))


def _using(using: Using, links: Links) -> Html:
    facts = []
    if using.refcounted:
        facts.append("reference counted")
    if using.move_only is not MoveOnly.NO:
        facts.append(_MOVE_ONLY[using.move_only])
    origin = element("p", "from ", code(f'"{using.header}"'))
    head = escaped(f"using {using.cxx}")
    return _card(anchor(using), head, comment(using.doc, links.named), origin, _facts(facts))


_MOVE_ONLY = {
    MoveOnly.ALWAYS: "cannot be copied",
    MoveOnly.DATA: "cannot be copied, but sending only reads it",
    MoveOnly.SEND: "sending takes it",
}


def _facts(facts: Iterator[str] | list[str]) -> Html:
    text = "; ".join(facts)
    return element("p", text, class_="facts") if text else EMPTY
