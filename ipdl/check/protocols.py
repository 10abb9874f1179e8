"""Rules about one protocol by itself: its attributes and its __delete__ message."""

from __future__ import annotations

from ipdl import diagnostics, prelude
from ipdl.model import Protocol, Unit
from ipdl.reporter import Reporter
from ipdl.source import Span


def _attribute(protocol: Protocol, name: str) -> Span:
    return protocol.attribute_spans.get(name, protocol.span)


def managed_protocol_has_delete(unit: Unit, reporter: Reporter) -> None:
    protocol = unit.protocol
    if protocol is None or protocol.toplevel or protocol.incomplete:
        return
    if protocol.delete_message is None:
        reporter.report(diagnostics.no_delete(protocol.name), protocol.span)


def other_pid_is_for_toplevel(unit: Unit, reporter: Reporter) -> None:
    protocol = unit.protocol
    if protocol is not None and protocol.needs_other_pid and not protocol.toplevel:
        problem = diagnostics.needs_other_pid_on_managed(protocol.name)
        reporter.report(problem, _attribute(protocol, "NeedsOtherPid"))


def manual_dealloc_is_for_leaves(unit: Unit, reporter: Reporter) -> None:
    """Not for top-level protocols, which nobody allocates, nor for managers."""
    protocol = unit.protocol
    if protocol is None or not protocol.manual_dealloc:
        return
    place = _attribute(protocol, "ManualDealloc")
    if protocol.toplevel and not protocol.incomplete:
        reporter.report(diagnostics.manual_dealloc_on_toplevel(protocol.name), place)
    elif protocol.manages:
        reporter.report(diagnostics.manual_dealloc_on_manager(protocol.name), place)


def toplevel_names_child_process(unit: Unit, reporter: Reporter) -> None:
    """Where the prelude has no default for it."""
    protocol = unit.protocol
    if protocol is None or not protocol.toplevel or protocol.incomplete:
        return
    if protocol.child_proc is None and "ChildProc" not in protocol.attribute_spans:
        choices = ", ".join(f"`{name}`" for name in prelude.load(unit.prelude).processes)
        reporter.report(diagnostics.no_child_proc(protocol.name, choices), protocol.span)


RULES = (
    managed_protocol_has_delete,
    other_pid_is_for_toplevel,
    manual_dealloc_is_for_leaves,
    toplevel_names_child_process,
)
