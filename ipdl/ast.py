"""The syntax tree: what was written, in the order in which it was written, with its places.

No meaning: a type is a name, an attribute is a word. Made by `tree_builder`, read by `loader` and
`resolve`. Nodes are immutable. `incomplete` marks a node from which error recovery dropped
something, so that later stages do not complain about what is missing from it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ipdl.source import Name, SourceFile, Span


class ValueKind(enum.Enum):
    WORD = "word"  # `true`, `kMax`, `inside_sync`
    STRING = "string"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Value:
    """What stands behind a `=`."""

    kind: ValueKind
    text: str  # as written; of a string, without its quotes
    span: Span


@dataclass(frozen=True, slots=True)
class Attribute:
    """`Name`, `Name=word`, `Name=16` or `Name="string"`."""

    name: Name
    value: Value | None
    span: Span


Attributes = tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class NamedType:
    """`Foo`, `nullable PFoo`, `Endpoint<PFooParent>`; the name has no blanks in it. An empty name
    stands for one that was refused already."""

    name: Name
    nullable: bool
    span: Span


class Wrapper(enum.Enum):
    ARRAY = "[]"
    OPTIONAL = "?"
    UNIQUE_PTR = "UniquePtr"


@dataclass(frozen=True, slots=True)
class WrappedType:
    wrapper: Wrapper
    base: TypeExpr
    depth: int  # how many wrappers, counting this one
    span: Span


@dataclass(frozen=True, slots=True)
class MapType:
    """`map<K, V>`"""

    key: TypeExpr
    base: TypeExpr
    depth: int  # how many wrappers, counting this one
    span: Span


TypeExpr = NamedType | WrappedType | MapType


@dataclass(frozen=True, slots=True)
class CxxInclude:
    """`include "header.h"`"""

    header: str
    span: Span


@dataclass(frozen=True, slots=True)
class Include:
    """`include Name` or `include protocol PName`"""

    name: Name
    is_protocol: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Using:
    attributes: Attributes
    kind: str  # "", "class" or "struct"
    path: tuple[str, ...]  # the C++ name's components; the last is the short name
    name: Name  # the last component with its place
    header: str
    span: Span
    doc: str


@dataclass(frozen=True, slots=True)
class Field:
    attributes: Attributes
    type: TypeExpr
    name: Name
    doc: str


@dataclass(frozen=True, slots=True)
class Struct:
    attributes: Attributes
    name: Name
    fields: tuple[Field, ...]
    incomplete: bool
    doc: str


@dataclass(frozen=True, slots=True)
class Component:
    attributes: Attributes
    type: TypeExpr
    doc: str


@dataclass(frozen=True, slots=True)
class Union:
    attributes: Attributes
    name: Name
    components: tuple[Component, ...]
    incomplete: bool
    doc: str


@dataclass(frozen=True, slots=True)
class Enumerator:
    name: Name
    value: Value | None  # None: one more than the one before it
    doc: str


@dataclass(frozen=True, slots=True)
class Enum:
    """`enum E : uint8_t { A, B = 4 }`"""

    attributes: Attributes
    name: Name
    underlying: Name | None  # None: left out, which has been reported
    values: tuple[Enumerator, ...]
    incomplete: bool
    doc: str


@dataclass(frozen=True, slots=True)
class Constant:
    """`const uint32_t kMax = 16`"""

    attributes: Attributes
    type: TypeExpr
    name: Name
    value: Value
    doc: str


@dataclass(frozen=True, slots=True)
class Param:
    attributes: Attributes
    type: TypeExpr
    name: Name
    doc: str


@dataclass(frozen=True, slots=True)
class Message:
    attributes: Attributes
    direction: str  # "parent", "child" or "both": the label in force
    sync: bool
    name: Name
    params: tuple[Param, ...]
    returns: tuple[Param, ...] | None  # None: no `returns`
    doc: str


@dataclass(frozen=True, slots=True)
class Protocol:
    attributes: Attributes
    sync: bool
    name: Name
    managers: tuple[Name, ...]
    manages: tuple[Name, ...]
    messages: tuple[Message, ...]
    incomplete: bool
    doc: str


@dataclass(frozen=True, slots=True)
class Namespace:
    name: Name
    items: tuple[Item, ...]
    depth: int  # of the namespaces in it, counting this one
    incomplete: bool


Item = CxxInclude | Include | Using | Namespace | Struct | Union | Enum | Constant | Protocol


@dataclass(frozen=True, slots=True)
class File:
    source: SourceFile
    items: tuple[Item, ...]
    incomplete: bool  # some declaration at this level was dropped, so names may be missing
