"""Which types of the language are one type in C++, so that a union cannot tell them apart.

Two answers: by the names of builtin types alone, which is so in every C++ that they may be mapped to
(`int` and `int32_t`), and by the types to which this compiler's prelude maps them (Gecko's
`nsresult` is ours a `uint32_t`). Asked by `check.types` and by the emitter.
"""

from __future__ import annotations

from collections.abc import Callable

from ipdl.model import Array, Builtin, BuiltinEntry, Imported, Map, Optional, Type, UniquePtr
from ipdl.type_facts import spelling

_SAME = {
    name: group[0]
    for group in (
        ("int16_t", "short"),
        ("int32_t", "int"),
        ("int64_t", "long", "ssize_t", "intptr_t"),
        ("uint64_t", "size_t", "uintptr_t"),
    )
    for name in group
}


def by_name(type_: Type) -> str:
    """Equal for types that are one in C++, whatever the prelude makes of builtin names."""
    return _key(type_, lambda entry: _SAME.get(entry.name, entry.name))


def by_prelude(type_: Type) -> str:
    """Equal for types that are one in the C++ that this compiler writes."""
    return _key(type_, lambda entry: _SAME.get(entry.cxx, entry.cxx))


def _key(type_: Type, name: Callable[[BuiltinEntry], str]) -> str:
    if isinstance(type_, Builtin):
        return name(type_.entry)
    if isinstance(type_, Imported):
        return "::" + type_.using.cxx  # nullable or not: both are a RefPtr
    if isinstance(type_, Array):
        return _key(type_.base, name) + "[]"
    if isinstance(type_, Optional):
        return _key(type_.base, name) + "?"
    if isinstance(type_, UniquePtr):
        return f"UniquePtr<{_key(type_.base, name)}>"
    if isinstance(type_, Map):
        return f"map<{_key(type_.key, name)}, {_key(type_.base, name)}>"
    return spelling(type_).removeprefix("nullable ")
