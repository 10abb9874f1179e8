"""What constants, enums and the numbers in attributes are worth.

Constants may refer to others, in this file or in an included header, in any order; so all of them
are resolved before anything that uses one. Called by `resolve`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ipdl import ast, diagnostics, literals
from ipdl.ast import ValueKind
from ipdl.model import Builtin, BuiltinEntry, Category, Constant, Enum, Enumerator, Unit
from ipdl.model import Unresolved
from ipdl.prelude import Prelude
from ipdl.reporter import Note, Reporter
from ipdl.resolve_types import TypeResolver, include_hint
from ipdl.scope import Scope
from ipdl.similar import Guesser
from ipdl.type_facts import unwrapped

_PLAIN = frozenset({Category.BOOL, Category.INTEGER, Category.FLOAT, Category.STRING})
_BOOLS = {"true": True, "false": False}

# The types that an enum can have: those whose size is the same everywhere.
UNDERLYING = tuple(f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64))

# Under an enum and without `_t`, as many write it: `enum E : uint8`.
_SHORT = {name.removesuffix("_t"): name for name in UNDERLYING}


@dataclass(frozen=True)
class _Pending:
    syntax: ast.Constant
    types: TypeResolver
    names: ValueNames


class ValueNames:
    """The values that names stand for in one unit."""

    def __init__(
        self,
        unit: Unit,
        scope: Scope,
        everything: dict[str, Unit],
        guesser: Guesser,
        reporter: Reporter,
    ) -> None:
        """`everything`: for each name that some unit of the run declares, the first such unit."""
        self._unit = unit
        self._scope = scope
        self._everything = everything
        self._guesser = guesser
        self._reporter = reporter

    def integer(self, value: ast.Value) -> int | None:
        """Of a value that has to be an integer; None after reporting that it is none."""
        found: bool | int | float | str | None
        if value.kind is ValueKind.WORD and value.text not in _BOOLS:
            constant = self.constant(value)
            found = None if constant is None else constant.value
        else:
            found = self.literal(value)
        if found is None:
            return None
        if isinstance(found, int) and not isinstance(found, bool):
            return found
        self._reporter.report(diagnostics.not_an_integer(_shown(value)), value.span)
        return None

    def literal(self, value: ast.Value) -> bool | int | float | str | None:
        """Of anything but a name."""
        if value.kind is ValueKind.STRING:
            return value.text
        if value.kind is ValueKind.WORD:
            return _BOOLS[value.text]
        number = literals.number(value.text)
        if number is None:
            self._reporter.report(diagnostics.not_a_number(value.text[:40]), value.span)
        return number

    def constant(self, value: ast.Value) -> Constant | None:
        symbol = self._scope.use(value.text)
        if symbol is None:
            if not self._unit.incomplete:
                problem = diagnostics.unknown_constant(value.text, self._hint(value.text))
                self._reporter.report(problem, value.span)
            return None
        if isinstance(symbol.target, Constant):
            return symbol.target
        notes = [] if symbol.span is None else [Note("declared here", symbol.span)]
        problem = diagnostics.not_a_constant(value.text, symbol.kind)
        self._reporter.report(problem, value.span, *notes)
        return None

    def _hint(self, name: str) -> str:
        if name in self._everything:
            return include_hint(name, self._everything[name])
        meant = self._guesser.nearest(name, lambda: self._scope.names_of(Constant), cutoff=0.7)
        if meant is not None:
            return f"did you mean `{meant}`?"
        return f"write `const uint32_t {name} = ...;`"


class ConstantResolver:
    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._pending: dict[Constant, _Pending] = {}

    def add(
        self, constant: Constant, syntax: ast.Constant, types: TypeResolver, names: ValueNames
    ) -> None:
        self._pending[constant] = _Pending(syntax, types, names)

    def resolve_all(self) -> None:
        for constant, pending in self._pending.items():
            constant.type = self._type(constant, pending)
        done: set[Constant] = set()
        for constant in self._pending:
            self._follow(constant, done)

    def _type(self, constant: Constant, pending: _Pending) -> BuiltinEntry | None:
        expression = pending.syntax.type
        type_ = pending.types.resolve(
            expression,
            lambda name, hint: diagnostics.unknown_constant_type(constant.name, name, hint),
        )
        if isinstance(type_, Builtin) and type_.entry.category in _PLAIN:
            return type_.entry
        if not isinstance(unwrapped(type_), Unresolved):
            written = " ".join(expression.span.text.split())
            self._reporter.report(diagnostics.not_a_constant_type(written), expression.span)
        return None

    def _follow(self, constant: Constant, done: set[Constant]) -> None:
        """Goes from name to name until there is a literal, and gives its value to all of them."""
        chain: dict[Constant, None] = {}  # a set that keeps its order
        current = constant
        while current not in done:
            done.add(current)
            chain[current] = None
            pending = self._pending[current]
            value = pending.syntax.value
            if value.kind is not ValueKind.WORD or value.text in _BOOLS:
                current.value = pending.names.literal(value)
                current.written = value.text
                break
            named = pending.names.constant(value)
            if named is None:
                return
            if named in chain:
                problem = diagnostics.circular_constant(current.name)
                self._reporter.report(problem, value.span)
                return
            current = named
        source = current
        for one in reversed(chain):
            one.value, one.written = source.value, source.written
            self._fit(one)
            source = one

    def _fit(self, constant: Constant) -> None:
        entry, value = constant.type, constant.value
        if value is None or entry is None or literals.holds(entry, value):
            return
        syntax = self._pending[constant].syntax.value
        problem = diagnostics.wrong_constant_value(_shown(syntax), entry.name, _wanted(entry))
        self._reporter.report(problem, syntax.span)
        constant.value = None


class EnumResolver:
    def __init__(self, prelude: Prelude, names: ValueNames, reporter: Reporter) -> None:
        self._prelude = prelude
        self._names = names
        self._reporter = reporter

    def resolve(self, syntax: ast.Enum, enum: Enum) -> None:
        enum.underlying = self._underlying(syntax)
        by_name: dict[str, Enumerator] = {}
        by_value: dict[int, Enumerator] = {}
        following: int | None = 0  # None: unknown, because of a mistake before
        for one in syntax.values:
            value = following if one.value is None else self._names.integer(one.value)
            following = None if value is None else value + 1
            enumerator = Enumerator(one.name.text, value or 0, one.name.span, one.doc)
            first = by_name.setdefault(enumerator.name, enumerator)
            if first is not enumerator:
                problem = diagnostics.duplicate_enumerator(enumerator.name, enum.name)
                self._reporter.report(problem, one.name.span, Note("first named here", first.span))
                continue
            enum.values.append(enumerator)
            if value is None:
                continue
            place = one.name.span if one.value is None else one.value.span
            same = by_value.setdefault(value, enumerator)
            if same is not enumerator:
                problem = diagnostics.duplicate_enum_value(enumerator.name, value, same.name)
                note = Note(f"`{same.name}` is here", same.span)
                self._reporter.report(problem, place, note)
            entry = enum.underlying
            if entry is not None and not literals.holds(entry, value):
                least, greatest = literals.integer_range(entry)
                problem = diagnostics.enum_value_out_of_range(
                    enumerator.name, value, entry.name, least, greatest
                )
                self._reporter.report(problem, place)
                following = None

    def _underlying(self, syntax: ast.Enum) -> BuiltinEntry | None:
        name = syntax.underlying
        if name is None:
            return None
        full = _SHORT.get(name.text, name.text)
        if full in UNDERLYING:
            return self._prelude.types[full]
        choices = ", ".join(f"`{choice}`" for choice in UNDERLYING)
        problem = diagnostics.not_an_enum_type(name.text, syntax.name.text, choices)
        self._reporter.report(problem, name.span)
        return None


def _shown(value: ast.Value) -> str:
    return f'"{value.text}"' if value.kind is ValueKind.STRING else value.text


def _wanted(entry: BuiltinEntry) -> str:
    if entry.category is Category.BOOL:
        return "`true` or `false`"
    if entry.category is Category.STRING:
        return 'a string, "..."'
    if entry.category is Category.INTEGER:
        least, greatest = literals.integer_range(entry)
        return f"an integer from {least} to {greatest}"
    return "a finite number"
