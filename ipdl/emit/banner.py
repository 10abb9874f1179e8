"""The frame of every generated file: the lines that say what it is, the include guard, namespaces.

The source is named without its directory, so that the same .ipdl gives the same text everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ipdl.emit.code import Code
from ipdl.emit.scope import cxx_namespace
from ipdl.model import Namespace, Unit


def emit_banner(code: Code, unit: Unit, file_name: str, what: str) -> None:
    code.line(f"// {file_name}: {what}.")
    code.line(f"// Generated from {unit.basename} by the ipdl compiler; do not edit.")


def unit_namespace(unit: Unit) -> Namespace:
    """Of the protocol; of a header, that of its last struct or union, else of its last enum or
    constant."""
    if unit.protocol is not None:
        return unit.protocol.namespace
    declared = unit.types or unit.enums or unit.constants
    return declared[-1].namespace if declared else ()


@contextmanager
def guarded(code: Code, unit: Unit, file_name: str) -> Iterator[None]:
    """The include guard. Its macro names the namespace too: two namespaces may have a PFoo."""
    words = (*unit_namespace(unit), *file_name.split("."))
    guard = "IPDL_GENERATED_" + "_".join(words).upper() + "_"
    code.line()
    code.line(f"#ifndef {guard}")
    code.line(f"#define {guard}")
    yield
    code.line()
    code.line(f"#endif  // {guard}")


@contextmanager
def inside_namespace(code: Code, namespace: Namespace) -> Iterator[None]:
    """`namespace a::b {` ... `}`; nothing around the global namespace."""
    path = "::".join(cxx_namespace(namespace))
    if path:
        code.line()
        code.line(f"namespace {path} {{")
    code.line()
    yield
    if path:
        code.line()
        code.line(f"}}  // namespace {path}")


def emit_forward_declarations(code: Code, classes: Iterable[tuple[Namespace, str, str]]) -> None:
    """`classes`: namespace (C++ names), keyword, name; in any order, repeated or not."""
    by_namespace: dict[Namespace, set[str]] = {}
    for namespace, keyword, name in classes:
        by_namespace.setdefault(namespace, set()).add(f"{keyword} {name};")
    for namespace in sorted(by_namespace):
        path = "::".join(namespace)
        code.line()
        if path:
            code.line(f"namespace {path} {{")
        code.lines(sorted(by_namespace[namespace]))
        if path:
            code.line(f"}}  // namespace {path}")
