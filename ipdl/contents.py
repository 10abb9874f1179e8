"""What values of structs and unions can contain, at any depth: themselves, handles, actors.

Worked out for all of a run at once, because each answer depends on others, and in circles. Called by
`resolve`; what comes of it is asked through `type_facts`.
"""

from __future__ import annotations

from collections.abc import Iterable

from ipdl import circles
from ipdl.model import Aggregate, Holds, Union
from ipdl.type_facts import aggregate_of, contained, holds, member_types, unwrapped


def work_out(aggregates: Iterable[Aggregate]) -> None:
    """Fills in `holds`, and of unions `boxed`."""
    knots: dict[Aggregate, int] = {}  # those that contain each other have one number
    for number, knot in enumerate(circles.components(aggregates, contained)):
        knots.update(dict.fromkeys(knot, number))
        found = Holds.NOTHING
        for aggregate in knot:
            for type_ in member_types(aggregate):
                found |= holds(type_)  # of those in the knot this is nothing as yet
        if len(knot) > 1 or knot[0] in contained(knot[0]):
            found |= Holds.ITSELF
        for aggregate in knot:
            aggregate.holds = found
    for aggregate in knots:
        if isinstance(aggregate, Union):
            bases = [aggregate_of(unwrapped(type_)) for type_ in member_types(aggregate)]
            aggregate.boxed = [
                base is not None and knots[base] == knots[aggregate] for base in bases
            ]
