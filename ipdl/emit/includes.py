"""Which headers a generated file has to include, and how the list is laid out.

Collected as operands of #include, with their quotes or brackets; `emit` writes them in the house's
order: the file's own header, the standard's, the others. Nothing is included that the file does not
need: what a declaration names only as pointer, reference or template argument is forward declared.
"""

from __future__ import annotations

from ipdl.emit.code import Code
from ipdl.emit.types import is_refcounted
from ipdl.model import (
    Actor,
    Array,
    Builtin,
    Endpoint,
    EnumType,
    Imported,
    ManagedEndpoint,
    Map,
    Optional,
    Passing,
    StructType,
    Type,
    UnionType,
    UniquePtr,
    Unit,
    UsingKind,
    WRAPPERS,
)
from ipdl.type_facts import aggregate_of, consumed_by_send, unwrapped


def quoted(header: str) -> str:
    return f'"{header}"'


def unit_header(unit: Unit) -> str:
    return quoted(unit.name + ".h")


GENERATED = quoted("glue/generated.h")
ENDPOINT = quoted("glue/endpoint.h")
MANAGED_ENDPOINT = quoted("glue/managed_endpoint.h")


class Includes:
    """A set of headers. `own`: the header that a source file must include first. `of`: the header
    that this is the list of; it does not include itself."""

    def __init__(self, own: str = "", of: str = "") -> None:
        self._own = own
        self._of = of
        self._headers: set[str] = set()

    def add(self, *headers: str) -> None:
        self._headers.update(header for header in headers if header)

    def add_value(self, type_: Type) -> None:
        """A complete object of the type: a field, an element."""
        self._add_wrappers(type_)
        base = unwrapped(type_)
        if isinstance(base, Imported):
            self.add(quoted(base.using.header))
            if base.using.refcounted:
                self.add(quoted("glue/ref_ptr.h"))
        else:
            self._add_base(base)

    def add_mention(self, type_: Type, direct: bool = True) -> None:
        """A declaration that takes or returns the type. `direct`: actors stand as plain pointers,
        which need a forward declaration only (`forward`)."""
        self._add_wrappers(type_)
        base = unwrapped(type_)
        if isinstance(base, Imported):
            if base.using.kind is UsingKind.PLAIN:
                self.add(quoted(base.using.header))
            if base.using.refcounted:
                self.add(quoted("glue/ref_ptr.h"))
        elif not (direct and base is type_ and isinstance(base, Actor)):
            self._add_base(base)

    def add_send(self, type_: Type) -> None:
        """A parameter of SendX."""
        if isinstance(type_, Builtin) and type_.entry.passing is Passing.VIEW:
            self.add(type_.entry.view_header or type_.entry.header)
            return
        if isinstance(type_, Array) and not consumed_by_send(type_):
            self.add(quoted("absl/types/span.h"))
            self.add_mention(type_.base, direct=False)
            return
        if is_refcounted(type_):
            assert isinstance(type_, Imported)
            if type_.using.kind is UsingKind.PLAIN:
                self.add(quoted(type_.using.header))
            return
        self.add_mention(type_)

    def add_imported(self, type_: Type) -> None:
        """The header of an imported type whose ParamTraits are used here."""
        base = unwrapped(type_)
        if isinstance(base, Imported):
            self.add(quoted(base.using.header))

    def drop(self, others: Includes) -> None:
        """Leaves out what the file's own header includes."""
        self._headers -= others._headers

    def drop_exported(self) -> None:
        """Leaves out what "glue/generated.h" includes for its users."""
        exported = {quoted("runtime/param_traits.h")}
        exported |= {h for h in self._headers if h.startswith('"glue/')}
        exported -= {GENERATED, ENDPOINT, MANAGED_ENDPOINT}
        self._headers -= exported

    def emit(self, code: Code) -> None:
        others = self._headers - {self._own, self._of}
        groups = [
            [self._own] if self._own else [],
            sorted(header for header in others if header.startswith("<")),
            sorted(header for header in others if header.startswith('"')),
        ]
        for group in groups:
            if group:
                code.line()
                code.lines([f"#include {header}" for header in group])

    def _add_wrappers(self, type_: Type) -> None:
        while isinstance(type_, WRAPPERS):
            if isinstance(type_, Array):
                self.add("<vector>")
            elif isinstance(type_, Map):
                self.add("<map>")
                self._add_base(type_.key)
            elif isinstance(type_, Optional):
                self.add("<optional>")
            else:
                self.add("<memory>")
            type_ = type_.base

    def _add_base(self, base: Type) -> None:
        if isinstance(base, Builtin):
            self.add(base.entry.header)
        elif isinstance(base, (StructType, UnionType)):
            aggregate = aggregate_of(base)
            assert aggregate is not None
            self.add(unit_header(aggregate.unit))
        elif isinstance(base, EnumType):
            self.add(unit_header(base.enum.unit))
        elif isinstance(base, Actor):
            self.add(quoted("glue/side_variant.h"))
        elif isinstance(base, ManagedEndpoint):
            self.add(MANAGED_ENDPOINT)
        elif isinstance(base, Endpoint):
            self.add(ENDPOINT)
