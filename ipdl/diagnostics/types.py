"""Diagnostics 02xx: names and types. Reported by `scope`, `resolve`, `resolve_types`,
`resolve_values` and `check`."""

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


@error(
    216,
    "`{type}` cannot be the type of enum `{enum}`",
    help="it takes an integer type that has one size everywhere: {choices}",
)
def not_an_enum_type(type: str, enum: str, choices: str) -> None:
    ...


@error(217, "enum `{enum}` has the value `{name}` twice", help="remove one, or rename it")
def duplicate_enumerator(name: str, enum: str) -> None:
    ...


@error(
    218,
    "`{name}` has the number {value}, which `{other}` has already",
    help="give each value a number of its own, so that a receiver can tell them apart",
)
def duplicate_enum_value(name: str, value: int, other: str) -> None:
    ...


@error(
    219,
    "`{name}` has the number {value}, which does not fit into `{type}`",
    help="`{type}` goes from {least} to {greatest}: use a larger type, or another number",
)
def enum_value_out_of_range(name: str, value: int, type: str, least: int, greatest: int) -> None:
    ...


@error(220, "constant `{constant}` has the unknown type `{type}`", help="{hint}")
def unknown_constant_type(constant: str, type: str, hint: str) -> None:
    ...


@error(
    221,
    "a constant cannot be of type `{type}`",
    help="it can be a bool, a number or a string of the builtin types",
)
def not_a_constant_type(type: str) -> None:
    ...


@error(222, "`{value}` is not a value of type `{type}`", help="write {wanted}")
def wrong_constant_value(value: str, type: str, wanted: str) -> None:
    ...


@error(223, "no constant `{name}` is known here", help="{hint}")
def unknown_constant(name: str, hint: str) -> None:
    ...


@error(224, "`{name}` is {kind}, not a constant", help="write a number, or the name of a constant")
def not_a_constant(name: str, kind: str) -> None:
    ...


@error(
    225,
    "constant `{name}` is defined by itself",
    help="one constant of the circle needs a value that is written out",
)
def circular_constant(name: str) -> None:
    ...


@error(226, "`{value}` is not an integer", help="write an integer, or the name of such a constant")
def not_an_integer(value: str) -> None:
    ...


@error(
    227,
    "`{type}` cannot be the key of a map",
    help="keys are integers, bool, strings or enums, which have an order; for others write an array "
    "of structs",
)
def bad_map_key(type: str) -> None:
    ...


@error(
    228,
    "union `{union}` has the components `{first}` and `{second}`, which are one type in C++",
    help="remove one, or wrap one in a struct so that a reader can tell them apart",
)
def components_are_one_type(union: str, first: str, second: str) -> None:
    ...


@error(
    229,
    "union `{name}` is directly one of its own components",
    help="remove it: the inner union could be the value itself; `{name}[]` and `{name}?` are allowed",
)
def union_is_own_component(name: str) -> None:
    ...
