"""The messages of a protocol, by who may send them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ipdl.doc import members
from ipdl.doc.comments import comment
from ipdl.doc.html import EMPTY, Html, code, element, joined
from ipdl.doc.links import Links, anchor
from ipdl.doc.types import linked
from ipdl.model import Compress, Direction, Message, Nesting, Param, Priority, Protocol
from ipdl.type_facts import spelling

LINE = 76  # signs of a signature on one line

_HEADINGS = {
    Direction.PARENT: "From the child to the parent",
    Direction.CHILD: "From the parent to the child",
    Direction.BOTH: "From either side to the other",
}
_EXPLAINED = {
    Direction.PARENT: "The child may send these. The parent checks what arrives.",
    Direction.CHILD: "The parent may send these.",
    Direction.BOTH: "Both sides may send these, so the parent checks what arrives.",
}


def contents(protocol: Protocol) -> Html:
    """Links to all messages, a line for each direction."""
    rows = []
    for direction in Direction:
        names = [
            element("a", code(message.name), href=f"#{anchor(message)}")
            for message in protocol.messages
            if message.direction is direction
        ]
        if names:
            heading = element("a", _HEADINGS[direction], href=f"#{_id(direction)}")
            rows.append(element("li", heading, ": ", joined(names, ", ")))
    return element("ul", *rows, class_="contents") if rows else EMPTY


def sections(protocol: Protocol, links: Links) -> Html:
    parts: list[Html] = []
    for direction in Direction:
        messages = [each for each in protocol.messages if each.direction is direction]
        if messages:
            parts.append(element("h2", _HEADINGS[direction], id=_id(direction)))
            parts.append(element("p", _EXPLAINED[direction], class_="facts"))
            parts += [_message(message, links) for message in messages]
    if not parts:
        parts.append(element("p", "It has no messages of its own."))
    return joined(parts)


def _id(direction: Direction) -> str:
    return f"to-{direction.value}"


def _message(message: Message, links: Links) -> Html:
    tables = []
    if members.says_something(message.params):
        tables.append(members.table("Parameters", message.params, links))
    if members.says_something(message.returns):
        tables.append(members.table("Returns", message.returns, links))
    tags = [element("span", text, class_=f"tag {kind}") for text, kind in _tags(message)]
    return element(
        "section",
        element("h3", element("a", message.name, href=f"#{anchor(message)}"), *tags),
        element("pre", code(_signature(message, links)), class_="signature"),
        comment(message.doc, links.named),
        *tables,
        id=anchor(message),
        class_="card",
    )


def _tags(message: Message) -> Iterator[tuple[str, str]]:
    """What is special about it, each with the class of its colour."""
    if message.sync:
        yield "sync: the sender waits", "sync"
    elif message.has_returns:
        yield "with a reply", "plain"
    if message.ctor_of is not None:
        yield "constructor", "life"
    if message.is_delete:
        yield "ends the actor", "life"
    if message.tainted:
        yield "tainted: values must be validated", "plain"
    if message.compress is not Compress.NO:
        kept = "of those in a row" if message.compress is Compress.ADJACENT else "of all queued"
        yield f"compressed: only the newest {kept} arrives", "plain"
    if message.priority is not Priority.NORMAL:
        yield f"priority {message.priority.value}", "plain"
    if message.reply_priority is not Priority.NORMAL:
        yield f"reply priority {message.reply_priority.value}", "plain"
    if message.nested is not Nesting.NOT:
        yield f"nested {message.nested.spelling}", "plain"
    if message.lazy:
        yield "sent lazily", "plain"
    if message.virtual_send:
        yield "virtual send", "plain"


def _signature(message: Message, links: Links) -> Html:
    head = f"{'sync' if message.sync else 'async'} {message.name}"
    parts: list[str] = [head, _list(message.params, len(head), 4, links)]
    if message.has_returns:
        broken = len(head) + _width(message.params) + _width(message.returns) + 9 > LINE
        parts += ["\n    returns " if broken else " returns "]
        parts.append(_list(message.returns, len("    returns "), 8, links))
    return joined(parts)


def _list(params: Sequence[Param], before: int, indent: int, links: Links) -> Html:
    """In brackets; if all are too long for a line that has `before` signs already, one on a line."""
    texts = [joined([linked(param.type, links), " ", param.name]) for param in params]
    if before + _width(params) <= LINE:
        return joined(["(", joined(texts, ", "), ")"])
    line_end = "\n" + " " * indent
    return joined(["(", line_end, joined(texts, "," + line_end), ")"])


def _width(params: Sequence[Param]) -> int:
    return 2 + sum(len(spelling(param.type)) + len(param.name) + 3 for param in params)
