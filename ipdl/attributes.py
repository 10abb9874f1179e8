"""Which attributes exist where, and what values they take.

Checks the words of an attribute list against the table below and hands back those that are right.
What an attribute means is in `resolve`; rules that need more than the attribute itself are in
`check`. Called by `resolve`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ipdl import ast, diagnostics
from ipdl.ast import ValueKind
from ipdl.model import Nesting, NoTaint, Priority
from ipdl.prelude import Prelude
from ipdl.reporter import Reporter
from ipdl.source import Span


@dataclass(frozen=True)
class _Spec:
    bare: bool = False  # may be written without a value
    words: tuple[str, ...] = ()
    string: bool = False  # may have a string as its value
    process: bool = False  # its words are the prelude's process kinds and groups
    count: bool = False  # its value is a number, or a constant that is one


_FLAG = _Spec(bare=True)
_NESTING = _Spec(words=tuple(level.spelling for level in Nesting))
_PRIORITY = _Spec(words=tuple(priority.value for priority in Priority))
_IMPL = _Spec(words=("virtual",), string=True)
_PROCESS = _Spec(process=True)
_BOUNDS = {"MaxBytes": _Spec(count=True), "MaxLength": _Spec(count=True)}

# The least and the greatest bound; lengths travel as 32 bits.
COUNTS = (1, (1 << 32) - 1)

_TABLE: dict[str, dict[str, _Spec]] = {
    "using": {
        "MoveOnly": _Spec(bare=True, words=("data", "send")),
        "RefCounted": _FLAG,
    },
    "struct": {"Comparable": _FLAG},
    "union": {"Comparable": _FLAG},
    "field": _BOUNDS,
    "component": _BOUNDS,
    "enum": {},
    "constant": {},
    "protocol": {
        "ChildImpl": _IMPL,
        "ChildProc": _PROCESS,
        "ManualDealloc": _FLAG,
        "NeedsOtherPid": _FLAG,
        "NestedUpTo": _NESTING,
        "ParentImpl": _IMPL,
        "ParentProc": _PROCESS,
    },
    "message": {
        "Compress": _Spec(bare=True, words=("all",)),
        "LazySend": _FLAG,
        "Nested": _NESTING,
        "Priority": _PRIORITY,
        "ReplyPriority": _PRIORITY,
        "Tainted": _FLAG,
        "VirtualSendImpl": _FLAG,
    },
    "parameter": {"NoTaint": _Spec(words=tuple(kind.value for kind in NoTaint)), **_BOUNDS},
}


# The integer that a value stands for; None after reporting that it stands for none.
Integer = Callable[[ast.Value], int | None]


@dataclass(frozen=True)
class Given:
    """An attribute that is right where it stands."""

    value: str  # "" if it has none
    is_string: bool
    number: int  # if it counts something
    span: Span


def decode(
    place: str,
    attributes: ast.Attributes,
    prelude: Prelude,
    reporter: Reporter,
    integer: Integer | None = None,
) -> dict[str, Given]:
    """The valid attributes of a list by name. `place` is a key of the table: "message". `integer`
    is needed where attributes count."""
    table = _TABLE[place]
    given: dict[str, Given] = {}
    for attribute in attributes:
        name = attribute.name.text
        spec = table.get(name)
        if spec is None:
            problem = diagnostics.unknown_attribute(name, articled(place), _hint(name, place))
            reporter.report(problem, attribute.name.span)
            continue
        number = 0
        if spec.count:
            counted = _count(attribute, spec, integer, reporter)
            if counted is None:
                continue
            number = counted
        elif not _valid(attribute, spec, prelude, reporter):
            continue
        value = attribute.value
        is_string = value is not None and value.kind is ValueKind.STRING
        given[name] = Given(value.text if value else "", is_string, number, attribute.span)
    return given


def articled(place: str) -> str:
    return f"an {place}" if place[0] in "aeio" else f"a {place}"


def _valid(attribute: ast.Attribute, spec: _Spec, prelude: Prelude, reporter: Reporter) -> bool:
    name, value = attribute.name.text, attribute.value
    words = tuple(prelude.processes) if spec.process else spec.words
    if value is None:
        if spec.bare:
            return True
        problem = diagnostics.attribute_needs_value(name, _choices(spec, words))
        reporter.report(problem, attribute.span)
        return False
    if value.kind is ValueKind.STRING and spec.string:
        return True
    if value.kind is ValueKind.WORD and value.text in words:
        return True
    if not words and not spec.string:
        reporter.report(diagnostics.attribute_takes_no_value(name), attribute.span)
    else:
        problem = diagnostics.invalid_attribute_value(name, _shown(value), _choices(spec, words))
        reporter.report(problem, value.span)
    return False


def _count(
    attribute: ast.Attribute, spec: _Spec, integer: Integer | None, reporter: Reporter
) -> int | None:
    name, value = attribute.name.text, attribute.value
    choices = _choices(spec, ())
    if value is None:
        reporter.report(diagnostics.attribute_needs_value(name, choices), attribute.span)
        return None
    if value.kind is ValueKind.STRING:
        problem = diagnostics.invalid_attribute_value(name, _shown(value), choices)
        reporter.report(problem, value.span)
        return None
    assert integer is not None, f"a {name} has no number here"
    number = integer(value)
    if number is not None and not COUNTS[0] <= number <= COUNTS[1]:
        reporter.report(diagnostics.bound_out_of_range(name, number, *COUNTS), value.span)
        return None
    return number


def _shown(value: ast.Value) -> str:
    return f'"{value.text}"' if value.kind is ValueKind.STRING else value.text


def _choices(spec: _Spec, words: tuple[str, ...]) -> str:
    choices = [f"`{word}`" for word in words]
    if spec.string:
        choices.append('a string with a C++ class, "ns::Class"')
    if spec.count:
        choices.append("a number or the name of a constant")
    if spec.bare:
        choices.append("no value at all")
    return " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1])))


def _hint(name: str, place: str) -> str:
    from difflib import get_close_matches  # here, because only mistakes need it

    close = get_close_matches(name, _TABLE[place], n=1, cutoff=0.7)
    if close:
        return f"did you mean `{close[0]}`?"
    others = [articled(other) for other, table in _TABLE.items() if name in table]
    if others:
        return f"it belongs before {' or '.join(others)}".replace("using", "`using`")
    known = ", ".join(f"`{known}`" for known in sorted(_TABLE[place]))
    return f"{articled(place)} may have {known}" if known else f"{articled(place)} has none"
