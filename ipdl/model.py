"""The resolved model: what a translation unit means, every name bound to what it names.

Not the syntax tree (`ast`): there are no identifiers to look up here, attributes are typed
fields, and a constructor message knows the protocol that it constructs. Built by `resolve`,
judged by `check`, turned into C++ by `emit`. Questions about types ("may this be copied?") are
answered in `type_facts`; the protocol hash is in `fingerprint`.

Graph nodes (Unit, Protocol, Message, Struct, Union, Enum, Constant, Using) refer to each other in cycles, so they
are compared by identity and filled in by the resolver; nobody else assigns to them. Types are
immutable values: two equal types compare equal.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Optional as Maybe
from typing import Union as AnyOf

from ipdl.source import SourceFile, Span

Namespace = tuple[str, ...]


def qualify(namespace: Namespace, name: str) -> str:
    """`a::b::Name`, without a leading `::`."""
    return "::".join((*namespace, name))


# --- What a prelude provides ---------------------------------------------------------------------


class Category(enum.Enum):
    """What a builtin type is, in so far as the compiler or the emitter cares."""

    BOOL = "bool"
    INTEGER = "integer"
    FLOAT = "float"
    STRING = "string"  # text: std::string or std::u16string, passed as a view
    BYTES = "bytes"  # ipdl::ByteBuf
    HANDLE = "handle"  # a kernel handle: file descriptor, Windows handle, Mach right
    SHMEM = "shmem"  # a mapped segment, itself backed by a handle
    PIPE = "pipe"  # an end of a data pipe

    @property
    def is_handle(self) -> bool:
        """A handle travels with the value, which cannot be compared."""
        return self in (Category.HANDLE, Category.SHMEM, Category.PIPE)


class Passing(enum.Enum):
    """How a builtin value goes into SendX."""

    VALUE = "value"  # T
    CONST_REF = "ref"  # const T&
    VIEW = "view"  # `BuiltinEntry.view`, for example std::string_view
    MOVE = "move"  # T&&: sending consumes it


@dataclass(frozen=True)
class BuiltinEntry:
    """One line of a prelude: a type name that needs no declaration."""

    name: str  # in .ipdl: "string"
    cxx: str  # in C++: "std::string"
    header: str  # operand of #include with its quotes or brackets, "" if none is needed
    category: Category
    passing: Passing
    view: str = ""  # C++ parameter type if passing is VIEW
    view_header: str = ""  # what `view` needs included, "" if nothing more

    @property
    def move_only(self) -> bool:
        return self.passing is Passing.MOVE


@dataclass(frozen=True)
class ProcessSet:
    """The kinds of process in which one side of a protocol may live."""

    name: str  # as written: "any", "anychild", "Child"
    kinds: tuple[str, ...]  # the kinds that it stands for, in the prelude's order


class Holds(enum.Flag):
    """What a value has in it, at any depth."""

    NOTHING = 0
    MOVE_ONLY = enum.auto()  # what C++ cannot copy
    CONSUMED = enum.auto()  # what sending takes
    HANDLE = enum.auto()  # a handle: handle types, Shmem, data pipes
    ENDPOINT = enum.auto()
    MANAGED_ENDPOINT = enum.auto()
    ACTOR = enum.auto()
    ITSELF = enum.auto()  # another value of the same struct or union


# --- Types ---------------------------------------------------------------------------------------


class Side(enum.Enum):
    PARENT = "parent"
    CHILD = "child"

    @property
    def suffix(self) -> str:
        """`Parent` or `Child`, as in PFooParent."""
        return self.value.capitalize()

    @property
    def other(self) -> Side:
        return Side.CHILD if self is Side.PARENT else Side.PARENT


@dataclass(frozen=True)
class Builtin:
    """A type of the prelude."""

    entry: BuiltinEntry


@dataclass(frozen=True)
class Imported:
    """A C++ type named by `using`. `nullable` is possible only if the using is refcounted."""

    using: Using
    nullable: bool = False


@dataclass(frozen=True)
class StructType:
    """A use of a struct; the declaration is `Struct`."""

    struct: Struct


@dataclass(frozen=True)
class UnionType:
    """A use of a union; the declaration is `Union`."""

    union: Union


@dataclass(frozen=True)
class EnumType:
    """A use of an enum; the declaration is `Enum`."""

    enum: Enum


@dataclass(frozen=True)
class Actor:
    """A reference to an actor of the same tree; on the wire, its id."""

    protocol: Protocol
    nullable: bool = False


@dataclass(frozen=True)
class Endpoint:
    """`Endpoint<PFooSide>`: one end of a new channel for a top-level protocol. Move-only."""

    protocol: Protocol
    side: Side


@dataclass(frozen=True)
class ManagedEndpoint:
    """`ManagedEndpoint<PFooSide>`: one end of a managed actor on this channel. Move-only."""

    protocol: Protocol
    side: Side


@dataclass(frozen=True)
class Array:
    """`T[]`"""

    base: Type


@dataclass(frozen=True)
class Optional:
    """`T?`"""

    base: Type


@dataclass(frozen=True)
class UniquePtr:
    """`UniquePtr<T>`; may always be null."""

    base: Type


@dataclass(frozen=True)
class Map:
    """`map<K, V>`. As a wrapper it holds its values; its keys have no parts."""

    key: Type
    base: Type


@dataclass(frozen=True)
class Unresolved:
    """Stands where a name could not be resolved, so that later checks keep silent about it.

    Present only in units with errors: emitters never see it.
    """


Type = AnyOf[
    Builtin,
    Imported,
    StructType,
    UnionType,
    EnumType,
    Actor,
    Endpoint,
    ManagedEndpoint,
    Array,
    Optional,
    UniquePtr,
    Map,
    Unresolved,
]

WRAPPERS = (Array, Optional, UniquePtr, Map)


# --- Declarations --------------------------------------------------------------------------------


class UsingKind(enum.Enum):
    PLAIN = "plain"  # enum, typedef, template: its header is needed wherever the name is
    CLASS = "class"  # may be forward declared as `class`
    STRUCT = "struct"  # may be forward declared as `struct`


class MoveOnly(enum.Enum):
    NO = "no"
    ALWAYS = "always"  # [MoveOnly]: move-only everywhere
    DATA = "data"  # [MoveOnly=data]: move-only, but may be sent by const&
    SEND = "send"  # [MoveOnly=send]: copyable, but sending consumes it


@dataclass(eq=False, repr=False)
class Using:
    """`using class a::b::T from "hdr.h";`"""

    namespace: Namespace  # ("a", "b")
    name: str  # "T", with its template argument if it has one: "CopyableTArray<int>"
    header: str  # "hdr.h", without quotes
    kind: UsingKind
    move_only: MoveOnly
    refcounted: bool
    span: Span
    doc: str = ""

    @property
    def cxx(self) -> str:
        return qualify(self.namespace, self.name)


@dataclass(frozen=True)
class Bound:
    """`[MaxLength=16]`: a limit on what a peer may send."""

    limit: int
    written: str  # "16", or the constant's name
    span: Span


@dataclass(frozen=True)
class Bounds:
    """Of one field, component, parameter or result; what they count is in `type_facts`."""

    max_length: Maybe[Bound] = None  # [MaxLength]: elements of the outermost array or map
    max_bytes: Maybe[Bound] = None  # [MaxBytes]: bytes of each string or ByteBuf


NO_BOUNDS = Bounds()


@dataclass(eq=False, repr=False)
class Field:
    """A field of a struct, or a component of a union (then `name` is empty)."""

    name: str
    type: Type
    span: Span  # the name, or for a component its type
    type_span: Span
    doc: str = ""
    bounds: Bounds = NO_BOUNDS


@dataclass(eq=False, repr=False)
class Struct:
    name: str
    namespace: Namespace
    unit: Unit  # where it is defined
    span: Span
    comparable: bool = False
    doc: str = ""
    fields: list[Field] = field(default_factory=list)
    holds: Holds = Holds.NOTHING

    @property
    def qualified(self) -> str:
        return qualify(self.namespace, self.name)


@dataclass(eq=False, repr=False)
class Union:
    name: str
    namespace: Namespace
    unit: Unit  # where it is defined
    span: Span
    comparable: bool = False
    doc: str = ""
    components: list[Field] = field(default_factory=list)
    # Per component: does it contain this union again, through whatever structs, unions and wrappers?
    # Such an alternative has to be held through a pointer.
    boxed: list[bool] = field(default_factory=list)
    holds: Holds = Holds.NOTHING

    @property
    def qualified(self) -> str:
        return qualify(self.namespace, self.name)

    @property
    def recursive(self) -> bool:
        return any(self.boxed)


Aggregate = AnyOf[Struct, Union]


@dataclass(eq=False, repr=False)
class Enumerator:
    name: str
    value: int
    span: Span  # the name
    doc: str = ""


@dataclass(eq=False, repr=False)
class Enum:
    """`enum E : uint8_t { A, B = 4 };`"""

    name: str
    namespace: Namespace
    unit: Unit  # where it is defined
    span: Span
    doc: str = ""
    underlying: Maybe[BuiltinEntry] = None  # None only where there are errors
    values: list[Enumerator] = field(default_factory=list)  # in source order

    @property
    def qualified(self) -> str:
        return qualify(self.namespace, self.name)


@dataclass(eq=False, repr=False)
class Constant:
    """`const uint32_t kMax = 16;`"""

    name: str
    namespace: Namespace
    unit: Unit  # where it is defined
    span: Span
    doc: str = ""
    type: Maybe[BuiltinEntry] = None  # None only where there are errors
    value: Maybe[AnyOf[bool, int, float, str]] = None  # likewise
    written: str = ""  # the literal: "0x10", "true", "2.5"; of a string, without its quotes

    @property
    def qualified(self) -> str:
        return qualify(self.namespace, self.name)


class Nesting(enum.IntEnum):
    NOT = 0
    INSIDE_SYNC = 1
    INSIDE_CPOW = 2

    @property
    def spelling(self) -> str:
        return self.name.lower()


class Direction(enum.Enum):
    """Who receives: `parent:` is sent by the child and received by the parent."""

    PARENT = "parent"
    CHILD = "child"
    BOTH = "both"

    @property
    def receivers(self) -> tuple[Side, ...]:
        if self is Direction.BOTH:
            return (Side.PARENT, Side.CHILD)
        return (Side(self.value),)

    @property
    def senders(self) -> tuple[Side, ...]:
        return tuple(side.other for side in reversed(self.receivers))


class Compress(enum.Enum):
    NO = "no"
    ADJACENT = "adjacent"  # [Compress]: only the newest of consecutive ones
    ALL = "all"  # [Compress=all]: only the newest of all that are queued


class Priority(enum.Enum):
    NORMAL = "normal"
    INPUT = "input"
    VSYNC = "vsync"
    MEDIUMHIGH = "mediumhigh"
    CONTROL = "control"
    LOW = "low"


class NoTaint(enum.Enum):
    PASSBACK = "passback"
    ALLVALID = "allvalid"


@dataclass(eq=False, repr=False)
class Param:
    name: str
    type: Type
    span: Span  # the name
    type_span: Span
    no_taint: Maybe[NoTaint] = None
    doc: str = ""
    bounds: Bounds = NO_BOUNDS


@dataclass(eq=False, repr=False)
class Message:
    """A message as declared. Both directions of a `both:` message are one Message."""

    name: str  # as declared: a constructor of PBar is called "PBar"
    direction: Direction
    sync: bool
    span: Span  # the name
    has_returns: bool = False  # `returns` was written, even if with an empty list
    params: list[Param] = field(default_factory=list)
    returns: list[Param] = field(default_factory=list)
    ctor_of: Maybe[Protocol] = None
    compress: Compress = Compress.NO
    priority: Priority = Priority.NORMAL
    reply_priority: Priority = Priority.NORMAL
    nested: Nesting = Nesting.NOT
    tainted: bool = False
    virtual_send: bool = False
    lazy: bool = False
    doc: str = ""
    attribute_spans: dict[str, Span] = field(default_factory=dict)  # by the attribute's name

    @property
    def is_delete(self) -> bool:
        return self.name == "__delete__"

    @property
    def cxx_name(self) -> str:
        """What follows Send and Recv: a constructor's is `PBarConstructor`."""
        return self.name + "Constructor" if self.ctor_of else self.name

    @property
    def has_reply(self) -> bool:
        """Does the receiver answer? True for sync messages, and for async ones with returns."""
        return self.sync or self.has_returns


