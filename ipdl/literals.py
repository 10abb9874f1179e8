"""What the literals of the language are worth: numbers, and which of them a builtin type can hold.

Data in, data out; who reports what is wrong is `resolve_values`.
"""

from __future__ import annotations

import math
import re

from ipdl.model import BuiltinEntry, Category

# Longer ones are no number that any type holds.
MOST_DIGITS = 64

_INTEGER = re.compile(r"-?(?:0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)")

# By the C++ type. `long` has 4 bytes on some platforms and counts as such; so does the sign of
# `char`, which is only sure of what both have.
_RANGES = {
    "char": (0, 127),
    "short": (-(1 << 15), (1 << 15) - 1),
    "int": (-(1 << 31), (1 << 31) - 1),
    "long": (-(1 << 31), (1 << 31) - 1),
    "ssize_t": (-(1 << 63), (1 << 63) - 1),
    "intptr_t": (-(1 << 63), (1 << 63) - 1),
    "size_t": (0, (1 << 64) - 1),
    "uintptr_t": (0, (1 << 64) - 1),
    **{f"int{bits}_t": (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}_t": (0, (1 << bits) - 1) for bits in (8, 16, 32, 64)},
}

_LARGEST_FLOAT = float.fromhex("0x1.fffffep+127")


def number(text: str) -> int | float | None:
    """`16`, `-0x10`, `2.5e3`; None if it is neither an integer nor a floating point number. A
    leading zero is refused, because C++ would read an octal number."""
    if len(text) > MOST_DIGITS:
        return None
    if _INTEGER.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    return None


def integer_range(entry: BuiltinEntry) -> tuple[int, int]:
    """The least and the greatest value of an integer type that are so on every platform."""
    return _RANGES[entry.cxx]


def holds(entry: BuiltinEntry, value: bool | int | float | str) -> bool:
    """Is the value one of the type? An integer is a floating point number as well."""
    if entry.category is Category.BOOL:
        return isinstance(value, bool)
    if entry.category is Category.STRING:
        return isinstance(value, str)
    if isinstance(value, (bool, str)):
        return False
    if entry.category is Category.INTEGER:
        least, greatest = integer_range(entry)
        return isinstance(value, int) and least <= value <= greatest
    if entry.category is Category.FLOAT:
        largest = _LARGEST_FLOAT if entry.cxx == "float" else float("1.7976931348623157e308")
        return math.isfinite(value) and abs(value) <= largest
    return False
