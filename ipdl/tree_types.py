"""The smaller half of making the syntax tree: attributes, values and types, one method per rule.

Also reports what the grammar tolerates in them and the language does not. Not here: declarations,
and how the automaton finds the methods (`tree_builder`, whose class derives from this one).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from ipdl import ast, diagnostics
from ipdl.lexer import Token, span_of
from ipdl.reporter import Fix, Note, Reporter
from ipdl.source import Name, SourceFile, Span

MAX_TYPE_DEPTH = 64

T = TypeVar("T")
Parts = list[Any]

# What stands for the types of the C++ standard library.
_STANDARD = {
    "string": "`string`",
    "string_view": "`string`",
    "u16string": "`u16string`",
    "u16string_view": "`u16string`",
    "vector": "an array, `T[]`",
    "span": "an array, `T[]`",
    "optional": "an optional, `T?`",
    "unique_ptr": "`UniquePtr<T>`",
    "map": "`map<K, V>`",
    "unordered_map": "`map<K, V>`",
}


@dataclass(frozen=True)
class _Part:
    """One component of a type's name: `Endpoint<PFooParent>`."""

    name: Name
    arguments: tuple[ast.TypeExpr, ...]
    span: Span


class TypeBuilder:
    def __init__(self, file: SourceFile, reporter: Reporter) -> None:
        self._file = file
        self._reporter = reporter

    # --- Attributes and values -----------------------------------------------------------------

    def _attrs(self, parts: Parts, first: Token | None) -> ast.Attributes:
        for block in parts[1:]:
            if block:
                span = block[0].span.to(block[-1].span)
                self._reporter.report(diagnostics.second_attribute_list(), span)
        by_name: dict[str, ast.Attribute] = {}
        for attribute in (attribute for block in parts for attribute in block):
            before = by_name.setdefault(attribute.name.text, attribute)
            if before is not attribute:
                self._reporter.report(
                    diagnostics.repeated_attribute(attribute.name.text),
                    attribute.name.span,
                    Note("first written here", before.name.span),
                )
        return tuple(by_name.values())

    def _attr_block(self, parts: Parts, first: Token | None) -> list[ast.Attribute]:
        if len(parts) == 2:
            span = self._span(parts[0], parts[1])
            self._reporter.report(diagnostics.empty_attributes(), span, fix=Fix(span, ""))
        return only(ast.Attribute, parts)

    def _attr(self, parts: Parts, first: Token | None) -> ast.Attribute:
        name: Name = parts[0]
        if len(parts) == 1:
            return ast.Attribute(name, None, name.span)
        value: ast.Value = parts[2]
        return ast.Attribute(name, value, name.span.to(value.span))

    def _number(self, parts: Parts, first: Token | None) -> ast.Value:
        token: Token = parts[0]
        return ast.Value(ast.ValueKind.NUMBER, token.text, span_of(self._file, token))

    def _string(self, parts: Parts, first: Token | None) -> ast.Value:
        span = span_of(self._file, parts[0])
        return ast.Value(ast.ValueKind.STRING, unquoted(parts[0]), span)

    def _word(self, parts: Parts, first: Token | None) -> ast.Value:
        name: Name = parts[0]
        return ast.Value(ast.ValueKind.WORD, name.text, name.span)

    # --- Types ---------------------------------------------------------------------------------

    def _type(self, parts: Parts, first: Token | None) -> ast.TypeExpr:
        type_: ast.TypeExpr = parts[0]
        return type_

    def _optional(self, parts: Parts, first: Token | None) -> ast.TypeExpr:
        span = Span(self._file, parts[0].span.start, parts[1].end)
        return self._wrapped(ast.Wrapper.OPTIONAL, parts[0], span)

    def _array(self, parts: Parts, first: Token | None) -> ast.TypeExpr:
        span = Span(self._file, parts[0].span.start, parts[2].end)
        return self._wrapped(ast.Wrapper.ARRAY, parts[0], span)

    def _unique_ptr(self, parts: Parts, first: Token | None) -> ast.TypeExpr:
        return self._wrapped(ast.Wrapper.UNIQUE_PTR, parts[2], self._span(parts[0], parts[3]))

    def _wrapped(self, wrapper: ast.Wrapper, base: ast.TypeExpr, span: Span) -> ast.TypeExpr:
        depth = self._depth_around((base,), span)
        return base if depth is None else ast.WrappedType(wrapper, base, depth, span)

    def _map(self, part: _Part) -> ast.TypeExpr:
        key, value = part.arguments
        depth = self._depth_around(part.arguments, part.span)
        return value if depth is None else ast.MapType(key, value, depth, part.span)

    def _depth_around(self, inner: tuple[ast.TypeExpr, ...], span: Span) -> int | None:
        """Of one more wrapper around types; None where the depth has been reported already."""
        depth = max(0 if isinstance(type_, ast.NamedType) else type_.depth for type_ in inner)
        if depth > MAX_TYPE_DEPTH:
            return None
        if depth == MAX_TYPE_DEPTH:
            self._reporter.report(diagnostics.type_too_deep(MAX_TYPE_DEPTH), span)
        return depth + 1

    def _base_type(self, parts: Parts, first: Token | None) -> ast.TypeExpr:
        type_: ast.TypeExpr = parts[0]
        return type_

    def _nullable(self, parts: Parts, first: Token | None) -> ast.TypeExpr:
        type_: ast.TypeExpr = parts[1]
        span = span_of(self._file, parts[0]).to(type_.span)
        if isinstance(type_, ast.NamedType):
            return ast.NamedType(type_.name, True, span)
        self._reporter.report(diagnostics.not_nullable("".join(type_.span.text.split())), span)
        return type_

    def _type_id(self, parts: Parts, first: Token | None) -> ast.TypeExpr:
        components = only(_Part, parts)
        part = components[-1]
        if len(components) > 1:
            span = components[0].span.to(part.span)
            full = "::".join("".join(each.span.text.split()) for each in components)
            self._reporter.report(diagnostics.qualified_type(_short_name_hint(full)), span)
            return ast.NamedType(Name("", span), False, span)
        if part.name.text == "map" and len(part.arguments) == 2:
            return self._map(part)
        name = Name(self._spelled(part), part.span)
        return ast.NamedType(name, False, part.span)

    def _spelled(self, part: _Part) -> str:
        """`Foo` or `Foo<Bar>`; empty after reporting that it is neither."""
        if not part.arguments:
            return part.name.text
        argument = part.arguments[0]
        if len(part.arguments) > 1:
            span = argument.span.to(part.arguments[-1].span)
            problem = diagnostics.several_template_arguments()
            if part.name.text == "map":
                problem = diagnostics.map_of_more_than_two()
            self._reporter.report(problem, span)
            return ""
        if not isinstance(argument, ast.NamedType):
            self._reporter.report(diagnostics.template_of_wrapped(), argument.span)
            return ""
        plain = not argument.nullable and "<" not in argument.name.text
        if argument.name.text and not plain:
            self._reporter.report(diagnostics.template_of_wrapped(), argument.span)
        return f"{part.name.text}<{argument.name.text}>" if plain and argument.name.text else ""

    def _type_part(self, parts: Parts, first: Token | None) -> _Part:
        name: Name = parts[0]
        if len(parts) == 1:
            return _Part(name, (), name.span)
        return _Part(name, parts[2], Span(self._file, name.span.start, parts[3].end))

    def _type_args(self, parts: Parts, first: Token | None) -> tuple[ast.TypeExpr, ...]:
        return tuple(part for part in parts if not isinstance(part, Token))

    # --- Small parts ---------------------------------------------------------------------------

    def _name(self, parts: Parts, first: Token | None) -> Name:
        token: Token = parts[0]
        return Name(token.text, span_of(self._file, token))

    def _span(self, first: Token, last: Token) -> Span:
        return Span(self._file, first.start, last.end)


def only(kind: type[T], parts: Parts) -> list[T]:
    return [part for part in parts if isinstance(part, kind)]


def unquoted(token: Token) -> str:
    return token.text[1:-1]


def _short_name_hint(full: str) -> str:
    """What to write instead of a qualified name."""
    path = full.partition("<")[0]
    namespace, _, template = path.rpartition("::")
    short = template + full[len(path) :]
    if namespace == "std" and template in _STANDARD:
        return f"write {_STANDARD[template]}"
    if namespace == "std" and short.endswith("_t"):
        return f"write `{short}`"
    return (
        f"write `{short}`; if it is a C++ type, then with "
        f'`using {full} from "...";` at the beginning of the file'
    )
