"""Lint rules about names. Messages and types have one right way, because they become parts of C++
names; fields and parameters may be written in either of two, but in one of them per file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ipdl import diagnostics
from ipdl.lint.rule import Rule
from ipdl.model import Aggregate, Enum, Struct, Unit
from ipdl.reporter import Reporter
from ipdl.source import Span
from ipdl.type_facts import members

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SNAKE = re.compile(r"[a-z\d]_+[a-z\d]")
_CAMEL = re.compile(r"[a-z\d][A-Z]")
_VERB = re.compile(r"(Send|Recv)(?=[A-Z])")


def messages_are_camel_case(unit: Unit, _: tuple[Unit, ...], reporter: Reporter) -> None:
    if unit.protocol is None:
        return
    for message in unit.protocol.messages:
        if not message.is_delete and not message.ctor_of and not _is_camel_case(message.name):
            problem = diagnostics.message_not_camel_case(message.name, _camel_case(message.name))
            reporter.report(problem, message.span)


def types_are_camel_case(unit: Unit, _: tuple[Unit, ...], reporter: Reporter) -> None:
    declared: list[Aggregate | Enum] = [*unit.types, *unit.enums]
    for one in declared:
        if not _is_camel_case(one.name):
            problem = diagnostics.type_not_camel_case(kind_of(one), one.name, _camel_case(one.name))
            reporter.report(problem, one.span)


def kind_of(declared: Aggregate | Enum) -> str:
    return type(declared).__name__.lower()


def names_of_a_file_are_alike(unit: Unit, _: tuple[Unit, ...], reporter: Reporter) -> None:
    snakes, camels = [], []
    for name, span in _fields_and_parameters(unit):
        if _SNAKE.search(name):
            snakes.append((name, span))
        elif _CAMEL.search(name):
            camels.append((name, span))
    if len(camels) > len(snakes):
        for name, span in snakes:
            better = _camel_case(name)
            better = better[0].lower() + better[1:]
            problem = diagnostics.mixed_names(name, "snake_case", "camelCase", better)
            reporter.report(problem, span)
    elif len(snakes) > len(camels):
        for name, span in camels:
            better = "_".join(_words(name)).lower()
            problem = diagnostics.mixed_names(name, "camelCase", "snake_case", better)
            reporter.report(problem, span)


def messages_do_not_say_send(unit: Unit, _: tuple[Unit, ...], reporter: Reporter) -> None:
    if unit.protocol is None:
        return
    for message in unit.protocol.messages:
        if _VERB.match(message.name):
            better = _VERB.sub("", message.name)
            reporter.report(diagnostics.message_named_send(message.name, better), message.span)


def _is_camel_case(name: str) -> bool:
    return name[0].isupper() and "_" not in name


def _camel_case(name: str) -> str:
    return "".join(word[0].upper() + word[1:] for word in _words(name)) or name


def _words(name: str) -> list[str]:
    return _WORDS.findall(name)


def _fields_and_parameters(unit: Unit) -> Iterator[tuple[str, Span]]:
    for aggregate in unit.types:
        if isinstance(aggregate, Struct):
            for field in members(aggregate):
                yield field.name, field.span
    if unit.protocol is not None:
        for message in unit.protocol.messages:
            for param in (*message.params, *message.returns):
                yield param.name, param.span


RULES = (
    Rule(801, messages_are_camel_case),
    Rule(802, types_are_camel_case),
    Rule(803, names_of_a_file_are_alike),
    Rule(804, messages_do_not_say_send),
)