class ImplKind(enum.Enum):
    DEFAULT = "default"  # class FooParent beside PFooParent, in header FooParent.h
    VIRTUAL = "virtual"  # pure virtual RecvX in the base class
    CLASS = "class"  # the named class; the .ipdl includes its header itself


@dataclass(frozen=True)
class Impl:
    kind: ImplKind = ImplKind.DEFAULT
    class_name: str = ""  # if CLASS: "ns::Class"


@dataclass(eq=False, repr=False)
class Protocol:
    name: str
    namespace: Namespace
    unit: Unit
    span: Span
    doc: str = ""
    sync: bool = False
    managers: list[Protocol] = field(default_factory=list)
    manages: list[Protocol] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    manual_dealloc: bool = False
    needs_other_pid: bool = False
    nested_up_to: Nesting = Nesting.NOT
    parent_impl: Impl = Impl()
    child_impl: Impl = Impl()
    # None: as the manager's. Never None on a top-level protocol without errors.
    parent_proc: Maybe[ProcessSet] = None
    child_proc: Maybe[ProcessSet] = None
    # For the checks: where things were written, and whether recovery dropped some of the body.
    manager_spans: list[Span] = field(default_factory=list)  # in step with `managers`
    manages_spans: list[Span] = field(default_factory=list)  # in step with `manages`
    attribute_spans: dict[str, Span] = field(default_factory=dict)  # by the attribute's name
    names_manager: bool = False  # `manager` was written, whether or not the names were found
    incomplete: bool = False

    @property
    def toplevel(self) -> bool:
        return not self.names_manager

    @property
    def qualified(self) -> str:
        return qualify(self.namespace, self.name)

    def impl(self, side: Side) -> Impl:
        return self.parent_impl if side is Side.PARENT else self.child_impl

    def proc(self, side: Side) -> Maybe[ProcessSet]:
        return self.parent_proc if side is Side.PARENT else self.child_proc

    def actor_class(self, side: Side) -> str:
        """`PFooParent` or `PFooChild`."""
        return self.name + side.suffix

    @property
    def delete_message(self) -> Maybe[Message]:
        return next((m for m in self.messages if m.is_delete), None)


