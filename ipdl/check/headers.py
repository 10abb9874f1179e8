"""Rules about headers that include each other: allowed here, but C++ must define one type first."""

from __future__ import annotations

from functools import lru_cache

from ipdl import diagnostics
from ipdl.model import EnumType, Type, Unit
from ipdl.reporter import Note, Reporter
from ipdl.source import Span
from ipdl.type_facts import aggregate_of, map_keys, members, unwrapped


def headers_do_not_need_each_other(unit: Unit, reporter: Reporter) -> None:
    """A circle is reported once, from its member that is first by name."""
    circle = _circle(unit)
    if not circle or unit.name != min(member.name for member in circle):
        return
    other, third = circle[1], circle[2 % len(circle)]
    note = Note(f"`{other.basename}` needs `{third.basename}` here", _needed(other)[third])
    problem = diagnostics.headers_need_each_other(unit.basename, other.basename)
    reporter.report(problem, _needed(unit)[other], note)


# Holds what one run of the command line needs; a unit never changes once it is resolved.
@lru_cache(maxsize=4096)
def _needed(unit: Unit) -> dict[Unit, Span]:
    """The other files whose types are parts of this one's, with a place where one is used."""
    found: dict[Unit, Span] = {}
    for aggregate in unit.types:
        for member in members(aggregate):
            for part in (unwrapped(member.type), *map_keys(member.type)):
                owner = _owner(part)
                if owner is not None and owner is not unit:
                    found.setdefault(owner, member.type_span)
    return found


def _owner(type_: Type) -> Unit | None:
    if isinstance(type_, EnumType):
        return type_.enum.unit
    aggregate = aggregate_of(type_)
    return None if aggregate is None else aggregate.unit


def _circle(start: Unit) -> list[Unit]:
    """The files on a shortest way from one back to itself; empty if there is none."""
    came_from: dict[Unit, Unit] = {}
    queue = [start]
    for unit in queue:
        for needed in _needed(unit):
            if needed is start:
                way = [unit]
                while way[-1] is not start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if needed not in came_from:
                came_from[needed] = unit
                queue.append(needed)
    return []


RULES = (headers_do_not_need_each_other,)
