"""The picture as SVG: readable on light and dark ground, without script, and alike in every run.

    svg        a file of its own
    fragment   for within an HTML page, which brings the style sheet along

Data in, text out. Where things stand is decided by `layout`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from ipdl.graph.colours import STYLE
from ipdl.graph.layout import (
    ARROWS,
    BADGE,
    NAME,
    NOTE,
    PADDING,
    SIDES,
    SMALL,
    TITLE,
    Arc,
    Card,
    Layout,
    lay_out,
    notes_of,
    text_width,
)
from ipdl.graph.relations import nodes_of
from ipdl.model import Protocol, Side

ROW = 24  # height of a row of the legend
RADIUS = 8
HEAD = 5  # half the width of an arrow's head

Link = Callable[[Protocol], str | None]  # the page of a protocol


def svg(protocols: Iterable[Protocol]) -> str:
    return _picture(protocols, None, lambda _: None, f"<style>\n{STYLE}</style>\n", legend=True)


def fragment(protocols: Iterable[Protocol], here: Protocol | None, link: Link) -> str:
    """`here`: the protocol whose page it is; a page about all of them explains the signs."""
    return _picture(protocols, here, link, "", legend=here is None)


def _picture(
    protocols: Iterable[Protocol], here: Protocol | None, link: Link, style: str, legend: bool
) -> str:
    layout = lay_out(nodes_of(protocols))
    parts = [_line(source, target) for source, target in layout.lines]
    parts += [_arc(arc) for arc in layout.arcs]
    parts += [_linked(card, here, link) for card in layout.cards]
    width, height = layout.width, layout.height
    if legend:
        text, legend_width, legend_height = _legend(layout)
        parts.append(text)
        width, height = max(width, legend_width), height + legend_height
    size = f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ipdl-graph" role="img" {size}>\n'
        f"<title>{escape(_title(layout))}</title>\n{style}"
        f'<rect class="ground" width="{_n(width)}" height="{_n(height)}" rx="{RADIUS}"/>\n'
        f'{"".join(parts)}</svg>\n'
    )


def _title(layout: Layout) -> str:
    names = [card.node.name for card in layout.cards]
    return f"Who manages whom: {', '.join(names)}" if names else "No protocol"


def _linked(card: Card, here: Protocol | None, link: Link) -> str:
    target = link(card.node.protocol)
    drawn = _card(card, card.node.protocol is here)
    if target is None:
        return drawn
    return f'<a href="{escape(target)}">\n{drawn}</a>\n'


def _card(card: Card, is_here: bool) -> str:
    node = card.node
    left, right = card.x + PADDING, card.x + card.width - PADDING
    marked = " here" if is_here else ""
    box = f'width="{_n(card.width)}" height="{_n(card.height)}" rx="{RADIUS}"'
    parts = [
        f'<rect class="card{marked}" x="{_n(card.x)}" y="{_n(card.y)}" {box}/>\n',
        _text(node.name, left, card.y + TITLE / 2 + 6, NAME, bold=True),
    ]
    if node.protocol.sync:
        parts.append(_badge("sync", "sync", right - _badge_width("sync"), card.y + TITLE / 2))
    y = card.y + TITLE + SIDES / 2 - 3
    parent, child = node.places[Side.PARENT], node.places[Side.CHILD]
    begin, end = left + _badge_width(parent), right - _badge_width(child)
    parts.append(_badge(parent, "parent", left, y))
    parts.append(_badge(child, "child", end, y))
    parts.append(_sends(node.sends[Side.CHILD], node.sends[Side.PARENT], begin, end, y))
    for index, note in enumerate(notes_of(node)):
        at = y + 28 + NOTE * index
        parts.append(_text(note, left, at, SMALL, soft=True))
    return "".join(parts)


def _sends(by_child: int, by_parent: int, begin: float, end: float, y: float) -> str:
    """Arrows to the side that receives, each with how many messages may go that way."""
    middle = (begin + end) / 2
    parts = []
    if by_child:
        count = str(by_child)
        tail = middle - 6 - text_width(count, SMALL)
        parts.append(_arrow(tail - 4, begin + 6, y))
        parts.append(_text(count, tail, y + 4, SMALL))
    if by_parent:
        count = str(by_parent)
        tail = middle + 6 + text_width(count, SMALL)
        parts.append(_text(count, middle + 6, y + 4, SMALL))
        parts.append(_arrow(tail + 4, end - 6, y))
    return "".join(parts)


def _line(source: Card, target: Card) -> str:
    """From a manager's right side to the left side of what it manages."""
    x1, y1, x2, y2 = source.x + source.width, source.middle, target.x, target.middle
    bend = (x2 - x1 - HEAD) / 2 if target.column == source.column + 1 else 40
    bends = f"{_n(x1 + bend)} {_n(y1)} {_n(x2 - bend)} {_n(y2)}"
    path = f"M{_n(x1)} {_n(y1)}C{bends} {_n(x2 - HEAD)} {_n(y2)}"
    return f'<path class="line" d="{path}"/>\n' + _head(x2, y2, right=True)


