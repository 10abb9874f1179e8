"""A struct of the .ipdl as a C++ class: accessors, a constructor of all fields, `==` on request.

Copying and moving are what the members allow. How the value travels is in `traits`.
Called by `unit_files`; asks `types` for every spelling.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ipdl.emit import doc
from ipdl.emit.code import Code
from ipdl.emit.names import cxx_name, fresh
from ipdl.emit.scope import Scope
from ipdl.emit.types import CxxTypes, is_scalar
from ipdl.model import Struct, Type


@dataclass(frozen=True)
class Member:
    accessor: str
    variable: str
    type: Type
    doc: str


def members_of(struct: Struct) -> list[Member]:
    """The fields under their C++ names. A variable is its accessor with an underscore, or more of
    them where that is another field's name."""
    accessors = {cxx_name(field.name) for field in struct.fields}
    taken = set(accessors)
    members = []
    for field in struct.fields:
        accessor = cxx_name(field.name)
        variable = fresh(accessor + "_", taken)
        taken.add(variable)
        members.append(Member(accessor, variable, field.type, doc.of_member(field)))
    return members


@dataclass(frozen=True)
class StructEmitter:
    struct: Struct
    outer: Scope  # of the namespace around it

    @property
    def name(self) -> str:
        return cxx_name(self.struct.name)

    @cached_property
    def members(self) -> list[Member]:
        return members_of(self.struct)

    @cached_property
    def types(self) -> CxxTypes:
        names = [name for m in self.members for name in (m.accessor, m.variable)]
        return CxxTypes(self.outer.inside(names))

    def emit_class(self, code: Code) -> None:
        code.comment(self.struct.doc)
        with code.block(f"class {self.name}", "};"):
            code.label("public:")
            self._emit_constructors(code)
            for member in self.members:
                code.line()
                self._emit_accessors(code, member)
            if self.struct.comparable:
                code.line()
                code.line(f"bool operator==(const {self.name}& other) const;")
            if self.members:
                code.line()
                code.label("private:")
                for member in self.members:
                    initial = self.types.initialised(member.type)
                    code.line(f"{self.types.value(member.type)} {member.variable}{initial};")

    def emit_bodies(self, code: Code) -> None:
        """What the class declares and does not define, for the .cc file."""
        if self.members:
            code.line()
            self._emit_constructor_body(code)
        if self.struct.comparable:
            code.line()
            self._emit_equality_body(code)

    def _parameters(self) -> list[str]:
        return [f"{self.types.value(m.type)} {m.accessor}" for m in self.members]

    def _emit_constructors(self, code: Code) -> None:
        code.line(f"{self.name}() = default;")
        if self.members:
            explicit = "explicit " if len(self.members) == 1 else ""
            code.wrapped(f"{explicit}{self.name}(", self._parameters(), ");")

    def _emit_accessors(self, code: Code, member: Member) -> None:
        type_ = self.types.value(member.type)
        code.comment(member.doc)
        code.short(f"const {type_}& {member.accessor}() const", f"return {member.variable};")
        code.short(f"{type_}& {member.accessor}()", f"return {member.variable};")

    def _emit_constructor_body(self, code: Code) -> None:
        move = self.outer.library("std::move")
        initialisers = [
            f"{m.variable}({m.accessor if is_scalar(m.type) else f'{move}({m.accessor})'})"
            for m in self.members
        ]
        code.constructor(f"{self.name}::{self.name}", self._parameters(), initialisers)

    def _emit_equality_body(self, code: Code) -> None:
        if not self.members:
            code.line(f"bool {self.name}::operator==(const {self.name}&) const {{ return true; }}")
            return
        head = f"bool {self.name}::operator==(const {self.name}& other) const"
        terms = [f"{m.variable} == other.{m.variable}" for m in self.members]
        whole = f"return {' && '.join(terms)};"
        if code.fits(f"{head} {{ {whole} }}"):
            code.short(head, whole)
            return
        with code.block(head):
            code.chain("return ", terms, "&&", ";")
