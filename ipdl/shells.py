"""The first two passes of resolving: a unit for each file with what it declares as empty shells, and
which units each unit includes.

After them every declaration exists as a node of the model, so that the third pass (`resolve`) can
bind names in any order, whatever includes what. Called by `resolve`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ipdl import ast, attributes, diagnostics
from ipdl.loader import LoadedFile
from ipdl.model import (
    Aggregate,
    Constant,
    Enum,
    MoveOnly,
    Namespace,
    Protocol,
    Struct,
    Union,
    Unit,
    UnitKind,
    Using,
    UsingKind,
)
from ipdl.prelude import Prelude
from ipdl.reporter import Note, Reporter


@dataclass(eq=False)
class Pending:
    """A unit under construction, and the syntax that is still to be resolved."""

    loaded: LoadedFile
    unit: Unit
    usings: list[Using] = field(default_factory=list)  # doubles included
    imported: set[str] = field(default_factory=set)  # the C++ types that they name
    aggregates: list[tuple[ast.Struct | ast.Union, Aggregate]] = field(default_factory=list)
    enums: list[tuple[ast.Enum, Enum]] = field(default_factory=list)
    constants: list[tuple[ast.Constant, Constant]] = field(default_factory=list)
    protocol: ast.Protocol | None = None
    includes: list[tuple[ast.Include, Unit]] = field(default_factory=list)


def make_shell(loaded: LoadedFile, prelude: Prelude, edition: str, reporter: Reporter) -> Pending:
    unit = Unit(loaded.name, loaded.kind, loaded.tree.source, prelude.name, edition)
    pending = Pending(loaded, unit)
    unit.incomplete = loaded.tree.incomplete
    for namespace, item in _flatten(loaded.tree, unit):
        if isinstance(item, ast.CxxInclude):
            unit.cxx_includes.append(item.header)
        elif isinstance(item, ast.Using):
            if item.name.text:
                _add_using(_using(item, prelude, reporter), pending)
        elif isinstance(item, ast.Struct):
            unit.damaged |= item.incomplete
            struct = Struct(item.name.text, namespace, unit, item.name.span, doc=item.doc)
            unit.types.append(struct)
            pending.aggregates.append((item, struct))
        elif isinstance(item, ast.Union):
            unit.damaged |= item.incomplete
            union = Union(item.name.text, namespace, unit, item.name.span, doc=item.doc)
            unit.types.append(union)
            pending.aggregates.append((item, union))
        elif isinstance(item, ast.Enum):
            unit.damaged |= item.incomplete
            enum = Enum(item.name.text, namespace, unit, item.name.span, item.doc)
            unit.enums.append(enum)
            pending.enums.append((item, enum))
        elif isinstance(item, ast.Constant):
            constant = Constant(item.name.text, namespace, unit, item.name.span, item.doc)
            unit.constants.append(constant)
            pending.constants.append((item, constant))
        elif isinstance(item, ast.Protocol):
            if loaded.kind is UnitKind.HEADER:
                problem = diagnostics.protocol_in_header(item.name.text)
                reporter.report(problem, item.name.span)
            elif unit.protocol is not None:
                note = Note("the first one is here", unit.protocol.span)
                problem = diagnostics.second_protocol(item.name.text)
                reporter.report(problem, item.name.span, note)
            else:
                pending.protocol = item
                unit.protocol = Protocol(
                    item.name.text,
                    namespace,
                    unit,
                    item.name.span,
                    doc=item.doc,
                    sync=item.sync,
                    names_manager=bool(item.managers),
                    incomplete=item.incomplete,
                )
    return pending


def _using(syntax: ast.Using, prelude: Prelude, reporter: Reporter) -> Using:
    given = attributes.decode("using", syntax.attributes, prelude, reporter)
    move_only = MoveOnly.NO
    if "MoveOnly" in given:
        value = given["MoveOnly"].value
        move_only = MoveOnly(value) if value else MoveOnly.ALWAYS
    return Using(
        syntax.path[:-1],
        syntax.name.text,
        syntax.header,
        UsingKind(syntax.kind or "plain"),
        move_only,
        "RefCounted" in given,
        syntax.name.span,
        syntax.doc,
    )


def _add_using(using: Using, pending: Pending) -> None:
    pending.usings.append(using)
    if using.cxx not in pending.imported:
        pending.imported.add(using.cxx)
        pending.unit.usings.append(using)


def _flatten(tree: ast.File, unit: Unit) -> Iterator[tuple[Namespace, ast.Item]]:
    """The items of a file with the namespace in which each stands, in source order."""
    stack: list[tuple[Namespace, ast.Item]] = [((), item) for item in reversed(tree.items)]
    while stack:
        namespace, item = stack.pop()
        if isinstance(item, ast.Namespace):
            unit.incomplete |= item.incomplete
            inner = (*namespace, item.name.text)
            stack.extend((inner, nested) for nested in reversed(item.items))
        else:
            yield namespace, item


def link(pending: Pending, all_: dict[LoadedFile, Pending]) -> None:
    unit = pending.unit
    seen = {unit}
    for include, loaded in pending.loaded.includes:
        if loaded is None:
            unit.incomplete = True
            continue
        included = all_[loaded].unit
        # What an included file lost may be what a name here means.
        unit.incomplete |= loaded.tree.incomplete
        if included.kind is UnitKind.PROTOCOL and included.protocol is None:
            unit.incomplete = True
        if included not in seen:
            seen.add(included)
            unit.includes.append(included)
            pending.includes.append((include, included))


def declared_names(pending: Pending) -> Iterator[str]:
    if pending.unit.protocol is not None:
        yield pending.unit.protocol.name
        return
    unit = pending.unit
    yield from (declared.name for declared in (*unit.types, *unit.enums, *unit.constants))
    yield from (using.name for using in pending.usings)
