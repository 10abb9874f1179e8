"""Rules about messages: kinds, directions, constructors, attributes."""

from __future__ import annotations

from collections.abc import Callable

from ipdl import diagnostics
from ipdl.check.semantics import hint_for, needs_more
from ipdl.model import Compress, Direction, Message, Nesting, Protocol, Unit
from ipdl.reporter import Note, Reporter
from ipdl.source import Span

MessageRule = Callable[[Message, Protocol, Reporter], None]


def _attribute(message: Message, name: str) -> Span:
    return message.attribute_spans.get(name, message.span)


def delete_is_async_and_returns_nothing(
    message: Message, protocol: Protocol, reporter: Reporter
) -> None:
    if not message.is_delete:
        return
    if message.sync:
        reporter.report(diagnostics.sync_delete(), message.span)
    if message.has_returns:
        reporter.report(diagnostics.delete_returns(), message.span)


def constructor_is_of_managed_protocol(
    message: Message, protocol: Protocol, reporter: Reporter
) -> None:
    if message.ctor_of is None or message.ctor_of in protocol.manages or protocol.incomplete:
        return
    problem = diagnostics.constructor_of_unmanaged(message.name, protocol.name)
    reporter.report(problem, message.span)


def async_constructor_returns_nothing(
    message: Message, protocol: Protocol, reporter: Reporter
) -> None:
    if message.ctor_of is not None and not message.sync and message.has_returns:
        reporter.report(diagnostics.async_constructor_returns(message.name), message.span)


def lazy_is_async(message: Message, protocol: Protocol, reporter: Reporter) -> None:
    if message.lazy and message.sync:
        reporter.report(diagnostics.lazy_sync(message.name), _attribute(message, "LazySend"))


def reply_priority_has_async_reply(
    message: Message, protocol: Protocol, reporter: Reporter
) -> None:
    if "ReplyPriority" not in message.attribute_spans:
        return
    place = _attribute(message, "ReplyPriority")
    if message.sync:
        reporter.report(diagnostics.reply_priority_on_sync(message.name), place)
    elif not message.has_returns:
        reporter.report(diagnostics.reply_priority_without_reply(message.name), place)


def no_taint_needs_tainted(message: Message, protocol: Protocol, reporter: Reporter) -> None:
    if message.tainted:
        return
    for param in (*message.params, *message.returns):
        if param.no_taint is not None:
            problem = diagnostics.no_taint_without_tainted(param.name, message.name)
            reporter.report(problem, param.span)


def tainted_is_received_by_parent(message: Message, protocol: Protocol, reporter: Reporter) -> None:
    if message.tainted and message.direction is Direction.CHILD:
        problem = diagnostics.tainted_from_parent(message.name)
        reporter.report(problem, _attribute(message, "Tainted"))


def compressed_can_be_dropped(message: Message, protocol: Protocol, reporter: Reporter) -> None:
    if message.compress is Compress.NO:
        return
    place = _attribute(message, "Compress")
    if message.ctor_of is not None:
        reporter.report(diagnostics.compressed_constructor(message.name), place)
    elif message.is_delete:
        reporter.report(diagnostics.compressed_delete(), place)
    elif message.sync:
        reporter.report(diagnostics.compressed_sync(message.name), place)


def protocol_is_powerful_enough(message: Message, protocol: Protocol, reporter: Reporter) -> None:
    nesting = (message.nested, message.nested)
    if message.is_delete and message.sync:
        return  # refused already
    if needs_more(message.sync, nesting, protocol):
        problem = diagnostics.stronger_than_protocol(
            message.name, protocol.name, hint_for(message.sync, nesting, protocol)
        )
        note = Note("the protocol is declared here", protocol.span)
        reporter.report(problem, message.span, note)


def nesting_fits_direction(message: Message, protocol: Protocol, reporter: Reporter) -> None:
    """The parent must not be made to wait for a child, except inside the child's own sync call."""
    to_child = message.direction is not Direction.PARENT
    if message.nested is Nesting.INSIDE_SYNC and not message.sync:
        problem = diagnostics.inside_sync_not_sync(message.name)
        reporter.report(problem, _attribute(message, "Nested"))
    elif message.nested is Nesting.INSIDE_CPOW and to_child:
        problem = diagnostics.inside_cpow_to_child(message.name)
        reporter.report(problem, _attribute(message, "Nested"))
    elif message.nested is Nesting.NOT and message.sync and to_child and not message.is_delete:
        reporter.report(diagnostics.sync_to_child(message.name), message.span)


MESSAGE_RULES: tuple[MessageRule, ...] = (
    delete_is_async_and_returns_nothing,
    constructor_is_of_managed_protocol,
    async_constructor_returns_nothing,
    lazy_is_async,
    reply_priority_has_async_reply,
    no_taint_needs_tainted,
    tainted_is_received_by_parent,
    compressed_can_be_dropped,
    protocol_is_powerful_enough,
    nesting_fits_direction,
)


def messages_are_sound(unit: Unit, reporter: Reporter) -> None:
    if unit.protocol is not None:
        for message in unit.protocol.messages:
            for rule in MESSAGE_RULES:
                rule(message, unit.protocol, reporter)


RULES = (messages_are_sound,)
