"""Syntax trees to the resolved model: every name bound to what it names.

Three passes over all files of the run, so that cycles of includes and forward references need no
care: (1) a unit for each file with what it declares as empty shells; (2) which units each unit
includes (both in `shells`); (3), here, the names that are visible in each unit, then constants, then
all that uses names.
Reports names that are missing, declared twice or of the wrong kind. Whether what is named makes
sense is for `check`. Called by `compile`.
"""

from __future__ import annotations

from ipdl import ast, attributes, contents, diagnostics
from ipdl.attributes import Given
from ipdl.loader import LoadedFile, Program
from ipdl.model import (
    Bound,
    Bounds,
    Compress,
    Direction,
    Field,
    Impl,
    ImplKind,
    Message,
    NEWEST_EDITION,
    NO_BOUNDS,
    Nesting,
    NoTaint,
    Param,
    Priority,
    Protocol,
    Struct,
    Type,
    Union,
    Unit,
    Using,
)
from ipdl.prelude import Prelude
from ipdl.reporter import Note, Reporter
from ipdl.resolve_types import TypeResolver
from ipdl.resolve_values import ConstantResolver, EnumResolver, ValueNames
from ipdl.scope import Scope, Symbol
from ipdl.shells import Pending, declared_names, link, make_shell
from ipdl.similar import Guesser
from ipdl.source import Name, Span


def resolve(
    program: Program, prelude: Prelude, reporter: Reporter, edition: str = NEWEST_EDITION
) -> dict[LoadedFile, Unit]:
    """The model of each file, in the order of `program.files`."""
    pending = {loaded: make_shell(loaded, prelude, edition, reporter) for loaded in program.files}
    for one in pending.values():
        link(one, pending)
    everything: dict[str, Unit] = {}
    for one in pending.values():
        for name in declared_names(one):
            everything.setdefault(name, one.unit)
    guesser = Guesser()
    resolvers = [
        _UnitResolver(one, prelude, everything, guesser, reporter) for one in pending.values()
    ]
    constants = ConstantResolver(reporter)
    for resolver in resolvers:
        resolver.declare_names(constants)
    constants.resolve_all()
    for resolver in resolvers:
        resolver.run()
    contents.work_out([aggregate for one in pending.values() for aggregate in one.unit.types])
    return {loaded: one.unit for loaded, one in pending.items()}


