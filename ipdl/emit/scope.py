"""How a C++ entity has to be spelled at a place so that lookup finds just that entity.

A place is a namespace, or a class in it with its member names. The rules:

* What the compiler declares itself (structs, unions, actor classes) is written short if nothing
  between the place and the entity hides it, else from the root: `Point`, `::demo::Point`.
* `ipdl` and imported C++ types are always written from the root. Some `app::ipdl` is likely, and
  the file that declares it may be one that this unit never sees.
* `std` and `absl` are written short unless a namespace or type of that name is visible.

Template arguments count as places like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ipdl.emit.names import cxx_name
from ipdl.model import Namespace, Unit

IPDL = "::ipdl"


def cxx_namespace(namespace: Namespace) -> Namespace:
    return tuple(cxx_name(part) for part in namespace)


def reachable(unit: Unit) -> list[Unit]:
    """The unit and everything it includes, directly or not, each once, in order of discovery."""
    found = {unit}
    queue = [unit]
    for current in queue:
        for other in current.includes:
            if other not in found:
                found.add(other)
                queue.append(other)
    return queue


@dataclass(frozen=True)
class Declared:
    """What generated code declares, under C++ names: namespaces, structs, unions, enums, constants,
    actor classes."""

    entities: frozenset[tuple[Namespace, str]]
    names: frozenset[str]  # the second halves alone


# The caches hold what one run of the command line needs; a unit never changes once it is resolved.
@lru_cache(maxsize=1024)
def _declared_in(unit: Unit) -> frozenset[tuple[Namespace, str]]:
    declared: set[tuple[Namespace, str]] = set()

    def declare(namespace: Namespace, *names: str) -> None:
        spelled = cxx_namespace(namespace)
        declared.update((spelled, name) for name in names)
        declared.update((spelled[:depth], part) for depth, part in enumerate(spelled))

    for each in (*unit.types, *unit.enums, *unit.constants):
        declare(each.namespace, cxx_name(each.name))
    if unit.protocol is not None:
        name = unit.protocol.name
        declare(unit.protocol.namespace, cxx_name(name), name + "Parent", name + "Child")
    return frozenset(declared)


@lru_cache(maxsize=1024)
def declared_names(unit: Unit) -> Declared:
    """Of the unit and of all that it includes."""
    entities = frozenset().union(*map(_declared_in, reachable(unit)))
    return Declared(entities, frozenset(name for _, name in entities))


@dataclass(frozen=True)
class Scope:
    """A place: the C++ namespace, and the names that the class around it declares or inherits."""

    namespace: Namespace
    declared: Declared
    members: tuple[frozenset[str], ...] = ()  # of the class, of what is inside it

    def inside(self, members: Iterable[str]) -> Scope:
        """The scope of a class or function at this place."""
        return Scope(self.namespace, self.declared, (*self.members, frozenset(members)))

    def own(self, namespace: Namespace, name: str) -> str:
        """A generated entity, given by its names in the .ipdl."""
        home = cxx_namespace(namespace)
        spelled = cxx_name(name)
        depth = len(home)
        between = (self.namespace[:d] for d in range(depth + 1, len(self.namespace) + 1))
        hidden = any(spelled in names for names in self.members) or any(
            (ns, spelled) in self.declared.entities for ns in between
        )
        if self.namespace[:depth] == home and not hidden:
            return spelled
        return "::" + "::".join((*home, spelled))

    def library(self, text: str) -> str:
        """A type as a prelude or this package writes it: `std::string`, `ipdl::ByteBuf`."""
        root, separator, _ = text.partition("::")
        if not separator:
            return text
        if root not in ("std", "absl"):
            return "::" + text
        hidden = any(
            (self.namespace[:depth], root) in self.declared.entities
            for depth in range(1, len(self.namespace) + 1)
        )
        return "::" + text if hidden else text


def namespace_scope(unit: Unit, namespace: Namespace) -> Scope:
    return Scope(cxx_namespace(namespace), declared_names(unit))
