"""Signature strings: the types of a message's values in the short form by which the message log
prints them from the bytes alone.

The letters are defined beside MessageInfo in glue/protocol.h; a string is `name:type,name:type`.
"""

from __future__ import annotations

from ipdl.emit.enum import underlying
from ipdl.model import (
    Actor,
    Aggregate,
    Array,
    Builtin,
    BuiltinEntry,
    Category,
    Endpoint,
    ManagedEndpoint,
    EnumType,
    Map,
    Optional,
    Param,
    StructType,
    Type,
    UnionType,
    UniquePtr,
)

# By the C++ type, because a prelude may call it anything. All platforms have 64-bit addresses; the
# size of `long` differs between them, so it is opaque.
_LETTERS = {
    "bool": "b",
    "char": "c",
    "short": "i16",
    "int": "i32",
    "float": "f32",
    "double": "f64",
    "int8_t": "i8",
    "int16_t": "i16",
    "int32_t": "i32",
    "int64_t": "i64",
    "intptr_t": "i64",
    "ssize_t": "i64",
    "uint8_t": "u8",
    "uint16_t": "u16",
    "uint32_t": "u32",
    "uint64_t": "u64",
    "uintptr_t": "u64",
    "size_t": "u64",
    "std::string": "s",
    "std::u16string": "w",
}
OPAQUE = "."

# An argument with more parts than this is opaque: nobody reads it, and it would be repeated in the
# entry of every message that takes it.
MOST_PARTS = 200


def signature(params: list[Param]) -> str:
    return ",".join(f"{param.name}:{_Signature().bounded(param.type)}" for param in params)


class _Signature:
    """Of one argument."""

    def __init__(self) -> None:
        self._parts = 0

    def bounded(self, type_: Type) -> str:
        text = self._text(type_, ())
        return text if self._parts <= MOST_PARTS else OPAQUE

    def _text(self, type_: Type, inside: tuple[Aggregate, ...]) -> str:
        self._parts += 1
        if self._parts > MOST_PARTS:
            return OPAQUE
        if isinstance(type_, Builtin):
            return _builtin(type_)
        if isinstance(type_, Array):
            return "*" + self._text(type_.base, inside)
        if isinstance(type_, Optional):
            return "?" + self._text(type_.base, inside)
        if isinstance(type_, UniquePtr):
            return "^" + self._text(type_.base, inside)
        if isinstance(type_, Map):  # an array of pairs has the same bytes
            key, value = self._text(type_.key, inside), self._text(type_.base, inside)
            return f"*{{key:{key},value:{value}}}"
        if isinstance(type_, EnumType):
            return _letter(underlying(type_.enum))
        if isinstance(type_, Actor):
            return "A"
        if isinstance(type_, Endpoint):
            return "E"
        if isinstance(type_, ManagedEndpoint):
            return "N"
        if isinstance(type_, StructType) and type_.struct not in inside:
            inside += (type_.struct,)
            fields = [f"{f.name}:{self._text(f.type, inside)}" for f in type_.struct.fields]
            return "{" + (",".join(fields) or EMPTY_STRUCT) + "}"
        if isinstance(type_, UnionType) and type_.union not in inside:
            inside += (type_.union,)
            return "<" + "|".join(self._text(c.type, inside) for c in type_.union.components) + ">"
        return OPAQUE


# A struct without fields is one zero byte (see `traits`).
EMPTY_STRUCT = "_:u8"


def _builtin(type_: Builtin) -> str:
    entry = type_.entry
    if entry.category is Category.HANDLE:
        return "h"
    if entry.category is Category.SHMEM:
        return "M"
    if entry.category is Category.PIPE:
        return "P"
    if entry.category is Category.BYTES:
        return "B"
    return _letter(entry)


def _letter(entry: BuiltinEntry) -> str:
    return _LETTERS.get(entry.cxx, OPAQUE)
