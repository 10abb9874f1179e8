"""Which attributes exist where, and what values they take.

Checks the words of an attribute list against the table below and hands back those that are right.
What an attribute means is in `resolve`; rules that need more than the attribute itself are in
`check`. Called by `resolve`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ipdl import ast, diagnostics
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


_FLAG = _Spec(bare=True)
_NESTING = _Spec(words=tuple(level.spelling for level in Nesting))
_PRIORITY = _Spec(words=tuple(priority.value for priority in Priority))
_IMPL = _Spec(words=("virtual",), string=True)
_PROCESS = _Spec(process=True)

_TABLE: dict[str, dict[str, _Spec]] = {
    "using": {
        "MoveOnly": _Spec(bare=True, words=("data", "send")),
        "RefCounted": _FLAG,
    },
    "struct": {"Comparable": _FLAG},
    "union": {"Comparable": _FLAG},
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
    "parameter": {"NoTaint": _Spec(words=tuple(kind.value for kind in NoTaint))},
}


@dataclass(frozen=True)
class Given:
    """An attribute that is right where it stands."""

    value: str  # "" if it has none
    is_string: bool
    span: Span


def decode(
    place: str, attributes: ast.Attributes, prelude: Prelude, reporter: Reporter
) -> dict[str, Given]:
    """The valid attributes of a list by name. `place` is a key of the table: "message"."""
    table = _TABLE[place]
    given: dict[str, Given] = {}
    for attribute in attributes:
        name = attribute.name.text
        spec = table.get(name)
        if spec is None:
            hint = _hint(name, place)
            problem = diagnostics.unknown_attribute(name, place, hint)
            reporter.report(problem, attribute.name.span)
            continue
        if _valid(attribute, spec, prelude, reporter):
            value = attribute.value.text if attribute.value is not None else ""
            given[name] = Given(value, attribute.is_string, attribute.span)
    return given


def _valid(attribute: ast.Attribute, spec: _Spec, prelude: Prelude, reporter: Reporter) -> bool:
    name, value = attribute.name.text, attribute.value
    words = tuple(prelude.processes) if spec.process else spec.words
    if value is None:
        if spec.bare:
            return True
        reporter.report(
            diagnostics.attribute_needs_value(name, _choices(spec, words)), attribute.span
        )
        return False
    if spec.string if attribute.is_string else value.text in words:
        return True
    if not words and not spec.string:
        reporter.report(diagnostics.attribute_takes_no_value(name), attribute.span)
    else:
        shown = f'"{value.text}"' if attribute.is_string else value.text
        problem = diagnostics.invalid_attribute_value(name, shown, _choices(spec, words))
        reporter.report(problem, value.span)
    return False


def _choices(spec: _Spec, words: tuple[str, ...]) -> str:
    choices = [f"`{word}`" for word in words]
    if spec.string:
        choices.append('a string with a C++ class, "ns::Class"')
    if spec.bare:
        choices.append("no value at all")
    return " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1])))


def _hint(name: str, place: str) -> str:
    from difflib import get_close_matches  # here, because only mistakes need it

    close = get_close_matches(name, _TABLE[place], n=1, cutoff=0.7)
    if close:
        return f"did you mean `{close[0]}`?"
    others = [other for other, table in _TABLE.items() if name in table]
    if others:
        return f"it belongs before a {' or a '.join(others)}".replace("using", "`using`")
    known = ", ".join(f"`{known}`" for known in sorted(_TABLE[place]))
    return f"a {place} may have {known}"
