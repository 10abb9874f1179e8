"""Diagnostics 09xx: the language of old. Reported by `legacy`."""

from ipdl.diagnostics.table import error


@error(
    901, "`{written}` was removed from the language", help="write `{modern}` before the declaration"
)
def legacy_qualifier(written: str, modern: str) -> None:
    ...


@error(
    902,
    "`{word}` was removed from the language",
    help="write `sync` if the sender must wait, else `async` with `returns`",
)
def legacy_semantics(word: str) -> None:
    ...


@error(903, "the suffix `{word}` was removed from the language", help="{modern}")
def legacy_suffix(word: str, modern: str) -> None:
    ...


@error(
    904,
    "`{word}` was removed from the language",
    help="make a pair of endpoints (`CreateEndpoints`) and send each where it belongs as "
    "`Endpoint<PFooParent>` or `Endpoint<PFooChild>`",
)
def legacy_channel(word: str) -> None:
    ...


@error(
    905,
    "state machines were removed from the language; found state `{name}`",
    help="remove the states and transitions; let the receiver's code refuse what comes too early",
)
def legacy_state(name: str) -> None:
    ...


@error(
    906,
    "states of actors were removed from the language; found `{actor}:{state}`",
    help="write `{actor}`",
)
def legacy_actor_state(actor: str, state: str) -> None:
    ...


@error(
    908,
    "`refcounted` before a protocol was removed from the language",
    help="remove it: all actors are reference counted, unless [ManualDealloc] says otherwise",
)
def legacy_refcounted() -> None:
    ...


@error(
    907,
    "`{written}` was removed from the language",
    help="write `async __delete__();` in protocol {name} itself",
)
def legacy_destructor(written: str, name: str) -> None:
    ...
