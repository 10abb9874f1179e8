"""Circles in any graph are those that following every way finds; and long ones need no recursion."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ipdl import circles
from tests.compiler.properties import property_test

Graph = dict[int, list[int]]
GRAPHS = st.integers(1, 9).flatmap(
    lambda count: st.fixed_dictionaries(
        {node: st.lists(st.integers(0, count - 1), max_size=4) for node in range(count)}
    )
)


def _reached(graph: Graph, start: int) -> set[int]:
    """By one step or more."""
    seen: set[int] = set()
    queue = [start]
    for node in queue:
        for other in graph[node]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen


@property_test(quick=100, long=5000)
@given(GRAPHS)
def test_components_are_the_nodes_that_reach_each_other(graph: Graph) -> None:
    found = circles.components(graph, graph.__getitem__)
    assert sorted(graph) == sorted(node for component in found for node in component)
    for component in found:
        for node in component:
            together = {node} | {o for o in _reached(graph, node) if node in _reached(graph, o)}
            assert together == set(component)


@property_test(quick=100, long=5000)
@given(GRAPHS)
def test_what_follows_a_component_stands_before_it(graph: Graph) -> None:
    done: set[int] = set()
    for component in circles.components(graph, graph.__getitem__):
        done.update(component)
        assert {other for node in component for other in graph[node]} <= done


@property_test(quick=100, long=5000)
@given(GRAPHS)
def test_a_shortest_circle_leads_back_to_its_start(graph: Graph) -> None:
    for start in graph:
        circle = circles.shortest_circle(start, graph.__getitem__, graph)
        assert (start in _reached(graph, start)) == bool(circle)
        if circle:
            assert start == circle[0]
            assert len(set(circle)) == len(circle)
            assert all(b in graph[a] for a, b in zip(circle, circle[1:] + circle[:1]))


def test_a_long_way_needs_no_recursion() -> None:
    count = 100_000
    ring = {node: [(node + 1) % count] for node in range(count)}
    assert [count] == [len(found) for found in circles.components(ring, ring.__getitem__)]
    assert count == len(circles.shortest_circle(0, ring.__getitem__, ring))
    chain = {node: [node + 1] if node + 1 < count else [] for node in range(count)}
    assert count == len(circles.components(chain, chain.__getitem__))