def _arc(arc: Arc) -> str:
    """Along the left margin."""
    x, y1, y2 = arc.source.x, arc.source.middle, arc.target.middle
    # Each end keeps away from the middle, where lines of the other direction end.
    step = 8 if y2 > y1 else -8
    y1, y2 = y1 + step, y2 - step
    bend = x - min(48, 24 + abs(y2 - y1) / 10)
    path = f"M{_n(x)} {_n(y1)}C{_n(bend)} {_n(y1)} {_n(bend)} {_n(y2)} {_n(x - HEAD)} {_n(y2)}"
    return f'<path class="arc" d="{path}"/>\n' + _head(x, y2, right=True)


def _arrow(x1: float, x2: float, y: float) -> str:
    right = x2 > x1
    stop = x2 - HEAD if right else x2 + HEAD
    return f'<path class="line" d="M{_n(x1)} {_n(y)}H{_n(stop)}"/>\n' + _head(x2, y, right)


def _head(x: float, y: float, right: bool) -> str:
    back = x - 2 * HEAD if right else x + 2 * HEAD
    path = f"M{_n(x)} {_n(y)}L{_n(back)} {_n(y - HEAD)}V{_n(y + HEAD)}Z"
    return f'<path class="head" d="{path}"/>\n'


def _badge_width(text: str) -> float:
    return text_width(text, SMALL) + 2 * BADGE


def _badge(text: str, kind: str, x: float, y: float) -> str:
    box = f'width="{_n(_badge_width(text))}" height="20" rx="5"'
    rect = f'<rect class="{kind}" x="{_n(x)}" y="{_n(y - 10)}" {box}/>\n'
    return rect + _text(text, x + BADGE, y + 4, SMALL)


def _text(text: str, x: float, y: float, size: int, bold: bool = False, soft: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    kind = ' class="soft"' if soft else ""
    at = f'x="{_n(x)}" y="{_n(y)}" font-size="{size}"'
    return f"<text{kind} {at}{weight}>{escape(text)}</text>\n"


def _legend(layout: Layout) -> tuple[str, float, float]:
    """(the explanation below the cards, its width, its height)"""
    x, y = 16.0, layout.height + 8
    begin = x + ARROWS + 16
    parent, child = "left", "right"
    rows = [(_arrow(x, x + 40, y), "manages: owns its actors and ends them")]
    sides = _badge(parent, "parent", x, y + ROW) + _badge(child, "child", x + 50, y + ROW)
    rows.append((sides, "the processes where its parent side and its child side live"))
    sends = _sends(3, 1, x - 6, x + ARROWS, y + 2 * ROW)
    rows.append((sends, "how many messages may go to that side"))
    if layout.arcs:
        path = f"M{_n(x)} {_n(y + 3 * ROW)}H{_n(x + 40 - HEAD)}"
        dashed = f'<path class="arc" d="{path}"/>\n' + _head(x + 40, y + 3 * ROW, right=True)
        rows.append((dashed, "hands over ends of connections of that protocol"))
    parts = []
    for index, (sign, text) in enumerate(rows):
        parts += [sign, _text(text, begin, y + index * ROW + 4, SMALL, soft=True)]
    width = begin + max(text_width(text, SMALL) for _, text in rows) + 16
    return "".join(parts), width, len(rows) * ROW + 8


def _n(number: float) -> str:
    """A number of at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")
