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
from dataclasses import dataclass, field

from ipdl.emit.names import cxx_name
from ipdl.model import Namespace, Unit

IPDL = "::ipdl"


def cxx_namespace(namespace: Namespace) -> Namespace:
    return tuple(cxx_name(part) for part in namespace)


def reachable(unit: Unit) -> list[Unit]:
    """The unit and everything it includes, directly or not, each once, in order of discovery."""
    found = [unit]
    for current in found:
        found.extend(other for other in current.includes if other not in found)
    return found


def declared_names(unit: Unit) -> frozenset[tuple[Namespace, str]]:
    """(namespace, name) of every type and namespace that code generated for the unit, or for what
    it includes, declares. All names are C++ names."""
    declared: set[tuple[Namespace, str]] = set()

    def declare(namespace: Namespace, name: str) -> None:
        spelled = cxx_namespace(namespace)
        declared.add((spelled, name))
        declared.update((spelled[:depth], part) for depth, part in enumerate(spelled))

    for each in reachable(unit):
        for aggregate in each.types:
            declare(aggregate.namespace, cxx_name(aggregate.name))
        if each.protocol is not None:
            name = each.protocol.name
            for generated in (cxx_name(name), name + "Parent", name + "Child"):
                declare(each.protocol.namespace, generated)
    return frozenset(declared)


@dataclass(frozen=True)
class Scope:
    """A place: the C++ namespace, and the names that the class around it declares or inherits."""

    namespace: Namespace
    declared: frozenset[tuple[Namespace, str]]
    members: frozenset[str] = field(default=frozenset())

    def inside(self, members: Iterable[str]) -> Scope:
        """The scope of a class at this place."""
        return Scope(self.namespace, self.declared, self.members | frozenset(members))

    def own(self, namespace: Namespace, name: str) -> str:
        """A generated entity, given by its names in the .ipdl."""
        home = cxx_namespace(namespace)
        spelled = cxx_name(name)
        depth = len(home)
        between = (self.namespace[:d] for d in range(depth + 1, len(self.namespace) + 1))
        hidden = spelled in self.members or any((ns, spelled) in self.declared for ns in between)
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
            (self.namespace[:depth], root) in self.declared
            for depth in range(1, len(self.namespace) + 1)
        )
        return "::" + text if hidden else text


def namespace_scope(unit: Unit, namespace: Namespace) -> Scope:
    return Scope(cxx_namespace(namespace), declared_names(unit))
