"""Values of constants and enums as C++ literals, so that no compiler warns of any of them."""

from __future__ import annotations

import re
import struct

from ipdl.model import BuiltinEntry, Category

_INT64_MAX = (1 << 63) - 1


def integer(value: int, written: str = "") -> str:
    """`written`: as in the .ipdl; a hexadecimal number stays one."""
    if value == -_INT64_MAX - 1:
        return f"-{_INT64_MAX} - 1"  # there are no negative literals, and its positive is too large
    text = written if written.startswith(("0x", "0X")) else str(value)
    return text + "u" if value > _INT64_MAX else text


def constant(entry: BuiltinEntry, value: bool | int | float | str, written: str) -> str:
    """The initialiser of a constant of the type."""
    if entry.category is Category.STRING:
        assert isinstance(value, str)
        return _string(value, wide="u16" in entry.cxx)
    if isinstance(value, bool):
        return "true" if value else "false"
    if entry.category is Category.FLOAT:
        assert not isinstance(value, str)
        if entry.cxx != "float":
            return repr(float(value))
        (single,) = struct.unpack("f", struct.pack("f", value))
        # Compilers warn of a literal that is too small to be anything but zero.
        return f"{float(value)!r}f" if single else "0.0f"
    assert isinstance(value, int)
    return integer(value, written)


def _string(value: str, wide: bool) -> str:
    prefix = "u" if wide else ""
    quoted = prefix + '"' + without_trigraphs("".join(_sign(sign, wide) for sign in value)) + '"'
    if "\0" not in value:
        return quoted
    # As an array of known length: as a pointer, it would end at the zero.
    length = len(value.encode("utf-16-le")) // 2 if wide else len(value.encode("utf-8"))
    return f"{{{quoted}, {length}}}"


def without_trigraphs(text: str) -> str:
    """Of two question marks the second is escaped: compilers warn of `??<` and its like."""
    return re.sub(r"(?<=\?)\?", r"\\?", text)


def _sign(sign: str, wide: bool) -> str:
    if sign in '"\\':
        return "\\" + sign
    if " " <= sign <= "~":
        return sign
    if not wide:
        return "".join(f"\\{byte:03o}" for byte in sign.encode("utf-8"))
    if ord(sign) < 0xA0:  # a universal name cannot stand for these
        return f"\\{ord(sign):03o}"
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
