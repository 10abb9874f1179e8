"""Questions about resolved types that the checks and the emitter both ask.

Facts only, no C++ text and no diagnostics. All functions are total on error-free units; on a type
that recurses through a union they answer without looping.
"""

from __future__ import annotations

from collections.abc import Iterator

from ipdl.model import (
    Actor,
    Aggregate,
    Array,
    Builtin,
    Category,
    Endpoint,
    EnumType,
    Field,
    Holds,
    Imported,
    ManagedEndpoint,
    Map,
    MoveOnly,
    Optional,
    Struct,
    StructType,
    Type,
    UnionType,
    UniquePtr,
    Unit,
    WRAPPERS,
)


def spelling(type_: Type) -> str:
    """The type as an author writes it: `nullable PFoo[]?`."""
    if isinstance(type_, Builtin):
        return type_.entry.name
    if isinstance(type_, Imported):
        return ("nullable " if type_.nullable else "") + type_.using.name
    if isinstance(type_, StructType):
        return type_.struct.name
    if isinstance(type_, UnionType):
        return type_.union.name
    if isinstance(type_, EnumType):
        return type_.enum.name
    if isinstance(type_, Actor):
        return ("nullable " if type_.nullable else "") + type_.protocol.name
    if isinstance(type_, Endpoint):
        return f"Endpoint<{type_.protocol.actor_class(type_.side)}>"
    if isinstance(type_, ManagedEndpoint):
        return f"ManagedEndpoint<{type_.protocol.actor_class(type_.side)}>"
    if isinstance(type_, Array):
        return spelling(type_.base) + "[]"
    if isinstance(type_, Optional):
        return spelling(type_.base) + "?"
    if isinstance(type_, UniquePtr):
        return f"UniquePtr<{spelling(type_.base)}>"
    if isinstance(type_, Map):
        return f"map<{spelling(type_.key)}, {spelling(type_.base)}>"
    return "?"


def aggregate_of(type_: Type) -> Aggregate | None:
    """The struct or union that a type names, if it names one directly."""
    if isinstance(type_, StructType):
        return type_.struct
    if isinstance(type_, UnionType):
        return type_.union
    return None


def members(aggregate: Aggregate) -> list[Field]:
    """A struct's fields or a union's components, in order."""
    return aggregate.fields if isinstance(aggregate, Struct) else aggregate.components


def member_types(aggregate: Aggregate) -> list[Type]:
    return [member.type for member in members(aggregate)]


def contained(aggregate: Aggregate) -> list[Aggregate]:
    """The structs and unions of which it has members, in whatever wrappers."""
    bases = [aggregate_of(unwrapped(type_)) for type_ in member_types(aggregate)]
    return [base for base in bases if base is not None]


def unwrapped(type_: Type) -> Type:
    """The type inside all arrays, optionals, UniquePtrs, and what maps hold under their keys."""
    while isinstance(type_, WRAPPERS):
        type_ = type_.base
    return type_


def map_keys(type_: Type) -> Iterator[Type]:
    """The key types of the maps among a type's wrappers, from the outside in."""
    while isinstance(type_, WRAPPERS):
        if isinstance(type_, Map):
            yield type_.key
        type_ = type_.base


def has_length(type_: Type) -> bool:
    """May it be [MaxLength]? The length is that of the outermost array or map."""
    while isinstance(type_, (Optional, UniquePtr)):
        type_ = type_.base
    return isinstance(type_, (Array, Map))


def has_bytes(type_: Type) -> bool:
    """May it be [MaxBytes]? The bytes are those of each string or ByteBuf in its wrappers."""

    def bytes_(part: Type) -> bool:
        return isinstance(part, Builtin) and part.entry.category in (
            Category.STRING,
            Category.BYTES,
        )

    return bytes_(unwrapped(type_)) or any(map(bytes_, map_keys(type_)))


def walk(*types: Type) -> Iterator[Type]:
    """Everything that values of these types can contain: the types themselves, what their wrappers
    hold, and the members of structs and unions, each aggregate entered once."""
    seen: set[Aggregate] = set()
    stack = list(reversed(types))
    while stack:
        current = stack.pop()
        yield current
        if isinstance(current, WRAPPERS):
            stack.append(current.base)
        if isinstance(current, Map):
            stack.append(current.key)
        aggregate = aggregate_of(current)
        if aggregate is not None and aggregate not in seen:
            seen.add(aggregate)
            stack.extend(reversed(member_types(aggregate)))


