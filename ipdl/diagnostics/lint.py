"""Diagnostics 08xx: what is allowed, but seldom meant. Reported by `lint`; all are warnings."""

from ipdl.diagnostics.table import warning


@warning(
    801,
    "message `{name}` is not written in CamelCase",
    help="its methods are `Send{name}` and `Recv{name}`; call it `{better}`",
)
def message_not_camel_case(name: str, better: str) -> None:
    ...


@warning(802, "{kind} `{name}` is not written in CamelCase", help="call it `{better}`")
def type_not_camel_case(kind: str, name: str, better: str) -> None:
    ...


@warning(
    803,
    "`{name}` is written in {style}, but most names of this file in {other}",
    help="call it `{better}`",
)
def mixed_names(name: str, style: str, other: str, better: str) -> None:
    ...


@warning(
    804,
    "the methods of message `{name}` are called `Send{name}` and `Recv{name}`",
    help="say what happens, not that it is sent: `{better}`",
)
def message_named_send(name: str, better: str) -> None:
    ...


@warning(
    811,
    "nothing makes an actor of `{name}`",
    help="declare its constructor in {manager}: `async {name}();`, or send a "
    "`ManagedEndpoint<{name}Parent>`; if other files do that, name them too",
)
def nobody_constructs(name: str, manager: str) -> None:
    ...


@warning(
    812,
    "the parent waits for the child in sync message `{name}`",
    help="make it async with `returns (...)`: a child that does not answer stops its parent",
)
def parent_waits(name: str) -> None:
    ...


@warning(
    813,
    "the child decides how many elements {what} has",
    help="write `[MaxLength=...]` before it: the most that a receiver can need",
)
def unbounded_length(what: str) -> None:
    ...


@warning(
    814,
    "the child decides how long {what} is",
    help="write `[MaxBytes=...]` before it: the most that a receiver can need",
)
def unbounded_bytes(what: str) -> None:
    ...


@warning(
    821,
    "no message of this file uses {kind} `{name}`",
    help="remove it; if other protocols need it, move it to a header (.ipdlh)",
)
def unused_declaration(kind: str, name: str) -> None:
    ...


@warning(
    822,
    "{kind} `{name}` has no doc comment",
    help="write `/// What it is for.` on the line above",
)
def undocumented(kind: str, name: str) -> None:
    ...
