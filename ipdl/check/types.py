"""Rules about structs, unions and the types that are used in them and in messages."""

from __future__ import annotations

from collections.abc import Iterator

from ipdl import circles, diagnostics
from ipdl.cxx_identity import by_name
from ipdl.model import (
    Aggregate,
    Array,
    Endpoint,
    Field,
    Holds,
    ManagedEndpoint,
    Map,
    Optional,
    Struct,
    Type,
    UnionType,
    Unit,
    Unresolved,
    WRAPPERS,
)
from ipdl.reporter import Note, Reporter
from ipdl.source import Span
from ipdl.type_facts import (
    aggregate_of,
    contained,
    holds,
    is_comparable,
    members,
    spelling,
    unwrapped,
)

MAX_NOTES = 10  # of the way round a circle


def type_uses(unit: Unit) -> Iterator[tuple[Type, Span]]:
    """Every type that the unit's text writes, with its place."""
    for aggregate in unit.types:
        for member in members(aggregate):
            yield member.type, member.type_span
    if unit.protocol is not None:
        for message in unit.protocol.messages:
            for param in (*message.params, *message.returns):
                yield param.type, param.type_span


def recursion_ends(unit: Unit, reporter: Reporter) -> None:
    """A struct can be made if all its fields can, a union if one component can; arrays and
    optionals are as their base. What cannot be made contains itself, directly or through others."""
    groundless = _groundless(unit)

    def following(aggregate: Aggregate) -> list[Aggregate]:
        return [part for part in contained(aggregate) if part in groundless]

    # Those that contain each other are one mistake, however many circles they make.
    knots: dict[Aggregate, list[Aggregate]] = {}
    for knot in circles.components(groundless, following):
        knots.update(dict.fromkeys(knot, knot))
    reported: set[Aggregate] = set()
    for aggregate in unit.types:
        if aggregate not in groundless or aggregate in reported:
            continue
        circle = circles.shortest_circle(aggregate, following, set(knots[aggregate]))
        reported.update(knots[aggregate])
        if not circle:  # it only contains another that contains itself
            continue
        notes = [Note(f"through `{other.name}`", other.span) for other in circle[1:MAX_NOTES]]
        if isinstance(aggregate, Struct):
            problem = diagnostics.struct_contains_itself(aggregate.name)
        else:
            problem = diagnostics.union_contains_itself(aggregate.name)
        reporter.report(problem, aggregate.span, *notes)


def _groundless(unit: Unit) -> set[Aggregate]:
    """Those of the unit's structs and unions of which no value can exist."""
    left = set(unit.types)
    users: dict[Aggregate, list[Aggregate]] = {aggregate: [] for aggregate in unit.types}
    # How many members stand between an aggregate and its first value: of a union any one will do.
    missing: dict[Aggregate, int] = {}
    for aggregate in unit.types:
        own = [base for base in contained(aggregate) if base in left]
        for base in own:
            users[base].append(aggregate)
        missing[aggregate] = len(own)
        if not isinstance(aggregate, Struct):
            components = len(aggregate.components)
            missing[aggregate] = 1 if components and len(own) == components else 0
    possible = [aggregate for aggregate in unit.types if missing[aggregate] == 0]
    for aggregate in possible:
        left.discard(aggregate)
        for user in users[aggregate]:
            missing[user] -= 1
            if missing[user] == 0:
                possible.append(user)
    return left


def union_components_differ(unit: Unit, reporter: Reporter) -> None:
    """Each component gets an enumerator and accessors named after it."""
    for aggregate in unit.types:
        if isinstance(aggregate, Struct):
            continue
        if all(part.type == UnionType(aggregate) for part in aggregate.components):
            continue  # recursion_ends has said it
        seen: dict[str, Field] = {}
        for component in aggregate.components:
            if isinstance(unwrapped(component.type), Unresolved):
                continue
            if component.type == UnionType(aggregate):
                problem = diagnostics.union_is_own_component(aggregate.name)
                reporter.report(problem, component.span)
                continue
            first = seen.setdefault(by_name(component.type), component)
            if first is component:
                continue
            written, before = spelling(component.type), spelling(first.type)
            problem = diagnostics.components_are_one_type(aggregate.name, before, written)
            if written.replace("nullable ", "") == before.replace("nullable ", ""):
                problem = diagnostics.duplicate_component(aggregate.name, written)
            reporter.report(problem, component.span, Note("first named here", first.span))


def endpoints_fit_their_protocol(unit: Unit, reporter: Reporter) -> None:
    """Only a top-level protocol has channels of its own; only a managed one lives on another's."""
    for type_, span in type_uses(unit):
        base = unwrapped(type_)
        if not isinstance(base, (Endpoint, ManagedEndpoint)) or base.protocol.incomplete:
            continue
        protocol = base.protocol
        written = spelling(base)
        note = Note(f"`{protocol.name}` is declared here", protocol.span)
        if isinstance(base, Endpoint) and not protocol.toplevel:
            problem = diagnostics.endpoint_of_managed(written, protocol.name)
            reporter.report(problem, span, note)
        elif isinstance(base, ManagedEndpoint) and protocol.toplevel:
            plain = written.removeprefix("Managed")
            problem = diagnostics.managed_endpoint_of_toplevel(written, protocol.name, plain)
            reporter.report(problem, span, note)


def comparable_members_are_comparable(unit: Unit, reporter: Reporter) -> None:
    for aggregate in unit.types:
        if not aggregate.comparable:
            continue
        for member in members(aggregate):
            if is_comparable(member.type):
                continue
            # Gecko's authors compare handles and pointers: each equals itself.
            base = unwrapped(member.type)
            has_equality = not isinstance(base, (Endpoint, ManagedEndpoint))
            if unit.prelude == "gecko" and has_equality and aggregate_of(base) is None:
                continue
            hint = _comparable_hint(member.type)
            problem = diagnostics.not_comparable(aggregate.name, spelling(member.type), hint)
            reporter.report(problem, member.type_span)


def _comparable_hint(type_: Type) -> str:
    while isinstance(type_, (Array, Optional, Map)):
        type_ = type_.base
    other = aggregate_of(type_)
    if isinstance(type_, WRAPPERS):
        return "remove [Comparable]: two pointers are equal only if they are the same one"
    if holds(type_) & (Holds.HANDLE | Holds.ENDPOINT | Holds.MANAGED_ENDPOINT):
        what = "it is" if other is None else f"`{other.name}` carries"
        return f"remove [Comparable]: {what} a handle, which has one owner and equals no other"
    assert other is not None, "every other type can be compared"
    return f"write `[Comparable]` before `{other.name}` too"


RULES = (
    recursion_ends,
    union_components_differ,
    endpoints_fit_their_protocol,
    comparable_members_are_comparable,
)
