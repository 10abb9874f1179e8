"""Names and what they stand for: the symbol table of one unit, and of what is inside it.

There is no shadowing: a name is declared once among everything that is visible where it stands.
Called by `resolve` and `resolve_types`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ipdl import diagnostics
from ipdl.model import BuiltinEntry, Constant, Enum, Message, Param, Protocol, Struct, Union, Using
from ipdl.model import Field as MemberField
from ipdl.reporter import Note, Reporter
from ipdl.source import Span

Target = (
    BuiltinEntry
    | Using
    | Struct
    | Union
    | Enum
    | Constant
    | Protocol
    | Message
    | Param
    | MemberField
)


@dataclass(frozen=True)
class Symbol:
    target: Target
    span: Span | None  # where it is declared; None: in the prelude

    @property
    def kind(self) -> str:
        """With its article: "a struct"."""
        target = self.target
        if isinstance(target, BuiltinEntry):
            return "a builtin type"
        if isinstance(target, Using):
            return "an imported C++ type"
        if isinstance(target, Param):
            return "a parameter"
        if isinstance(target, MemberField):
            return "a field"
        if isinstance(target, Enum):
            return "an enum"
        return f"a {type(target).__name__.lower()}"


@dataclass
class Scope:
    """Names of one level. `outer` holds what is visible around it."""

    reporter: Reporter
    outer: Scope | None = None
    _symbols: dict[str, Symbol] = field(default_factory=dict)
    used: set[Target] = field(default_factory=set)  # what `use` found at this level

    def lookup(self, name: str) -> Symbol | None:
        scope: Scope | None = self
        while scope is not None:
            symbol = scope._symbols.get(name)
            if symbol is not None:
                return symbol
            scope = scope.outer
        return None

    def use(self, name: str) -> Symbol | None:
        """`lookup` for something that is written; it makes an include worth its line."""
        scope: Scope | None = self
        while scope is not None:
            symbol = scope._symbols.get(name)
            if symbol is not None:
                scope.used.add(symbol.target)
                return symbol
            scope = scope.outer
        return None

    def declare(self, name: str, symbol: Symbol, place: Span | None = None) -> bool:
        """Adds a name; if it is taken, reports that at `place` (default: the symbol's own)."""
        before = self.lookup(name)
        if before is None:
            self._symbols[name] = symbol
            return True
        if before.target is symbol.target:
            return True
        place = place or symbol.span
        assert place is not None, "the prelude has no doubles"
        notes = [] if before.span is None else [Note("first declared here", before.span)]
        self.reporter.report(diagnostics.redeclaration(name, before.kind), place, *notes)
        return False

    def names_of(self, *kinds: type[object]) -> list[str]:
        """The visible names of things of these kinds, the nearest first."""
        own = [name for name, symbol in self._symbols.items() if isinstance(symbol.target, kinds)]
        return own if self.outer is None else own + self.outer.names_of(*kinds)