def holds(type_: Type) -> Holds:
    """What a value of the type has in it. Of structs and unions it was worked out before, see
    `contents`, so that this takes no time however large they are."""
    found = Holds.NOTHING
    stack = [type_]
    while stack:
        current = stack.pop()
        if isinstance(current, WRAPPERS):
            stack.append(current.base)
        if isinstance(current, Map):
            stack.append(current.key)
        aggregate = aggregate_of(current)
        found |= _own(current) if aggregate is None else aggregate.holds & ~Holds.ITSELF
    return found


def _own(part: Type) -> Holds:
    """What is so of the type itself, whatever is inside."""
    if isinstance(part, Builtin):
        found = Holds.MOVE_ONLY | Holds.CONSUMED if part.entry.move_only else Holds.NOTHING
        return found | Holds.HANDLE if part.entry.category.is_handle else found
    if isinstance(part, Imported):
        return _IMPORTED[part.using.move_only]
    if isinstance(part, Endpoint):
        return Holds.MOVE_ONLY | Holds.CONSUMED | Holds.ENDPOINT
    if isinstance(part, ManagedEndpoint):
        return Holds.MOVE_ONLY | Holds.CONSUMED | Holds.MANAGED_ENDPOINT
    if isinstance(part, UniquePtr):
        return Holds.MOVE_ONLY
    return Holds.ACTOR if isinstance(part, Actor) else Holds.NOTHING


_IMPORTED = {
    MoveOnly.NO: Holds.NOTHING,
    MoveOnly.DATA: Holds.MOVE_ONLY,
    MoveOnly.SEND: Holds.CONSUMED,
    MoveOnly.ALWAYS: Holds.MOVE_ONLY | Holds.CONSUMED,
}


def is_move_only(type_: Type) -> bool:
    """The C++ value cannot be copied. (It may still be sent by const reference: UniquePtr<T>,
    `[MoveOnly=data]`; see `consumed_by_send`.)"""
    return Holds.MOVE_ONLY in holds(type_)


def consumed_by_send(type_: Type) -> bool:
    """Sending takes the value (`T&&`) instead of reading it."""
    return Holds.CONSUMED in holds(type_)


def carries_handles(type_: Type) -> bool:
    """A handle may travel with the value: handle types, Shmem, data pipes. Imported C++ types are
    opaque to the compiler and count as carrying none."""
    return Holds.HANDLE in holds(type_)


def carries_endpoint(type_: Type) -> bool:
    """A whole channel end may travel with the value: `Endpoint<...>`."""
    return Holds.ENDPOINT in holds(type_)


def carries_actor(type_: Type) -> bool:
    """Reading the value needs the actor table of its channel: actor references, and
    ManagedEndpoints."""
    return bool(holds(type_) & (Holds.ACTOR | Holds.MANAGED_ENDPOINT))


def is_comparable(type_: Type) -> bool:
    """C++ `==` is there for the value, as far as the compiler can see: imported types are taken
    at their word, structs and unions have it if they say [Comparable]."""

    def comparable(part: Type) -> bool:
        aggregate = aggregate_of(part)
        if aggregate is not None:
            return aggregate.comparable
        if isinstance(part, Builtin):
            return not part.entry.category.is_handle
        return not isinstance(part, (Endpoint, ManagedEndpoint, UniquePtr))

    while isinstance(type_, (Array, Optional, Map)):
        type_ = type_.base  # keys can always be compared
    return comparable(type_)


def definition_order(unit: Unit) -> list[Aggregate]:
    """The unit's own structs and unions so ordered that each follows those which it holds by
    value. Otherwise source order. A boxed component of a union does not count as held."""
    order: list[Aggregate] = []
    done: set[Aggregate] = set()
    own = set(unit.types)

    def held(aggregate: Aggregate) -> list[Aggregate]:
        types = member_types(aggregate)
        if not isinstance(aggregate, Struct):
            types = [t for t, boxed in zip(types, aggregate.boxed) if not boxed]
        bases = (aggregate_of(unwrapped(t)) for t in types)
        return [base for base in bases if base is not None and base in own]

    for root in unit.types:
        # Depth first without recursion: an aggregate is emitted when it is met the second time.
        stack: list[tuple[Aggregate, bool]] = [(root, False)]
        open_: set[Aggregate] = set()
        while stack:
            aggregate, finished = stack.pop()
            if finished:
                if aggregate not in done:
                    done.add(aggregate)
                    order.append(aggregate)
                continue
            if aggregate in done or aggregate in open_:
                continue
            open_.add(aggregate)
            stack.append((aggregate, True))
            stack.extend((base, False) for base in reversed(held(aggregate)))
    return order
