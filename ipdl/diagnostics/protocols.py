"""Diagnostics 03xx: protocols and their managers. Reported by `resolve` and `check.protocols`."""

from ipdl.diagnostics.table import error, warning


@error(
    301,
    "protocol `{name}` does not begin with `P`",
    help="call it `P{name}`: the classes that implement it are then `{name}Parent` and `{name}Child`",
)
def protocol_without_p(name: str) -> None:
    ...


@error(302, "`{name}` is named twice as a manager of `{protocol}`", help="remove one")
def duplicate_manager(name: str, protocol: str) -> None:
    ...


@error(
    303,
    "`{name}`, the manager of `{protocol}`, is not declared",
    help="write `include protocol {name};`",
)
def unknown_manager(name: str, protocol: str) -> None:
    ...


@error(304, "`{name}` cannot manage `{protocol}`: it is {kind}, not a protocol")
def manager_is_no_protocol(name: str, protocol: str, kind: str) -> None:
    ...


@error(
    305,
    "`{name}`, managed by `{protocol}`, is not declared",
    help="write `include protocol {name};`",
)
def unknown_managed(name: str, protocol: str) -> None:
    ...


@error(306, "`{protocol}` cannot manage `{name}`: it is {kind}, not a protocol")
def managed_is_no_protocol(name: str, protocol: str, kind: str) -> None:
    ...


@error(
    307,
    "managed protocol `{name}` has no `__delete__` message",
    help="write `async __delete__();` under the label of the side that is told: "
    "`child:` if the parent deletes, `both:` if either may",
)
def no_delete(name: str) -> None:
    ...


@error(
    308,
    "[NeedsOtherPid] applies to top-level protocols only; `{name}` has a manager",
    help="write it before the top-level protocol of the tree",
)
def needs_other_pid_on_managed(name: str) -> None:
    ...


@error(
    309,
    "top-level protocol `{name}` cannot be [ManualDealloc]",
    help="only a manager can allocate and free an actor by hand",
)
def manual_dealloc_on_toplevel(name: str) -> None:
    ...


@error(
    310,
    "top-level protocol `{name}` must say in which kind of process its child side lives",
    help="write `[ChildProc=...]` before it: one of {choices}",
)
def no_child_proc(name: str, choices: str) -> None:
    ...


@error(
    311,
    "[ManualDealloc] protocol `{name}` cannot manage others",
    help="its managees would outlive it: remove [ManualDealloc], so that it is reference counted",
)
def manual_dealloc_on_manager(name: str) -> None:
    ...


@error(
    312,
    "protocol `{name}` needs more powerful send semantics than its manager `{manager}` has",
    help="{hint}",
)
def stronger_than_manager(name: str, manager: str, hint: str) -> None:
    ...


@error(
    313,
    "protocols manage each other in a circle: {cycle}",
    help="only a protocol that also has another manager may manage itself; no other circle is allowed",
)
def management_cycle(cycle: str) -> None:
    ...


@error(
    314,
    "protocol `{name}` is managed by itself alone, so no first actor can be made",
    help="name another manager too: `manager PRoot or {name};`",
)
def managed_by_itself_only(name: str) -> None:
    ...


@error(
    315,
    "`{protocol}` manages `{name}`, but `{name}` does not name it as a manager",
    help="write `manager {protocol};` in {name}, or remove this",
)
def managed_disagrees(protocol: str, name: str) -> None:
    ...


@error(
    316,
    "`{name}` is named as the manager of `{protocol}`, but does not manage it",
    help="write `manages {protocol};` in {name}, or remove this",
)
def manager_disagrees(protocol: str, name: str) -> None:
    ...


@error(317, "`{name}` is named twice as managed by `{protocol}`", help="remove one")
def duplicate_managed(name: str, protocol: str) -> None:
    ...


@warning(
    318,
    "the {side} side of `{name}` may live in {kinds}, and that of its manager `{manager}` only in "
    "{manager_kinds}",
    help="an actor lives where its manager lives: let the two have a kind of process in common",
)
def processes_disjoint(side: str, name: str, kinds: str, manager: str, manager_kinds: str) -> None:
    ...
