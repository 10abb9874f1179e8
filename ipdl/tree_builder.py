"""Makes the syntax tree: one method per rule of the grammar, called as the automaton reduces.

Also reports what the grammar tolerates and the language does not (the rules marked "tolerated" in
`grammar.lark`): wrong order, empty lists, types nested too deep. Names are not looked up here.
Called through `build` by `automaton` only. Attributes, values and types are in `tree_types`.

A method gets the values of the rule's right side, punctuation included, and the first token of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipdl import ast, diagnostics
from ipdl.lexer import Token, span_of
from ipdl.reporter import Fix, Reporter
from ipdl.source import Name, SourceFile, Span
from ipdl.tree_types import Parts, TypeBuilder, only, unquoted

MAX_NAMESPACE_DEPTH = 64


class _Lost:
    """Stands for what error recovery threw away."""


class _Label:
    def __init__(self, token: Token) -> None:
        self.token = token


class _Manager:
    def __init__(self, token: Token, names: list[Name]) -> None:
        self.token = token
        self.names = names


class _Manages:
    def __init__(self, token: Token, name: Name) -> None:
        self.token = token
        self.name = name


_LOST = _Lost()


class TreeBuilder(TypeBuilder):
    def __init__(self, file: SourceFile, reporter: Reporter) -> None:
        super().__init__(file, reporter)
        self._methods: dict[str, Callable[[Parts, Token | None], Any]] = {}

    def build(self, action: str, parts: Parts, first: Token | None) -> Any:
        method = self._methods.get(action)
        if method is None:
            named = action.endswith("_name") or action in ("template_arg", "constant", "attr_word")
            name = "name" if named else action
            method = self._methods[action] = getattr(self, "_" + name)
        return method(parts, first)

    # --- The file ------------------------------------------------------------------------------

    def _start(self, parts: Parts, first: Token | None) -> ast.File:
        items = self._items(parts)
        declared: ast.Item | None = None
        for item in items:
            if not isinstance(item, (ast.CxxInclude, ast.Include, ast.Using)):
                declared = declared or item
            elif declared is not None:
                problem = diagnostics.late_preamble(_preamble_word(item))
                self._reporter.report(problem, item.span)
        return ast.File(self._file, tuple(items), any(p is _LOST for p in parts))

    def _item(self, parts: Parts, first: Token | None) -> Any:
        return parts[0]

    def _stray_semicolon(self, parts: Parts, first: Token | None) -> None:
        span = span_of(self._file, parts[0])
        self._reporter.report(diagnostics.stray_semicolon(), span, fix=Fix(span, ""))

    def _lost_item(self, parts: Parts, first: Token | None) -> _Lost:
        return _LOST

    _lost_member = _lost_item
    _lost_body_item = _lost_item

    def _namespace_declaration(self, parts: Parts, first: Token | None) -> Any:
        name: Name = parts[1]
        items = self._items(parts[2:])
        lost = any(part is _LOST for part in parts)
        if not items and not lost:
            self._reporter.report(diagnostics.empty_namespace(name.text), name.span)
        for item in items:
            if isinstance(item, (ast.CxxInclude, ast.Include, ast.Using)):
                problem = diagnostics.preamble_in_namespace(_preamble_word(item))
                self._reporter.report(problem, item.span)
        depth = 1 + max((i.depth for i in items if isinstance(i, ast.Namespace)), default=0)
        if depth > MAX_NAMESPACE_DEPTH:
            if depth == MAX_NAMESPACE_DEPTH + 1:
                problem = diagnostics.namespaces_too_deep(MAX_NAMESPACE_DEPTH)
                self._reporter.report(problem, name.span)
            items = []
            lost = True
        return ast.Namespace(name, tuple(items), depth, lost)

    def _items(self, parts: Parts) -> list[ast.Item]:
        kinds = (
            ast.CxxInclude,
            ast.Include,
            ast.Using,
            ast.Namespace,
            ast.Struct,
            ast.Union,
            ast.Enum,
            ast.Constant,
            ast.Protocol,
        )
        return [part for part in parts if isinstance(part, kinds)]

    # --- Preamble ------------------------------------------------------------------------------

    def _include_cxx(self, parts: Parts, first: Token | None) -> ast.CxxInclude:
        return ast.CxxInclude(unquoted(parts[1]), self._span(parts[0], parts[1]))

    def _include_header(self, parts: Parts, first: Token | None) -> ast.Include:
        name: Name = parts[1]
        return ast.Include(name, False, span_of(self._file, parts[0]).to(name.span))

    def _include_protocol(self, parts: Parts, first: Token | None) -> ast.Include:
        name: Name = parts[2]
        return ast.Include(name, True, span_of(self._file, parts[0]).to(name.span))

    def _using_statement(self, parts: Parts, first: Token | None) -> ast.Using:
        attributes, keyword, kind, names, _, header = parts
        span = self._span(keyword, header)
        path = tuple(name.text for name in names)
        return ast.Using(attributes, kind, path, names[-1], unquoted(header), span, _doc(first))

    def _using_plain(self, parts: Parts, first: Token | None) -> str:
        return ""

    def _using_class(self, parts: Parts, first: Token | None) -> str:
        return "class"

    def _using_struct(self, parts: Parts, first: Token | None) -> str:
        return "struct"

    def _cxx_type(self, parts: Parts, first: Token | None) -> list[Name]:
        return only(Name, parts)

    def _cxx_id(self, parts: Parts, first: Token | None) -> Name:
        name: Name = parts[0]
        if len(parts) == 1:
            return name
        span = Span(self._file, name.span.start, parts[3].end)
        arguments: list[Name] = parts[2]
        # An empty name has been reported; nobody looks it up.
        return Name(f"{name.text}<{arguments[0].text}>" if arguments else "", span)

    def _template_args(self, parts: Parts, first: Token | None) -> list[Name]:
        names = only(Name, parts)
        if len(names) > 1:
            span = names[0].span.to(names[-1].span)
            self._reporter.report(diagnostics.several_template_arguments(), span)
            return []
        return names

    # --- Structs and unions --------------------------------------------------------------------

    def _struct_declaration(self, parts: Parts, first: Token | None) -> ast.Struct:
        fields = tuple(only(ast.Field, parts))
        lost = any(part is _LOST for part in parts)
        return ast.Struct(parts[0], parts[2], fields, lost, _doc(first))

    def _field(self, parts: Parts, first: Token | None) -> ast.Field:
        return ast.Field(parts[0], parts[1], parts[2], _doc(first))

    def _union_declaration(self, parts: Parts, first: Token | None) -> ast.Union:
        name: Name = parts[2]
        components = tuple(only(ast.Component, parts))
        lost = any(part is _LOST for part in parts)
        if not components and not lost:
            self._reporter.report(diagnostics.empty_union(name.text), name.span)
        return ast.Union(parts[0], name, components, lost or not components, _doc(first))

    def _component(self, parts: Parts, first: Token | None) -> ast.Component:
        return ast.Component(parts[0], parts[1], _doc(first))

    # --- Enums and constants -------------------------------------------------------------------

    def _enum_declaration(self, parts: Parts, first: Token | None) -> ast.Enum:
        attributes, _, name, _, type_, _, values, brace = parts
        return self._make_enum(attributes, name, self._underlying(type_), values, brace, first)

    def _underlying(self, type_: ast.TypeExpr) -> Name | None:
        """A name, which may turn out to be wrong; None if that has been said."""
        name = type_.name if isinstance(type_, ast.NamedType) else Name("map", type_.span)
        return name if name.text else None

    def _enum_without_type(self, parts: Parts, first: Token | None) -> ast.Enum:
        attributes, _, name, _, values, brace = parts
        fix = Fix(name.span.after(), " : uint32_t")
        self._reporter.report(diagnostics.enum_without_type(name.text), name.span, fix=fix)
        return self._make_enum(attributes, name, None, values, brace, first)

    def _make_enum(
        self,
        attributes: ast.Attributes,
        name: Name,
        underlying: Name | None,
        listed: tuple[Any, ...] | _Lost,
        brace: Token,
        first: Token | None,
    ) -> ast.Enum:
        if isinstance(listed, _Lost):
            return ast.Enum(attributes, name, underlying, (), True, _doc(first))
        values = tuple(only(ast.Enumerator, list(listed)))
        wrong = only(Token, list(listed))
        if wrong and brace.end > brace.start:  # else it is what is left of a `};`
            span = span_of(self._file, wrong[0])
            self._reporter.report(diagnostics.wrong_separator(), span, fix=Fix(span, ","))
        if not values:
            self._reporter.report(diagnostics.empty_enum(name.text), name.span)
        return ast.Enum(attributes, name, underlying, values, not values, _doc(first))

    def _enumerators(self, parts: Parts, first: Token | None) -> tuple[Any, ...]:
        """The values, and each `;` in place of a `,`."""
        return tuple(part for part in parts if part is not None)

    def _lost_enumerators(self, parts: Parts, first: Token | None) -> _Lost:
        return _LOST

    def _enumerator(self, parts: Parts, first: Token | None) -> ast.Enumerator:
        return ast.Enumerator(parts[0], parts[2] if len(parts) > 1 else None, _doc(first))

    def _separator(self, parts: Parts, first: Token | None) -> None:
        pass

    def _wrong_separator(self, parts: Parts, first: Token | None) -> Token:
        token: Token = parts[0]
        return token

    def _const_declaration(self, parts: Parts, first: Token | None) -> ast.Constant:
        attributes, _, type_, name, _, value = parts
        return ast.Constant(attributes, type_, name, value, _doc(first))

    # --- Protocols -----------------------------------------------------------------------------

    def _protocol_declaration(self, parts: Parts, first: Token | None) -> ast.Protocol:
        attributes, sync, _, name, _, *body, _ = parts
        return self._make_protocol(attributes, sync, name, body, first)

    def _protocol_default(self, parts: Parts, first: Token | None) -> ast.Protocol:
        attributes, _, name, _, *body, _ = parts
        return self._make_protocol(attributes, False, name, body, first)

    def _make_protocol(
        self, attributes: ast.Attributes, sync: bool, name: Name, body: Parts, first: Token | None
    ) -> ast.Protocol:
        managers: list[Name] = []
        manages: list[Name] = []
        messages: list[ast.Message] = []
        label: _Label | None = None
        undirected = False
        seen: set[type] = set()
        for index, part in enumerate(body):
            if isinstance(part, _Label):
                label = part
                follower = body[index + 1] if index + 1 < len(body) else None
                if not isinstance(follower, (ast.Message, _Lost)):
                    problem = diagnostics.label_without_message(part.token.text)
                    self._reporter.report(problem, span_of(self._file, part.token))
            elif isinstance(part, _Manager):
                span = span_of(self._file, part.token)
                if _Manager in seen:
                    self._reporter.report(diagnostics.second_manager_statement(), span)
                elif seen:
                    other = "the messages" if ast.Message in seen else "`manages`"
                    self._reporter.report(diagnostics.wrong_order("manager", other), span)
                managers.extend(part.names)
            elif isinstance(part, _Manages):
                if ast.Message in seen:
                    problem = diagnostics.wrong_order("manages", "the messages")
                    self._reporter.report(problem, span_of(self._file, part.token))
                manages.append(part.name)
            elif isinstance(part, ast.Message):
                if label is None and not undirected:
                    undirected = True
                    problem = diagnostics.no_direction(part.name.text)
                    self._reporter.report(problem, part.name.span)
                messages.append(_directed(part, label.token.text if label else "parent"))
            seen.add(type(part))
        return ast.Protocol(
            attributes,
            sync,
            name,
            tuple(managers),
            tuple(manages),
            tuple(messages),
            any(part is _LOST for part in body),
            _doc(first),
        )

    def _body_item(self, parts: Parts, first: Token | None) -> Any:
        return parts[0]

    def _manager(self, parts: Parts, first: Token | None) -> _Manager:
        return _Manager(parts[0], only(Name, parts))

    def _manages(self, parts: Parts, first: Token | None) -> _Manages:
        return _Manages(parts[0], parts[1])

    def _label(self, parts: Parts, first: Token | None) -> _Label:
        return _Label(parts[0])

    def _aggregate_in_body(self, parts: Parts, first: Token | None) -> _Lost:
        name: Name = parts[0].name
        self._reporter.report(diagnostics.aggregate_in_protocol(name.text), name.span)
        return _LOST

    def _direction(self, parts: Parts, first: Token | None) -> Token:
        token: Token = parts[0]
        return token

    def _semantics(self, parts: Parts, first: Token | None) -> bool:
        return bool(parts[0].type == "sync")

    def _message(self, parts: Parts, first: Token | None) -> ast.Message:
        attributes, sync, name, _, params, _ = parts
        return ast.Message(attributes, "", sync, name, params, None, _doc(first))

    def _message_returns(self, parts: Parts, first: Token | None) -> ast.Message:
        attributes, sync, name, _, params, _, _, _, returns, _ = parts
        return ast.Message(attributes, "", sync, name, params, returns, _doc(first))

    def _params(self, parts: Parts, first: Token | None) -> tuple[ast.Param, ...]:
        return tuple(only(ast.Param, parts))

    def _param(self, parts: Parts, first: Token | None) -> ast.Param:
        return ast.Param(parts[0], parts[1], parts[2], _doc(first))


def _doc(first: Token | None) -> str:
    return first.doc if first is not None else ""


def _directed(message: ast.Message, direction: str) -> ast.Message:
    return ast.Message(
        message.attributes,
        direction,
        message.sync,
        message.name,
        message.params,
        message.returns,
        message.doc,
    )


def _preamble_word(item: ast.CxxInclude | ast.Include | ast.Using) -> str:
    return "using" if isinstance(item, ast.Using) else "include"
