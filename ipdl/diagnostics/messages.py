"""Diagnostics 04xx: messages. Reported by `resolve` and `check.messages`."""

from ipdl.diagnostics.table import error, warning


@error(401, "message `{name}` has the name of {kind}", help="choose another name")
def message_named_like(name: str, kind: str) -> None:
    ...


@error(403, "`__delete__` must be async", help="write `async __delete__(...)`")
def sync_delete() -> None:
    ...


@error(
    404,
    "`__delete__` cannot return values",
    help="nobody is left to receive them: send them in a message before",
)
def delete_returns() -> None:
    ...


@error(405, "sync message `{name}` cannot be [LazySend]", help="its sender waits for the reply")
def lazy_sync(name: str) -> None:
    ...


@error(
    406,
    "sync message `{name}` cannot have [ReplyPriority]",
    help="the reply to a sync message goes to the waiting sender at once",
)
def reply_priority_on_sync(name: str) -> None:
    ...


@error(
    407,
    "message `{name}` has [ReplyPriority] but no reply",
    help="add `returns (...)`, or remove the attribute",
)
def reply_priority_without_reply(name: str) -> None:
    ...


@error(
    408,
    "parameter `{param}` has [NoTaint], but message `{message}` is not [Tainted]",
    help="write `[Tainted]` before the message, or remove the attribute",
)
def no_taint_without_tainted(param: str, message: str) -> None:
    ...


@error(
    409,
    "message `{name}` needs more powerful send semantics than its protocol `{protocol}` has",
    help="{hint}",
)
def stronger_than_protocol(name: str, protocol: str, hint: str) -> None:
    ...


@error(
    410,
    "message `{name}` is [Nested=inside_sync] and must be sync",
    help="only a sync message can be nested inside a sync one",
)
def inside_sync_not_sync(name: str) -> None:
    ...


@error(
    411,
    "message `{name}` is [Nested=inside_cpow] and cannot be sent from parent to child",
    help="declare it under `parent:`",
)
def inside_cpow_to_child(name: str) -> None:
    ...


@error(
    412,
    "sync message `{name}` cannot be sent from parent to child",
    help="make it async with `returns (...)`; the parent must not wait for a less trusted process",
)
def sync_to_child(name: str) -> None:
    ...


@error(
    413,
    "async constructor of `{name}` cannot return values",
    help="make it sync, or let the new actor send them in a message",
)
def async_constructor_returns(name: str) -> None:
    ...


@error(
    414,
    "constructor of `{name}` cannot be [Compress]",
    help="each constructor makes an actor; none may be dropped",
)
def compressed_constructor(name: str) -> None:
    ...


@error(
    415,
    "`__delete__` cannot be [Compress]",
    help="it is the last message of its actor; none may be dropped",
)
def compressed_delete() -> None:
    ...


@error(
    416,
    "sync message `{name}` cannot be [Compress]",
    help="its sender waits for the reply, so it cannot be dropped",
)
def compressed_sync(name: str) -> None:
    ...


@error(
    417,
    "message `{name}` would construct an actor that `{protocol}` does not manage",
    help="write `manages {name};`, or choose another name for the message",
)
def constructor_of_unmanaged(name: str, protocol: str) -> None:
    ...


@error(
    418,
    "message `{name}` has the name that the constructor of `{managed}` gets in C++",
    help="choose another name",
)
def constructor_name_taken(name: str, managed: str) -> None:
    ...


@warning(
    419,
    "message `{message}` of `{protocol}` carries a `{actor}`, but the two never share a channel",
    help="an actor can be sent only within its own tree; send an `Endpoint<...>` to connect others",
)
def actor_of_another_tree(message: str, protocol: str, actor: str) -> None:
    ...


@warning(
    420,
    "[Tainted] message `{name}` is received by the child, which trusts its parent",
    help="[Tainted] makes a receiver validate what a less trusted side sends; use it under `parent:`",
)
def tainted_from_parent(name: str) -> None:
    ...


@warning(
    421,
    "sync message `{name}` makes a child process wait for another child process",
    help="make it async with `returns (...)`: a child must not be able to stop another",
)
def sync_between_children(name: str) -> None:
    ...
