"""Type expressions to resolved types, and what to say when a type's name is unknown.

Called by `resolve` for fields, components, parameters and returns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ipdl import ast, diagnostics
from ipdl.model import (
    Actor,
    Array,
    Builtin,
    BuiltinEntry,
    Endpoint,
    Enum,
    EnumType,
    Imported,
    ManagedEndpoint,
    Map,
    Optional,
    Protocol,
    Side,
    Struct,
    StructType,
    Type,
    Union,
    UnionType,
    UniquePtr,
    Unit,
    Unresolved,
    Using,
)
from ipdl.reporter import Reporter
from ipdl.scope import Scope
from ipdl.similar import Guesser
from ipdl.source import Name

# Makes the problem "... of unknown type" for the place in question, from the name and a hint.
Unknown = Callable[[str, str], diagnostics.Problem]

_WRAPPERS: dict[ast.Wrapper, Callable[[Type], Type]] = {
    ast.Wrapper.ARRAY: Array,
    ast.Wrapper.OPTIONAL: Optional,
    ast.Wrapper.UNIQUE_PTR: UniquePtr,
}

# What a type's name can stand for.
_TYPES = (BuiltinEntry, Using, Struct, Union, Enum, Protocol)

# C++ names that people write and no prelude has.
_SUBSTITUTES = {
    "unsigned": "`uint32_t`",
    "signed": "`int32_t`",
    "long": "`int64_t` (`long` has a different size on each platform)",
    "void": "an optional, `T?`, where there may be nothing",
    "byte": "`uint8_t`",
    "String": "`string`",
    "vector": "an array, `T[]`",
    "optional": "an optional, `T?`",
    "unique_ptr": "`UniquePtr<T>`",
    "unordered_map": "`map<K, V>`",
    "fd": "`FileDescriptor`",
    "int8": "`int8_t`",
    "uint8": "`uint8_t`",
    "int16": "`int16_t`",
    "uint16": "`uint16_t`",
    "int32": "`int32_t`",
    "uint32": "`uint32_t`",
    "int64": "`int64_t`",
    "uint64": "`uint64_t`",
}


class TypeResolver:
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

    def resolve(self, expression: ast.TypeExpr, unknown: Unknown) -> Type:
        """The type; Unresolved after reporting."""
        wrappers: list[Callable[[Type], Type]] = []
        while not isinstance(expression, ast.NamedType):
            if isinstance(expression, ast.MapType):
                wrappers.append(partial(Map, self.resolve(expression.key, unknown)))
            else:
                wrappers.append(_WRAPPERS[expression.wrapper])
            expression = expression.base
        type_ = self._named(expression, unknown)
        for wrapper in reversed(wrappers):
            type_ = wrapper(type_)
        return type_

    def _named(self, expression: ast.NamedType, unknown: Unknown) -> Type:
        name = expression.name
        if not name.text:
            return Unresolved()
        if "<" in name.text:
            type_ = self._endpoint(name) or self._symbol(name, expression.nullable)
        else:
            type_ = self._symbol(name, expression.nullable)
        if type_ is None:
            if not self._unit.incomplete:
                self._reporter.report(unknown(name.text, self._hint(name.text)), name.span)
            return Unresolved()
        if expression.nullable and not isinstance(type_, Actor):
            if not (isinstance(type_, Imported) and type_.using.refcounted):
                self._reporter.report(diagnostics.not_nullable(name.text), expression.span)
        return type_

    def _symbol(self, name: Name, nullable: bool) -> Type | None:
        symbol = self._scope.use(name.text)
        target = symbol.target if symbol is not None else None
        if isinstance(target, BuiltinEntry):
            return Builtin(target)
        if isinstance(target, Using):
            return Imported(target, nullable and target.refcounted)
        if isinstance(target, Struct):
            return StructType(target)
        if isinstance(target, Union):
            return UnionType(target)
        if isinstance(target, Enum):
            return EnumType(target)
        if isinstance(target, Protocol):
            return Actor(target, nullable)
        return None

    def _endpoint(self, name: Name) -> Type | None:
        template, _, argument = name.text.rstrip(">").partition("<")
        if template not in ("Endpoint", "ManagedEndpoint"):
            return None
        for side in Side:
            if argument.endswith(side.suffix):
                symbol = self._scope.use(argument.removesuffix(side.suffix))
                if symbol is not None and isinstance(symbol.target, Protocol):
                    if template == "Endpoint":
                        return Endpoint(symbol.target, side)
                    return ManagedEndpoint(symbol.target, side)
        return None

    # --- What to say ---------------------------------------------------------------------------

    def _hint(self, name: str) -> str:
        """What to write instead of an unknown type."""
        template, _, argument = name.rstrip(">").partition("<")
        if template in ("Endpoint", "ManagedEndpoint"):
            return self._endpoint_hint(template, argument)
        symbol = self._scope.lookup(name)
        if symbol is not None:
            return f"`{name}` is {symbol.kind}"
        if template == "map":
            return "a map has a key and a value: write `map<K, V>`"
        if name in self._everything:
            return include_hint(name, self._everything[name])
        if template in _SUBSTITUTES:
            return f"write {_SUBSTITUTES[template]}"
        meant = self._guesser.nearest(name, lambda: self._scope.names_of(*_TYPES))
        if meant is not None:
            return f"did you mean `{meant}`?"
        if len(name) > 1 and name[0] == "P" and name[1].isupper():
            return f"write `include protocol {name};` if it is a protocol"
        return 'include the header that declares it, or write `using ... from "..."`'

    def _endpoint_hint(self, template: str, argument: str) -> str:
        for side in Side:
            protocol = argument.removesuffix(side.suffix)
            if protocol != argument:
                return f"write `include protocol {protocol};`"
        return f"an end has a side: write `{template}<{argument}Parent>` or `<{argument}Child>`"


def include_hint(name: str, unit: Unit) -> str:
    word = "include protocol" if unit.protocol is not None else "include"
    return f"`{name}` is declared in {unit.basename}: write `{word} {unit.name};`"
