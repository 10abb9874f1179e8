"""A union of the .ipdl as a C++ class: a tag, the alternatives in one storage, checked access.

Written out with plain switches instead of std::variant: a fifth of the compile time, half the text.
An alternative that contains the union again is held through a unique_ptr, so that the class may be
incomplete while it is declared; authors see no difference.

Invariant of the generated class: exactly the member that `type_` names is alive. A union that was
moved from holds nothing (T__None). How the value travels is in `traits`. Called by `unit_files`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ipdl.cxx_identity import by_prelude
from ipdl.emit import doc
from ipdl.emit.code import Code
from ipdl.emit.names import cxx_name, fresh
from ipdl.emit.scope import Scope
from ipdl.emit.types import CxxTypes, alternative_name, is_bool, is_scalar
from ipdl.model import Optional, Type, Union, UnionType
from ipdl.type_facts import is_move_only, unwrapped


@dataclass(frozen=True)
class Alternative:
    name: str  # as in get_NAME
    enumerator: str
    variable: str
    type: Type
    boxed: bool
    doc: str
    # Is its C++ type that of another alternative too? Then a value does not say which is meant.
    ambiguous: bool

    @property
    def value(self) -> str:
        """The expression for the value, in a member of the class."""
        return f"*{self.variable}" if self.boxed else self.variable

    @property
    def exact(self) -> bool:
        """Is an optional that may hold this union again. Its own converting constructors would ask
        what converts to the union while the compiler is finding out just that, so the union's
        constructor must not convert to it: it is a template for exactly this type."""
        return self.boxed and isinstance(self.type, Optional)

    @property
    def trivial(self) -> bool:
        return is_scalar(self.type) and not self.boxed


PRIVATE = ("type_", "Clear", "CopyFrom", "Demand", "TakeFrom")
NONE = "T__None"
LAST = "T__Last"


def alternatives_of(union: Union) -> list[Alternative]:
    taken = {NONE, LAST}
    found = []
    # `Foo[]` steps aside for a type that is called ArrayOfFoo.
    written = [component.type for component in union.components]
    names = {alternative_name(type_) for type_ in written if unwrapped(type_) is type_}
    identities = Counter(by_prelude(type_) for type_ in written)
    for component, boxed in zip(union.components, union.boxed):
        name = alternative_name(component.type)
        if unwrapped(component.type) is not component.type:
            name = fresh(name, names)
            names.add(name)
        enumerator = fresh("T" + name, taken)
        taken.add(enumerator)
        found.append(
            Alternative(
                name,
                enumerator,
                f"v_{name}",
                component.type,
                boxed,
                doc.of_member(component),
                identities[by_prelude(component.type)] > 1,
            )
        )
    return found


def tag_name(union: Union) -> str:
    """The accessor of the tag: `type`, unless the union is called so."""
    return fresh("type", {cxx_name(union.name)})


@dataclass(frozen=True)
class UnionEmitter:
    union: Union
    outer: Scope  # of the namespace around it

    @property
    def name(self) -> str:
        return cxx_name(self.union.name)

    @cached_property
    def alternatives(self) -> list[Alternative]:
        return alternatives_of(self.union)

    @property
    def enum(self) -> str:
        """`Type`, unless the union is called so."""
        return fresh("Type", {self.name})

    def private(self, name: str) -> str:
        """A private member of the generated class."""
        return fresh(name, {self.name, tag_name(self.union)})

    @property
    def held(self) -> str:
        """The variable that says which alternative is alive."""
        return self.private("type_")

    @cached_property
    def members(self) -> set[str]:
        names = {self.enum, tag_name(self.union), *map(self.private, PRIVATE)}
        for alternative in self.alternatives:
            names |= {alternative.enumerator, alternative.variable}
            names |= {f"get_{alternative.name}", f"make_{alternative.name}"}
        return names

    @cached_property
    def types(self) -> CxxTypes:
        return CxxTypes(self.outer.inside(self.members))

    @cached_property
    def copyable(self) -> bool:
        return not is_move_only(UnionType(self.union))

    def std(self, name: str) -> str:
        return self.outer.library(f"std::{name}")

    def emit_class(self, code: Code) -> None:
        code.comment(self.union.doc)
        with code.block(f"class {self.name}", "};"):
            code.label("public:")
            self._emit_enum(code)
            code.line()
            self._emit_constructors(code)
            code.line()
            code.line(f"// The alternative held; {NONE} by default and after a move from here.")
            code.line(f"{self.enum} {tag_name(self.union)}() const {{ return {self.held}; }}")
            code.line()
            code.line("// The value held. To ask for another than that ends the process.")
            for alternative in self.alternatives:
                self._emit_accessors(code, alternative)
            if self.union.comparable:
                code.line()
                code.line(f"bool operator==(const {self.name}& other) const;")
            code.line()
            code.label("private:")
            self._emit_private(code)

    def emit_bodies(self, code: Code) -> None:
        """What the class declares and does not define, for the .cc file."""
        for alternative in self.alternatives:
            if alternative.ambiguous:
                self._emit_maker_body(code, alternative)
            elif not alternative.exact:
                self._emit_constructor_body(code, alternative)
        self._emit_lifecycle_bodies(code)
        for alternative in self.alternatives:
            self._emit_accessor_bodies(code, alternative)
        if self.union.comparable:
            self._emit_equality_body(code)
        self._emit_demand_body(code)
        self._emit_clear_body(code)
        if self.copyable:
            self._emit_copy_from_body(code)
        self._emit_take_from_body(code)

    # --- The class

    def _emit_enum(self, code: Code) -> None:
        with code.block(f"enum {self.enum} : uint32_t", "};"):
            code.line(f"{NONE} = 0,")
            for alternative in self.alternatives:
                code.comment(alternative.doc)
                code.line(f"{alternative.enumerator},")
            code.line(f"{LAST} = {self.alternatives[-1].enumerator},")

    def _emit_constructors(self, code: Code) -> None:
        name = self.name
        code.line(f"{name}() {{}}")
        for alternative in self.alternatives:
            type_ = self.types.value(alternative.type)
            if alternative.ambiguous:
                continue
            if alternative.exact:
                code.line(f"template <{self.std('same_as')}<{type_}> Exactly>")
                code.constructor(name, ["Exactly value"], self._initialisers(alternative))
            else:
                code.line(f"{name}({type_} value);")
        if any(is_bool(alternative.type) for alternative in self.alternatives):
            code.line(f"{name}(const void*) = delete;  // or a string literal would become a bool")
        if self.copyable:
            code.line(f"{name}(const {name}& other);")
        code.line(f"{name}({name}&& other) noexcept;")
        if self.copyable:
            code.line(f"{name}& operator=(const {name}& other);")
        code.line(f"{name}& operator=({name}&& other) noexcept;")
        code.line(f"~{name}();")
        makers = [alternative for alternative in self.alternatives if alternative.ambiguous]
        if makers:
            code.line()
            code.line(
                "// Alternatives whose types are one in C++, so that only the name tells them."
            )
        for alternative in makers:
            type_ = self.types.value(alternative.type)
            code.line(f"static {name} make_{alternative.name}({type_} value);")

    def _emit_accessors(self, code: Code, alternative: Alternative) -> None:
        type_ = self.types.value(alternative.type)
        code.line(f"const {type_}& get_{alternative.name}() const;")
        code.line(f"{type_}& get_{alternative.name}();")

    def _emit_private(self, code: Code) -> None:
        code.line("// Ends the process unless the alternative is held.")
        code.line(f"void {self.private('Demand')}({self.enum} wanted) const;")
        code.line("// Destroys the value held, if any.")
        code.line(f"void {self.private('Clear')}();")
        code.line("// From nothing to a copy of `other`'s value, or to that value itself.")
        if self.copyable:
            code.line(f"void {self.private('CopyFrom')}(const {self.name}& other);")
        code.line(f"void {self.private('TakeFrom')}({self.name}& other) noexcept;")
        code.line()
        code.line(f"{self.enum} {self.held} = {NONE};")
        with code.block("union", "};"):
            for alternative in self.alternatives:
                code.line(f"{self._stored(alternative)} {alternative.variable};")

    def _stored(self, alternative: Alternative) -> str:
        type_ = self.types.value(alternative.type)
        return f"{self.std('unique_ptr')}<{type_}>" if alternative.boxed else type_

    # --- The .cc file

    def _emit_constructor_body(self, code: Code, alternative: Alternative) -> None:
        params = [f"{self.types.value(alternative.type)} value"]
        code.line()
        code.constructor(f"{self.name}::{self.name}", params, self._initialisers(alternative))

    def _emit_maker_body(self, code: Code, alternative: Alternative) -> None:
        type_ = self.types.value(alternative.type)
        code.line()
        with code.block(f"{self.name} {self.name}::make_{alternative.name}({type_} value)"):
            code.line(f"{self.name} made;")
            value = "value" if is_scalar(alternative.type) else f"{self.std('move')}(value)"
            if alternative.boxed:
                value = f"{self.std('make_unique')}<{type_}>({value})"
            place = f"&made.{alternative.variable}"
            code.wrapped(f"{self.std('construct_at')}(", [place, value], ");")
            code.line(f"made.{self.held} = {alternative.enumerator};")
            code.line("return made;")

    def _initialisers(self, alternative: Alternative) -> list[str]:
        value = "value" if is_scalar(alternative.type) else f"{self.std('move')}(value)"
        if alternative.boxed:
            type_ = self.types.value(alternative.type)
            value = f"{self.std('make_unique')}<{type_}>({value})"
        return [f"{self.held}({alternative.enumerator})", f"{alternative.variable}({value})"]

    def _emit_lifecycle_bodies(self, code: Code) -> None:
        name = self.name
        take, clear = self.private("TakeFrom"), self.private("Clear")
        code.line()
        if self.copyable:
            copy = self.private("CopyFrom")
            code.line(f"{name}::{name}(const {name}& other) {{ {copy}(other); }}")
            code.line()
        code.line(f"{name}::{name}({name}&& other) noexcept {{ {take}(other); }}")
        if self.copyable:
            code.line()
            head = f"{name}& {name}::operator=(const {name}& other)"
            code.short(head, f"return *this = {name}(other);")
        code.line()
        with code.block(f"{name}& {name}::operator=({name}&& other) noexcept"):
            with code.block("if (this != &other)"):
                code.line("// What `other` holds may be part of what this holds.")
                code.line(f"{name} taken({self.std('move')}(other));")
                code.line(f"{clear}();")
                code.line(f"{take}(taken);")
            code.line("return *this;")
        code.line()
        code.line(f"{name}::~{name}() {{ {clear}(); }}")

    def _emit_accessor_bodies(self, code: Code, alternative: Alternative) -> None:
        type_ = self.types.value(alternative.type)
        for const, suffix in (("const ", " const"), ("", "")):
            code.line()
            head = f"{const}{type_}& {self.name}::get_{alternative.name}(){suffix}"
            with code.block(head):
                code.line(f"{self.private('Demand')}({alternative.enumerator});")
                code.line(f"return {alternative.value};")

    def _emit_equality_body(self, code: Code) -> None:
        code.line()
        with code.block(f"bool {self.name}::operator==(const {self.name}& other) const"):
            code.line(f"if ({self.held} != other.{self.held}) return false;")
            with code.block(f"switch ({self.held})"):
                code.line(f"case {NONE}:")
                with code.indented():
                    code.line("break;")
                for alternative in self.alternatives:
                    other = f"other.{alternative.variable}"
                    other = f"*{other}" if alternative.boxed else other
                    code.line(f"case {alternative.enumerator}:")
                    with code.indented():
                        code.line(f"return {alternative.value} == {other};")
            code.line("return true;")

    def _emit_demand_body(self, code: Code) -> None:
        code.line()
        with code.block(f"void {self.name}::{self.private('Demand')}({self.enum} wanted) const"):
            code.line(f"if ({self.held} == wanted) return;")
            code.wrapped(
                f"{self.std('fprintf')}(",
                [
                    "stderr",
                    f'"ipdl: {self.union.qualified}: alternative %u is asked for, %u is held\\n"',
                    "static_cast<unsigned>(wanted)",
                    f"static_cast<unsigned>({self.held})",
                ],
                ");",
            )
            code.line(f"{self.std('abort')}();")

    def _emit_clear_body(self, code: Code) -> None:
        code.line()
        with code.block(f"void {self.name}::{self.private('Clear')}()"):
            self._emit_switch(code, self.held, "destroy_at", None)
            code.line(f"{self.held} = {NONE};")

    def _emit_copy_from_body(self, code: Code) -> None:
        def copy(alternative: Alternative) -> str:
            value = f"other.{alternative.variable}"
            if alternative.boxed:
                type_ = self.types.value(alternative.type)
                value = f"{self.std('make_unique')}<{type_}>(*{value})"
            return value

        code.line()
        with code.block(f"void {self.name}::{self.private('CopyFrom')}(const {self.name}& other)"):
            self._emit_switch(code, f"other.{self.held}", "construct_at", copy)
            code.line(f"{self.held} = other.{self.held};")

    def _emit_take_from_body(self, code: Code) -> None:
        def take(alternative: Alternative) -> str:
            value = f"other.{alternative.variable}"
            if not alternative.trivial:
                value = f"{self.std('move')}({value})"
            return value

        code.line()
        with code.block(
            f"void {self.name}::{self.private('TakeFrom')}({self.name}& other) noexcept"
        ):
            self._emit_switch(code, f"other.{self.held}", "construct_at", take)
            code.line(f"{self.held} = other.{self.held};")
            code.line(f"other.{self.private('Clear')}();")

    def _emit_switch(
        self,
        code: Code,
        subject: str,
        function: str,
        value: Callable[[Alternative], str] | None,
    ) -> None:
        """One call of a function of <memory> per alternative. Destroying (without a value) does
        nothing to scalars: they share the case of T__None."""
        idle = [a for a in self.alternatives if value is None and a.trivial]
        with code.block(f"switch ({subject})"):
            code.lines([f"case {label}:" for label in (NONE, *(a.enumerator for a in idle))])
            with code.indented():
                code.line("break;")
            for alternative in self.alternatives:
                if alternative in idle:
                    continue
                arguments = [f"&{alternative.variable}"]
                if value is not None:
                    arguments.append(value(alternative))
                code.line(f"case {alternative.enumerator}:")
                with code.indented():
                    code.wrapped(f"{self.std(function)}(", arguments, ");")
                    code.line("break;")
