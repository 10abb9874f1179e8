"""Lint rules about what is there and does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ipdl import diagnostics
from ipdl.lint.naming import kind_of
from ipdl.lint.rule import Rule
from ipdl.model import (
    Aggregate,
    Enum,
    EnumType,
    Imported,
    ManagedEndpoint,
    Protocol,
    Type,
    Unit,
)
from ipdl.reporter import Reporter
from ipdl.type_facts import aggregate_of, member_types, walk


def actors_can_be_made(unit: Unit, program: tuple[Unit, ...], reporter: Reporter) -> None:
    """By a constructor in a manager, or by a ManagedEndpoint in any file of the run."""
    protocol = unit.protocol
    if protocol is None or protocol.toplevel:
        return
    constructed = any(
        message.ctor_of is protocol for manager in protocol.managers for message in manager.messages
    )
    if constructed or protocol in _ends_sent(program):
        return
    problem = diagnostics.nobody_constructs(protocol.name, protocol.managers[0].name)
    reporter.report(problem, protocol.span)


@lru_cache(maxsize=1)  # asked for each file of a run
def _ends_sent(program: tuple[Unit, ...]) -> frozenset[Protocol]:
    """The protocols whose ManagedEndpoints are sent anywhere."""
    return frozenset(
        part.protocol
        for unit in program
        for part in walk(*_member_types(unit), *_message_types(unit))
        if isinstance(part, ManagedEndpoint)
    )


def _member_types(unit: Unit) -> Iterator[Type]:
    for aggregate in unit.types:
        yield from member_types(aggregate)


def _message_types(unit: Unit) -> Iterator[Type]:
    if unit.protocol is not None:
        for message in unit.protocol.messages:
            for param in (*message.params, *message.returns):
                yield param.type


def declarations_are_used(unit: Unit, _: tuple[Unit, ...], reporter: Reporter) -> None:
    """In a protocol's file; what a header declares is for others."""
    if unit.protocol is None:
        return
    used: set[Aggregate | Enum] = set()
    imported: set[str] = set()
    for part in walk(*_message_types(unit)):
        aggregate = aggregate_of(part)
        if aggregate is not None:
            used.add(aggregate)
        elif isinstance(part, EnumType):
            used.add(part.enum)
        elif isinstance(part, Imported):
            imported.add(part.using.cxx)
    declared: list[Aggregate | Enum] = [*unit.types, *unit.enums]
    for one in declared:
        if one not in used:
            reporter.report(diagnostics.unused_declaration(kind_of(one), one.name), one.span)
    for using in unit.usings:
        if using.cxx not in imported:
            problem = diagnostics.unused_declaration("the imported type", using.name)
            reporter.report(problem, using.span)


RULES = (
    Rule(811, actors_can_be_made),
    Rule(821, declarations_are_used),
)
