"""Circles in a directed graph: which nodes lie on one, and the shortest through a node.

The graph is given as a function from a node to those that follow it. Nothing recurses, and the time
is that of looking at each edge once, however the graph looks. Nothing of the language is known here.
Called by `resolve` and by checks of what contains or manages what.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeVar

Node = TypeVar("Node")
Following = Callable[[Node], Iterable[Node]]


def components(nodes: Iterable[Node], following: Following[Node]) -> list[list[Node]]:
    """The strongly connected components (Tarjan's): two nodes are in one if each can be reached from
    the other. What follows a component stands before it in the list."""
    found: list[list[Node]] = []
    numbers: dict[Node, int] = {}  # in the order of discovery
    lowest: dict[Node, int] = {}  # the least number that is reached from a node and on `path`
    path: list[Node] = []
    on_path: set[Node] = set()
    for root in nodes:
        if root in numbers:
            continue
        work: list[tuple[Node, Iterator[Node]]] = []

        def enter(node: Node) -> None:
            numbers[node] = lowest[node] = len(numbers)
            path.append(node)
            on_path.add(node)
            work.append((node, iter(following(node))))

        enter(root)
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in numbers:
                    enter(other)
                    break
                if other in on_path:
                    lowest[node] = min(lowest[node], numbers[other])
            else:
                work.pop()
                if work:
                    before = work[-1][0]
                    lowest[before] = min(lowest[before], lowest[node])
                if lowest[node] == numbers[node]:
                    at = len(path) - 1
                    while path[at] is not node:
                        at -= 1
                    found.append(path[at:])
                    on_path.difference_update(path[at:])
                    del path[at:]
    return found


def shortest_circle(start: Node, following: Following[Node], among: Collection[Node]) -> list[Node]:
    """The nodes on a shortest way from one back to itself, itself first; empty if there is none."""
    came_from: dict[Node, Node] = {}
    queue = [start]
    for node in queue:
        for other in following(node):
            if other is start:
                way = [node]
                while way[-1] is not start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if other in among and other not in came_from:
                came_from[other] = node
                queue.append(other)
    return []
