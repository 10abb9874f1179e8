"""A constant of the .ipdl as an `inline constexpr` variable. Called by `unit_files`."""

from __future__ import annotations

from ipdl.emit import literals
from ipdl.emit.code import Code
from ipdl.emit.names import cxx_name
from ipdl.emit.scope import Scope
from ipdl.model import Category, Constant


def header_of(constant: Constant) -> str:
    """What the variable's type needs included."""
    entry = constant.type
    assert entry is not None
    if entry.category is Category.STRING:
        return entry.view_header or entry.header
    return entry.header


def emit_constant(code: Code, constant: Constant, scope: Scope) -> None:
    """`scope`: the namespace around it."""
    entry, value = constant.type, constant.value
    assert entry is not None and value is not None
    type_ = scope.library(entry.view if entry.category is Category.STRING else entry.cxx)
    code.comment(constant.doc)
    literal = literals.constant(entry, value, constant.written)
    code.assignment(f"inline constexpr {type_} {cxx_name(constant.name)}", literal)
