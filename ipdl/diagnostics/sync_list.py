"""Diagnostics 06xx: the list of allowed sync messages, and message metadata. Reported by
`section_file`, `sync_list` and `message_metadata`."""

from ipdl.diagnostics.table import error


@error(
    601,
    "sync message `{name}` is not in the list of allowed sync messages",
    help="make it async with `returns (...)`; if the sender really must wait, add `[{name}]` with a "
    "description of why to {list}",
)
def sync_not_allowed(name: str, list: str) -> None:
    ...


@error(602, "`{name}` is listed as a sync message, but it is async", help="remove it from the list")
def listed_but_async(name: str) -> None:
    ...


@error(
    603, "`{name}` is listed as a sync message, but does not exist", help="remove it from the list"
)
def listed_but_missing(name: str) -> None:
    ...


@error(
    604,
    "this line of the sync list cannot be understood",
    help="a section is `[PFoo::Message]`; in it are `description = why it must be sync` and perhaps "
    "`platform = which`",
)
def bad_sync_list_line() -> None:
    ...


@error(605, "`{name}` has no description", help="write `description = ` and why it must be sync")
def no_sync_description(name: str) -> None:
    ...


@error(606, "`{name}` is listed twice", help="remove one")
def listed_twice(name: str) -> None:
    ...


@error(
    607,
    "this line of the message metadata cannot be understood",
    help="a section is `[PFoo::Message]`; in it is `segment_capacity = ` and a number of bytes",
)
def bad_metadata_line() -> None:
    ...


@error(608, "`{name}` has metadata, but does not exist", help="{hint}")
def metadata_of_nothing(name: str, hint: str) -> None:
    ...


@error(609, "`{text}` is not a number of bytes", help="write a number from 1 to {most}")
def bad_segment_capacity(text: str, most: int) -> None:
    ...


@error(
    610,
    "`{name}` has no segment capacity",
    help="write `segment_capacity = ` and a number of bytes",
)
def no_segment_capacity(name: str) -> None:
    ...
