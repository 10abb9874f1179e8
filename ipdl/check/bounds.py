"""Rules about bounds, [MaxLength] and [MaxBytes], and about the keys of maps."""

from __future__ import annotations

from collections.abc import Iterator

from ipdl import diagnostics
from ipdl.check.types import type_uses
from ipdl.model import (
    Builtin,
    Category,
    EnumType,
    Field,
    NO_BOUNDS,
    Param,
    Unit,
    Unresolved,
)
from ipdl.reporter import Reporter
from ipdl.type_facts import (
    aggregate_of,
    has_bytes,
    has_length,
    map_keys,
    members,
    spelling,
    unwrapped,
)

_KEYS = frozenset({Category.BOOL, Category.INTEGER, Category.STRING})


def bounded_values_have_what_is_counted(unit: Unit, reporter: Reporter) -> None:
    for member in _bounded(unit):
        if isinstance(unwrapped(member.type), Unresolved):
            continue
        written = spelling(member.type)
        length, bytes_ = member.bounds.max_length, member.bounds.max_bytes
        if length is not None and not has_length(member.type):
            hint = "it counts the elements of an array or a map"
            if has_bytes(member.type):
                hint += "; the bytes of a string are bounded by [MaxBytes]"
            hint += _inside(member)
            reporter.report(diagnostics.bound_of_nothing("MaxLength", written, hint), length.span)
        if bytes_ is not None and not has_bytes(member.type):
            hint = "it counts the bytes of strings and ByteBufs"
            if has_length(member.type):
                hint += "; the elements of an array are bounded by [MaxLength]"
            hint += _inside(member)
            reporter.report(diagnostics.bound_of_nothing("MaxBytes", written, hint), bytes_.span)


def _inside(member: Field | Param) -> str:
    aggregate = aggregate_of(unwrapped(member.type))
    return "" if aggregate is None else f"; write it before the members of `{aggregate.name}`"


def _bounded(unit: Unit) -> Iterator[Field | Param]:
    found: list[Field | Param] = []
    for aggregate in unit.types:
        found += members(aggregate)
    if unit.protocol is not None:
        for message in unit.protocol.messages:
            found += (*message.params, *message.returns)
    return (member for member in found if member.bounds is not NO_BOUNDS)


def keys_have_an_order(unit: Unit, reporter: Reporter) -> None:
    for type_, span in type_uses(unit):
        for key in map_keys(type_):
            ordered = isinstance(key, Builtin) and key.entry.category in _KEYS
            if ordered or isinstance(key, (EnumType, Unresolved)):
                continue
            reporter.report(diagnostics.bad_map_key(spelling(key)), span)


RULES = (bounded_values_have_what_is_counted, keys_have_an_order)
