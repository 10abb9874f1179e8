"""Diagnostics 02xx: names and types. Reported by `scope`, `resolve`, `resolve_types`, `check.types`."""

from ipdl.diagnostics.table import error


@error(
    201,
    "`{name}` is already the name of {kind}",
    help="choose another name: nothing that is visible may be declared again",
)
def redeclaration(name: str, kind: str) -> None:
    ...


@error(
    203,
    "C++ type `{name}` is [RefCounted] in one `using` and not in another",
    help="write the same attributes each time",
)
def inconsistent_refcounted(name: str) -> None:
    ...


@error(
    204,
    "C++ type `{name}` is [MoveOnly] in different ways in two `using` statements",
    help="write the same attributes each time",
)
def inconsistent_move_only(name: str) -> None:
    ...


@error(
    205,
    "`{name}` cannot be nullable",
    help="only actors and [RefCounted] types can; write `{name}?` for a value that may be absent",
)
def not_nullable(name: str) -> None:
    ...


@error(207, "struct `{struct}` has a field of unknown type `{type}`", help="{hint}")
def unknown_field_type(struct: str, type: str, hint: str) -> None:
    ...


@error(208, "union `{union}` has a component of unknown type `{type}`", help="{hint}")
def unknown_component_type(union: str, type: str, hint: str) -> None:
    ...


@error(209, "message `{message}` has {role} of unknown type `{type}`", help="{hint}")
def unknown_parameter_type(message: str, role: str, type: str, hint: str) -> None:
    ...


@error(
    210,
    "struct `{name}` contains itself",
    help="arrays, optionals and UniquePtr do not help: recursion must pass through a union that "
    "has a component without it",
)
def struct_contains_itself(name: str) -> None:
    ...


@error(
    211,
    "every component of union `{name}` contains the union itself",
    help="give it a component that does not, so that a value can end",
)
def union_contains_itself(name: str) -> None:
    ...


@error(
    212,
    "union `{union}` has the component `{type}` twice",
    help="remove one, or wrap one in a struct so that a reader can tell them apart",
)
def duplicate_component(union: str, type: str) -> None:
    ...


@error(
    213,
    "`{type}` cannot exist: protocol `{protocol}` is managed",
    help="write `Managed{type}`; only a top-level protocol has a channel of its own",
)
def endpoint_of_managed(type: str, protocol: str) -> None:
    ...


@error(
    214,
    "`{type}` cannot exist: protocol `{protocol}` has no manager",
    help="write `{plain}`; a top-level protocol has a channel of its own",
)
def managed_endpoint_of_toplevel(type: str, protocol: str, plain: str) -> None:
    ...


@error(
    215,
    "`{name}` is [Comparable], but values of type `{type}` cannot be compared",
    help="{hint}",
)
def not_comparable(name: str, type: str, hint: str) -> None:
    ...