class _UnitResolver:
    def __init__(
        self,
        pending: Pending,
        prelude: Prelude,
        everything: dict[str, Unit],
        guesser: Guesser,
        reporter: Reporter,
    ) -> None:
        self._pending = pending
        self._unit = pending.unit
        self._prelude = prelude
        self._reporter = reporter
        self._scope = Scope(reporter)
        self._usings: dict[str, Using] = {}
        self._types = TypeResolver(self._unit, self._scope, everything, guesser, reporter)
        self._values = ValueNames(self._unit, self._scope, everything, guesser, reporter)

    def run(self) -> None:
        for written, enum in self._pending.enums:
            self._decode("enum", written.attributes)
            EnumResolver(self._prelude, self._values, self._reporter).resolve(written, enum)
        for constant, _ in self._pending.constants:
            self._decode("constant", constant.attributes)
        for syntax, aggregate in self._pending.aggregates:
            if isinstance(syntax, ast.Struct):
                assert isinstance(aggregate, Struct)
                self._struct(syntax, aggregate)
            else:
                assert isinstance(aggregate, Union)
                self._union(syntax, aggregate)
        if self._pending.protocol is not None:
            assert self._unit.protocol is not None
            self._protocol(self._pending.protocol, self._unit.protocol)
        # A C++ type may be imported by several headers; then only the first is found by its name.
        named = {target.cxx for target in self._scope.used if isinstance(target, Using)}
        self._unit.unused_includes = [
            include.name.span
            for include, included in self._pending.includes
            if not self._is_used(included, named)
        ]

    def _is_used(self, included: Unit, named: set[str]) -> bool:
        used = self._scope.used
        if included.protocol is not None:
            return included.protocol in used
        if any(using.cxx in named for using in included.usings):
            return True
        return not used.isdisjoint((*included.types, *included.enums, *included.constants))

    def declare_names(self, constants: ConstantResolver) -> None:
        for entry in self._prelude.types.values():
            self._scope.declare(entry.name, Symbol(entry, None))
        protocol = self._unit.protocol
        if protocol is not None:
            self._scope.declare(protocol.name, Symbol(protocol, protocol.span))
        for include, included in self._pending.includes:
            place = include.name.span
            if included.protocol is not None:
                symbol = Symbol(included.protocol, included.protocol.span)
                self._scope.declare(included.protocol.name, symbol, place)
                continue
            # A name that the header declares twice was answered there.
            seen: dict[str, str] = {}
            for using in included.usings:
                if seen.setdefault(using.name, using.cxx) == using.cxx:
                    self._declare_using(using, place)
            for declared in (*included.types, *included.enums, *included.constants):
                if declared.name not in seen:
                    seen[declared.name] = ""
                    self._scope.declare(declared.name, Symbol(declared, declared.span), place)
        for using in self._pending.usings:
            self._declare_using(using, using.span)
        unit = self._unit
        for declared in (*unit.types, *unit.enums, *unit.constants):
            self._scope.declare(declared.name, Symbol(declared, declared.span))
        for syntax, constant in self._pending.constants:
            constants.add(constant, syntax, self._types, self._values)

    def _declare_using(self, using: Using, place: Span) -> None:
        """Importing one C++ type twice is fine if both say the same about it."""
        before = self._usings.get(using.cxx)
        if before is None:
            self._usings[using.cxx] = using
            self._scope.declare(using.name, Symbol(using, using.span), place)
            return
        note = Note("the other one is here", before.span)
        if before.refcounted != using.refcounted:
            problem = diagnostics.inconsistent_refcounted(using.cxx)
            self._reporter.report(problem, place, note)
        if before.move_only is not using.move_only:
            problem = diagnostics.inconsistent_move_only(using.cxx)
            self._reporter.report(problem, place, note)

    # --- Structs and unions --------------------------------------------------------------------

    def _struct(self, syntax: ast.Struct, struct: Struct) -> None:
        struct.comparable = "Comparable" in self._decode("struct", syntax.attributes)
        scope = Scope(self._reporter, self._scope)
        for member in syntax.fields:
            type_ = self._types.resolve(
                member.type,
                lambda name, hint: diagnostics.unknown_field_type(struct.name, name, hint),
            )
            name = member.name
            bounds = _bounds(self._decode("field", member.attributes))
            field_ = Field(name.text, type_, name.span, member.type.span, member.doc, bounds)
            if scope.declare(name.text, Symbol(field_, name.span)):
                struct.fields.append(field_)

    def _union(self, syntax: ast.Union, union: Union) -> None:
        union.comparable = "Comparable" in self._decode("union", syntax.attributes)
        for member in syntax.components:
            type_ = self._types.resolve(
                member.type,
                lambda name, hint: diagnostics.unknown_component_type(union.name, name, hint),
            )
            span = member.type.span
            bounds = _bounds(self._decode("component", member.attributes))
            union.components.append(Field("", type_, span, span, member.doc, bounds))

    # --- Protocol ------------------------------------------------------------------------------

    def _protocol(self, syntax: ast.Protocol, protocol: Protocol) -> None:
        given = self._decode("protocol", syntax.attributes)
        protocol.attribute_spans = {name: one.span for name, one in given.items()}
        protocol.manual_dealloc = "ManualDealloc" in given
        protocol.needs_other_pid = "NeedsOtherPid" in given
        protocol.nested_up_to = _nesting(given.get("NestedUpTo"))
        protocol.parent_impl = _impl(given.get("ParentImpl"))
        protocol.child_impl = _impl(given.get("ChildImpl"))
        toplevel = protocol.toplevel
        for side in ("ParentProc", "ChildProc"):
            named = given.get(side)
            process = self._prelude.process(named.value) if named is not None else None
            if process is None and toplevel:
                process = self._prelude.defaults.get(side)
            if side == "ParentProc":
                protocol.parent_proc = process
            else:
                protocol.child_proc = process
        self._managers(syntax, protocol)
        self._managed(syntax, protocol)
        scope = Scope(self._reporter, self._scope)
        for message in syntax.messages:
            self._message(message, protocol, scope)

    def _managers(self, syntax: ast.Protocol, protocol: Protocol) -> None:
        for name in syntax.managers:
            symbol = self._scope.use(name.text)
            problem = None
            if symbol is None:
                if not self._unit.incomplete:
                    problem = diagnostics.unknown_manager(name.text, protocol.name)
            elif not isinstance(symbol.target, Protocol):
                problem = diagnostics.manager_is_no_protocol(name.text, protocol.name, symbol.kind)
            elif symbol.target in protocol.managers:
                problem = diagnostics.duplicate_manager(name.text, protocol.name)
            else:
                protocol.managers.append(symbol.target)
                protocol.manager_spans.append(name.span)
            if problem is not None:
                self._reporter.report(problem, name.span)

    def _managed(self, syntax: ast.Protocol, protocol: Protocol) -> None:
        for name in syntax.manages:
            symbol = self._scope.use(name.text)
            problem = None
            if symbol is None:
                if not self._unit.incomplete:
                    problem = diagnostics.unknown_managed(name.text, protocol.name)
            elif not isinstance(symbol.target, Protocol):
                problem = diagnostics.managed_is_no_protocol(name.text, protocol.name, symbol.kind)
            elif symbol.target in protocol.manages:
                problem = diagnostics.duplicate_managed(name.text, protocol.name)
            else:
                protocol.manages.append(symbol.target)
                protocol.manages_spans.append(name.span)
            if problem is not None:
                self._reporter.report(problem, name.span)

    # --- Messages ------------------------------------------------------------------------------

    def _message(self, syntax: ast.Message, protocol: Protocol, scope: Scope) -> None:
        name = syntax.name
        given = self._decode("message", syntax.attributes)
        message = Message(
            name.text,
            Direction(syntax.direction),
            syntax.sync,
            name.span,
            has_returns=syntax.returns is not None,
            compress=_compress(given.get("Compress")),
            priority=_priority(given.get("Priority")),
            reply_priority=_priority(given.get("ReplyPriority")),
            nested=_nesting(given.get("Nested")),
            tainted="Tainted" in given,
            virtual_send="VirtualSendImpl" in given,
            lazy="LazySend" in given,
            doc=syntax.doc,
            attribute_spans={attribute: one.span for attribute, one in given.items()},
        )
        usual = self._scope.lookup(name.text)
        if usual is not None and isinstance(usual.target, Protocol):
            message.ctor_of = usual.target
            self._scope.used.add(usual.target)
            self._declare_constructor(message, scope)
        elif usual is not None:
            problem = diagnostics.message_named_like(name.text, usual.kind)
            notes = [] if usual.span is None else [Note("declared here", usual.span)]
            self._reporter.report(problem, name.span, *notes)
        else:
            self._declare_message(message, scope)
        inner = Scope(self._reporter, scope)
        message.params = self._params(syntax.params, message, "a parameter", inner)
        message.returns = self._params(syntax.returns or (), message, "a return value", inner)
        protocol.messages.append(message)

    def _declare_message(self, message: Message, scope: Scope) -> None:
        before = scope.lookup(message.name)
        if before is not None and isinstance(before.target, Message) and before.target.ctor_of:
            problem = diagnostics.constructor_name_taken(message.name, before.target.name)
            self._reporter.report(problem, message.span)
        else:
            scope.declare(message.name, Symbol(message, message.span))

    def _declare_constructor(self, message: Message, scope: Scope) -> None:
        """Under the name that it has in C++, because its own is that of a protocol."""
        before = scope.lookup(message.cxx_name)
        if before is None:
            scope.declare(message.cxx_name, Symbol(message, message.span))
        elif isinstance(before.target, Message) and before.target.ctor_of is None:
            problem = diagnostics.constructor_name_taken(before.target.name, message.name)
            self._reporter.report(problem, before.target.span)
        elif before.span is not None:
            problem = diagnostics.redeclaration(message.name, before.kind)
            note = Note("first declared here", before.span)
            self._reporter.report(problem, message.span, note)

    def _params(
        self, syntax: tuple[ast.Param, ...], message: Message, role: str, scope: Scope
    ) -> list[Param]:
        params: list[Param] = []
        for one in syntax:
            given = self._decode("parameter", one.attributes)
            no_taint = NoTaint(given["NoTaint"].value) if "NoTaint" in given else None
            type_ = self._param_type(one.type, message, role)
            name: Name = one.name
            param = Param(
                name.text, type_, name.span, one.type.span, no_taint, one.doc, _bounds(given)
            )
            if scope.declare(name.text, Symbol(param, name.span)):
                params.append(param)
        return params

    def _param_type(self, expression: ast.TypeExpr, message: Message, role: str) -> Type:
        return self._types.resolve(
            expression,
            lambda name, hint: diagnostics.unknown_parameter_type(message.name, role, name, hint),
        )

    def _decode(self, place: str, list_: ast.Attributes) -> dict[str, Given]:
        if not list_:
            return {}
        return attributes.decode(place, list_, self._prelude, self._reporter, self._values.integer)


# --- Attribute values ----------------------------------------------------------------------------


def _nesting(given: Given | None) -> Nesting:
    return Nesting.NOT if given is None else Nesting[given.value.upper()]


def _priority(given: Given | None) -> Priority:
    return Priority.NORMAL if given is None else Priority(given.value)


def _compress(given: Given | None) -> Compress:
    if given is None:
        return Compress.NO
    return Compress.ALL if given.value else Compress.ADJACENT


def _impl(given: Given | None) -> Impl:
    if given is None:
        return Impl()
    return Impl(ImplKind.CLASS, given.value) if given.is_string else Impl(ImplKind.VIRTUAL)


def _bounds(given: dict[str, Given]) -> Bounds:
    bounds = {
        name: Bound(given[name].number, given[name].value, given[name].span)
        for name in ("MaxLength", "MaxBytes")
        if name in given
    }
    return Bounds(bounds.get("MaxLength"), bounds.get("MaxBytes")) if bounds else NO_BOUNDS