class UnitKind(enum.Enum):
    PROTOCOL = "protocol"  # .ipdl
    HEADER = "header"  # .ipdlh

    @property
    def extension(self) -> str:
        return ".ipdl" if self is UnitKind.PROTOCOL else ".ipdlh"


# Forms of the language; a later one has rules that an earlier one had not.
EDITIONS = ("2024", "2025")
NEWEST_EDITION = EDITIONS[-1]


@dataclass(eq=False, repr=False)
class Unit:
    """One .ipdl or .ipdlh file, resolved."""

    name: str  # of the protocol, or the stem of the header's file; outputs are named after it
    kind: UnitKind
    file: SourceFile
    prelude: str  # "std" or "gecko"
    edition: str = NEWEST_EDITION  # one of EDITIONS
    protocol: Maybe[Protocol] = None
    types: list[Aggregate] = field(default_factory=list)  # defined here, in source order
    enums: list[Enum] = field(default_factory=list)  # defined here, in source order
    constants: list[Constant] = field(default_factory=list)  # defined here, in source order
    usings: list[Using] = field(default_factory=list)  # written here, in source order
    includes: list[Unit] = field(default_factory=list)  # written here, in source order
    cxx_includes: list[str] = field(default_factory=list)  # `include "x.h";`, in source order
    unused_includes: list[Span] = field(default_factory=list)  # names of files, for the checks
    incomplete: bool = False  # names may be missing: an include or a declaration was unreadable
    damaged: bool = False  # something was dropped inside a struct or union

    @property
    def basename(self) -> str:
        """`PFoo.ipdl`: names the source in generated code without a directory."""
        return self.name + self.kind.extension

    @property
    def included_headers(self) -> list[Unit]:
        return [unit for unit in self.includes if unit.kind is UnitKind.HEADER]

    @property
    def included_protocols(self) -> list[Protocol]:
        return [unit.protocol for unit in self.includes if unit.protocol is not None]

    @property
    def imported_types(self) -> list[Aggregate]:
        """Structs and unions that included headers define; includes are not transitive."""
        return [aggregate for unit in self.included_headers for aggregate in unit.types]

    @property
    def imported_usings(self) -> list[Using]:
        return [using for unit in self.included_headers for using in unit.usings]
