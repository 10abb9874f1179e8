"""What has a place in the pages, and its address as seen from one page."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

from ipdl.model import Aggregate, Constant, Enum, Message, Protocol, Unit, Using

INDEX = "index.html"
STYLE_SHEET = "ipdl.css"

Declared = Aggregate | Enum | Constant


def page_of(unit: Unit) -> str:
    """The name of its file. The source's kind stays in it: PFoo.ipdl and PFoo.ipdlh are two files."""
    return f"{unit.basename}.html"


def anchor(declared: Declared | Using | Message) -> str:
    """Its id on its page."""
    if isinstance(declared, Message):
        return f"message-{declared.name}"
    return f"{type(declared).__name__.lower()}-{declared.name}".replace("<", "-").replace(">", "")


class Links:
    """The addresses of everything in a set of files."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._importers: dict[Using, Unit] = {}
        self._by_name: dict[str, set[str]] = {}
        self._here: dict[str, str] = {}
        for unit in units:
            for using in unit.usings:
                self._importers[using] = unit
            declared: list[Declared] = [*unit.types, *unit.enums, *unit.constants]
            for one in declared:
                self._name(one.name, self.declared(one))
            if unit.protocol is not None:
                self._name(unit.protocol.name, self.protocol(unit.protocol))
                for message in unit.protocol.messages:
                    if not message.ctor_of and not message.is_delete:
                        target = f"{page_of(unit)}#{anchor(message)}"
                        self._name(f"{unit.protocol.name}::{message.name}", target)

    def _name(self, name: str, target: str) -> None:
        self._by_name.setdefault(name, set()).add(target)

    def declared(self, declared: Declared) -> str:
        return f"{page_of(declared.unit)}#{anchor(declared)}"

    def imported(self, using: Using) -> str:
        return f"{page_of(self._importers[using])}#{anchor(using)}"

    def protocol(self, protocol: Protocol) -> str:
        return page_of(protocol.unit)

    def seen_from(self, unit: Unit) -> Links:
        """The same, where a protocol's own messages can be named without it."""
        links = copy(self)
        if unit.protocol is not None:
            links._here = {
                message.name: f"#{anchor(message)}"
                for message in unit.protocol.messages
                if not message.ctor_of
            }
        return links

    def named(self, name: str) -> str | None:
        """Of a name in a comment: `Place`, `PShelf`, `PShelf::Find`; None unless it means one thing."""
        if name in self._here:
            return self._here[name]
        targets = self._by_name.get(name, set())
        return next(iter(targets)) if len(targets) == 1 else None
