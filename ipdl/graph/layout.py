"""Where the cards of the picture stand: a column for each step away from the top-level protocols.

A protocol stands one column behind the farthest of its managers; in height a manager stands in the
middle of those that it manages. A protocol with several managers stands with the first of them in
the column before it; the other lines cross over. Knows sizes, no colours. Called by `svg`.

All lengths are in pixels. The width of a text is an estimate: the fonts have fixed width, whose
letters are nowhere wider than 0.61 of their height.
"""

from __future__ import annotations

from dataclasses import dataclass

from ipdl.graph.relations import Node
from ipdl.model import Protocol, Side

LETTER = 0.61
NAME, SMALL = 15, 12  # font sizes
PADDING = 14  # within a card
TITLE = 36  # height of a card's first line
SIDES = 26  # of its second
NOTE = 19  # of each further one
ARROWS = 104  # width between the two process names
BADGE = 8  # on either side of a text with a background
GAP = 16  # between cards
COLUMN_GAP = 64
MARGIN = 16
ARCS = 40  # beyond the margin, for the arcs between top-level protocols


@dataclass
class Card:
    node: Node
    width: float
    height: float
    column: int
    x: float = 0.0
    y: float = 0.0

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True)
class Arc:
    """Some protocol of the first one's tree hands over ends of the second's connections."""

    source: Card
    target: Card


@dataclass(frozen=True)
class Layout:
    cards: list[Card]
    lines: list[tuple[Card, Card]]  # from the manager to the managed
    arcs: list[Arc]
    width: float
    height: float


def text_width(text: str, size: float) -> float:
    return len(text) * size * LETTER


def lay_out(nodes: list[Node]) -> Layout:
    columns = _columns(nodes)
    cards = {node.protocol: _card(node, columns[node.protocol]) for node in nodes}
    roots = [card for card in cards.values() if card.column == 0]
    own = _own_managed(nodes, columns)
    bottom = float(MARGIN)
    for root in roots:
        bottom = _stack(root, own, cards, bottom) + GAP
    arcs = _arcs(roots, cards)
    left = MARGIN + (ARCS if arcs else 0)
    right = _set_columns(list(cards.values()), left)
    lines = [(card, cards[m]) for card in cards.values() for m in card.node.managed]
    return Layout(list(cards.values()), lines, arcs, right + MARGIN, bottom - GAP + MARGIN)


def _card(node: Node, column: int) -> Card:
    title = text_width(node.name, NAME)
    if node.protocol.sync:
        title += text_width("sync", SMALL) + 4 * BADGE
    places = sum(text_width(node.places[side], SMALL) + 2 * BADGE for side in Side) + ARROWS
    notes = max((text_width(note, SMALL) for note in notes_of(node)), default=0)
    width = max(title, places, notes) + 2 * PADDING
    height = TITLE + SIDES + NOTE * len(notes_of(node)) + PADDING - 2
    return Card(node, width, height, column)


def notes_of(node: Node) -> list[str]:
    """The lines below the sides of a card."""
    notes = ["manages itself too"] if node.manages_itself else []
    return notes + [f"hands over {other.name}" for other in node.hands_over]


def _columns(nodes: list[Node]) -> dict[Protocol, int]:
    """The length of the longest way from a protocol that none of the picture manages."""
    by_protocol = {node.protocol: node for node in nodes}
    managers_left = {node.protocol: 0 for node in nodes}
    for node in nodes:
        for managed in node.managed:
            managers_left[managed] += 1
    columns = {protocol: 0 for protocol, count in managers_left.items() if count == 0}
    queue = list(columns)
    for protocol in queue:
        for managed in by_protocol[protocol].managed:
            columns[managed] = max(columns.get(managed, 0), columns[protocol] + 1)
            managers_left[managed] -= 1
            if managers_left[managed] == 0:
                queue.append(managed)
    return columns


def _own_managed(nodes: list[Node], columns: dict[Protocol, int]) -> dict[Protocol, list[Protocol]]:
    """Per protocol: those of the next column that stand beside it, each with one manager only."""
    own: dict[Protocol, list[Protocol]] = {node.protocol: [] for node in nodes}
    taken: set[Protocol] = set()
    for node in nodes:
        for managed in node.managed:
            if managed not in taken and columns[managed] == columns[node.protocol] + 1:
                taken.add(managed)
                own[node.protocol].append(managed)
    return own


def _stack(
    root: Card, own: dict[Protocol, list[Protocol]], cards: dict[Protocol, Card], top: float
) -> float:
    """Sets the heights of a card and all that stands beside it; returns where they end."""
    bottom = top
    # Each card twice: first to put what stands beside it on top of the stack, then to be set.
    stack: list[tuple[Card, float | None]] = [(root, None)]
    while stack:
        card, begin = stack.pop()
        beside = [cards[managed] for managed in own[card.node.protocol]]
        if begin is None:
            start = bottom if bottom == top else bottom + GAP
            if beside:
                stack.append((card, start))
                stack.extend((other, None) for other in reversed(beside))
                continue
            card.y = start
        else:
            card.y = max(begin, (beside[0].middle + beside[-1].middle - card.height) / 2)
        bottom = max(bottom, card.y + card.height)
    return bottom


def _set_columns(cards: list[Card], left: float) -> float:
    x = left
    for column in range(max((card.column for card in cards), default=-1) + 1):
        here = [card for card in cards if card.column == column]
        width = max(card.width for card in here)
        for card in here:
            card.x, card.width = x, width
        x += width + COLUMN_GAP
    return x - COLUMN_GAP


def _arcs(roots: list[Card], cards: dict[Protocol, Card]) -> list[Arc]:
    arcs: dict[tuple[int, int], Arc] = {}
    for root in roots:
        queue = [root.node]
        for node in queue:
            for other in node.hands_over:
                target = cards[other]
                if target is not root and target.column == 0:
                    arcs[(id(root), id(target))] = Arc(root, target)
            queue += [cards[m].node for m in node.managed if cards[m].node not in queue]
    return list(arcs.values())
