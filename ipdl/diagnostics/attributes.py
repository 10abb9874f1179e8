"""Diagnostics 05xx: attributes. Reported by `attributes` and `check.bounds`."""

from ipdl.diagnostics.table import error


@error(501, "`{name}` is not an attribute of {place}", help="{hint}")
def unknown_attribute(name: str, place: str, hint: str) -> None:
    ...


@error(502, "attribute `{name}` takes no value", help="write `[{name}]`")
def attribute_takes_no_value(name: str) -> None:
    ...


@error(503, "`{value}` is not a value of attribute `{name}`", help="it takes {choices}")
def invalid_attribute_value(name: str, value: str, choices: str) -> None:
    ...


@error(504, "attribute `{name}` needs a value", help="it takes {choices}")
def attribute_needs_value(name: str, choices: str) -> None:
    ...


@error(
    505,
    "[{name}={number}] is out of range",
    help="a bound goes from {least} to {greatest}",
)
def bound_out_of_range(name: str, number: int, least: int, greatest: int) -> None:
    ...


@error(506, "[{name}] means nothing for type `{type}`", help="{hint}")
def bound_of_nothing(name: str, type: str, hint: str) -> None:
    ...
