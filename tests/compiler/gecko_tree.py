"""A tree of .ipdl files in the style of a browser's: hundreds of files in many directories, from a seed.

Our own text; nothing of it stands in any browser. In it is what such trees have: protocols that
manage each other through cyclic includes, headers that build on headers, imported types of each
kind, actors, endpoints and shared memory as arguments, every attribute, a list of the sync messages
and message metadata. The same arguments give the same text; `ipdl check` must have nothing to say.

    python3 tests/compiler/gecko_tree.py DIRECTORY [PROTOCOLS [SEED]]     writes such a tree

Used by test_gecko.py.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass, field
from pathlib import Path

DIRECTORIES = [
    "dom/media/ipc",
    "dom/storage",
    "gfx/layers/ipc",
    "gfx/vr/ipc",
    "ipc/glue",
    "netwerk/ipc",
    "toolkit/components/extensions",
    "widget",
]
_BUILTINS = (
    "bool int32_t uint32_t int64_t uint64_t uint8_t float double nsString nsCString nsresult size_t "
    "intptr_t char"
).split()
_LICENCE = """\
/* -*- Mode: C++; tab-width: 8; indent-tabs-mode: nil; c-basic-offset: 2 -*- */
// Text in the style of a browser's, made by a script.

"""
_NAMES = "aWidth aHeight aUri aId aFlags aData aState aToken aRect aKey aReason aIndex".split()
_VERBS = (
    "Open Close Notify Update Create Destroy Register Set Clear Request Flush Invalidate".split()
)


@dataclass(frozen=True)
class Type:
    text: str
    header: str = ""  # the header that declares it
    protocol: str = ""  # the protocol that must be included for it


@dataclass
class Header:
    name: str
    includes: list[Header] = field(default_factory=list)
    usings: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    types: list[Type] = field(default_factory=list)


@dataclass
class Protocol:
    name: str
    sync: bool
    nesting: int  # up to: 0 not, 1 inside_sync, 2 inside_cpow
    managers: list[Protocol] = field(default_factory=list)
    manages: list[Protocol] = field(default_factory=list)
    root: Protocol | None = None


class Tree:
    """The files by path, and the two lists."""

    def __init__(self, protocols: int = 200, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self.files: dict[str, str] = {}
        self.sync_list: list[str] = []
        self.metadata: list[str] = []
        self._headers = self._make_headers(max(4, protocols // 4))
        self._protocols = self._make_protocols(protocols)
        for protocol in self._protocols:
            self._write_protocol(protocol)

    def write(self, directory: Path) -> None:
        lists = {"sync-messages.ini": self.sync_list, "message-metadata.ini": self.metadata}
        texts = self.files | {name: "\n".join(lines) + "\n" for name, lines in lists.items()}
        for name, text in texts.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_text(text, encoding="utf-8")

    def _file(self, name: str, text: str) -> None:
        self.files[f"{self._chance.choice(DIRECTORIES)}/{name}"] = _LICENCE + text

    # --- Headers -------------------------------------------------------------------------------

    def _make_headers(self, count: int) -> list[Header]:
        headers: list[Header] = []
        for number in range(count):
            header = Header(f"Types{number}")
            self._add_usings(header, number)
            for index in range(self._chance.randint(2, 5)):
                self._add_struct(header, f"Info{number}x{index}", headers)
            self._add_union(header, number)
            headers.append(header)
            includes = "".join(f"include {other.name};\n" for other in header.includes)
            usings = "\n".join(header.usings)
            body = "\n".join(header.body)
            text = (
                f"{includes}\n{usings}\n\nnamespace mozilla {{\nnamespace dom {{\n{body}\n}}\n}}\n"
            )
            self._file(header.name + ".ipdlh", text)
        return headers

    def _add_usings(self, header: Header, number: int) -> None:
        forms = [
            ("", "using mozilla::{0} from"),
            ("", "using struct mozilla::dom::{0} from"),
            ("", "using class mozilla::{0} from"),
            ("[MoveOnly] ", "using class mozilla::{0} from"),
            ("[MoveOnly=data] ", "using mozilla::{0} from"),
            ("[MoveOnly=send] ", "using struct mozilla::{0} from"),
            ("[RefCounted] ", "using class mozilla::{0} from"),
        ]
        for index, (attributes, form) in enumerate(self._chance.sample(forms, 3)):
            name = f"Native{number}x{index}"
            header.usings.append(f'{attributes}{form.format(name)} "mozilla/{name}.h";')
            counted = "RefCounted" in attributes
            header.types.append(Type(f"nullable {name}" if counted else name, header.name))
        header.usings.append(f'using mozilla::Ring<float> from "mozilla/Ring{number}.h";')
        header.types.append(Type("Ring<float>", header.name))

    def _add_struct(self, header: Header, name: str, others: list[Header]) -> None:
        fields = []
        for index in range(self._chance.randint(0, 6)):
            type_ = self._value(header, others)
            fields.append(f"  {type_} {self._chance.choice(_NAMES)[1:].lower()}{index};")
        header.body.append(f"struct {name}\n{{\n" + "\n".join(fields) + "\n};\n")
        header.types.append(Type(name, header.name))

    def _add_union(self, header: Header, number: int) -> None:
        """Recursive, through itself and through a struct."""
        name, pair = f"Variant{number}", f"Pair{number}"
        header.body.append(f"struct {pair} {{ nsString key; {name} value; }};\n")
        own = next(t for t in header.types if t.text.startswith("Info"))
        header.body.append(
            f"union {name} {{\n  nsresult;\n  {own.text};\n  nsCString;\n  {pair}[];\n  {name}[];\n}};\n"
        )
        header.types.append(Type(name, header.name))

    def _value(self, header: Header, others: list[Header]) -> str:
        if self._chance.random() < 0.5 or not (header.types or others):
            return self._wrapped(self._chance.choice(_BUILTINS))
        pool = header.types
        if others and self._chance.random() < 0.4:
            other = self._chance.choice(others)
            if other not in header.includes:
                header.includes.append(other)
            pool = other.types
        return self._wrapped(self._chance.choice(pool).text if pool else "Shmem")

    def _wrapped(self, type_: str) -> str:
        form = self._chance.choice(["{}"] * 6 + ["{}[]", "{}?", "{}[]?", "{}?[]", "UniquePtr<{}>"])
        return form.format(type_)

    # --- Protocols -----------------------------------------------------------------------------

    def _make_protocols(self, count: int) -> list[Protocol]:
        made: list[Protocol] = []
        for number in range(count):
            candidates = [p for p in made if len(p.manages) < 8]
            if number % 12 == 0 or not candidates:
                protocol = Protocol(f"PTop{number}", True, self._chance.choice([0, 1, 2]))
                protocol.root = protocol
                made.append(protocol)
                continue
            manager = self._chance.choice(candidates)
            sync = manager.sync and self._chance.random() < 0.5
            nesting = self._chance.randint(0, manager.nesting) if sync else 0
            protocol = Protocol(f"PItem{number}", sync, nesting, [manager], root=manager.root)
            manager.manages.append(protocol)
            others = [p for p in candidates if p.root is manager.root and p is not manager]
            stronger = [p for p in others if p.sync >= sync and p.nesting >= nesting]
            if stronger and self._chance.random() < 0.2:
                second = self._chance.choice(stronger)
                protocol.managers.append(second)
                second.manages.append(protocol)
            if self._chance.random() < 0.05:
                protocol.managers.append(protocol)
                protocol.manages.append(protocol)
            made.append(protocol)
        return made

    def _write_protocol(self, protocol: Protocol) -> None:
        headers = self._chance.sample(self._headers, min(3, len(self._headers)))
        used: set[str] = set()
        messages: dict[str, list[str]] = {"parent": [], "child": [], "both": []}
        for managed in protocol.manages:
            if self._chance.random() < 0.8:
                params = self._params(protocol, headers, used)
                side = self._chance.choice(["parent", "child"])
                messages[side].append(f"async {managed.name}({params});")
                self.metadata += [f"[{protocol.name}::{managed.name}Constructor]"]
                self.metadata += ["segment_capacity = 128", ""]
        for number in range(self._chance.randint(1, 12)):
            side = self._chance.choice(["parent", "parent", "child", "child", "both"])
            name = f"{self._chance.choice(_VERBS)}{number}"
            messages[side].append(self._message(protocol, side, name, headers, used))
        if not protocol.root is protocol:
            messages[self._chance.choice(list(messages))].append("async __delete__();")
        needed = {other.name for other in (*protocol.managers, *protocol.manages)} | used
        lines = [f"include protocol {name};" for name in sorted(needed) if name.startswith("P")]
        lines = [line for line in lines if line != f"include protocol {protocol.name};"]
        lines += [f"include {name};" for name in sorted(needed) if name.startswith("Types")]
        lines += [f'include "mozilla/dom/{protocol.name[1:]}.h";', ""]
        lines += ["namespace mozilla {", "namespace dom {", ""]
        lines += [*self._head(protocol), "{"]
        if protocol.managers:
            names = " or ".join(manager.name for manager in protocol.managers)
            lines += [f"  manager {names};"]
        lines += [f"  manages {managed.name};" for managed in protocol.manages]
        for label, texts in messages.items():
            lines += [f"\n{label}:"] if texts else []
            for text in texts:
                lines += [f"  // What {label} is told.", f"  {text}"]
        lines += ["};", "", "} // namespace dom", "} // namespace mozilla"]
        self._file(protocol.name + ".ipdl", "\n".join(lines) + "\n")

    def _head(self, protocol: Protocol) -> list[str]:
        attributes = []
        if protocol.root is protocol:
            attributes.append("ChildProc=" + self._chance.choice(["any", "anychild", "Content"]))
            if self._chance.random() < 0.3:
                attributes.append("NeedsOtherPid")
        elif not protocol.manages and self._chance.random() < 0.1:
            attributes.append("ManualDealloc")
        if self._chance.random() < 0.2:
            attributes.append("ChildImpl=virtual")
        if self._chance.random() < 0.2:
            attributes.append(f'ParentImpl="{protocol.name[1:]}"')
        if protocol.nesting:
            attributes.append("NestedUpTo=" + ("inside_sync", "inside_cpow")[protocol.nesting - 1])
        head = f"{'sync ' if protocol.sync else self._chance.choice(['', 'async '])}protocol "
        return ([f"[{', '.join(attributes)}]"] if attributes else []) + [head + protocol.name]

    def _message(
        self, protocol: Protocol, side: str, name: str, headers: list[Header], used: set[str]
    ) -> str:
        params = self._params(protocol, headers, used)
        returns = ""
        if self._chance.random() < 0.4:
            returns = f" returns ({self._params(protocol, headers, used, 'Out')})"
        if protocol.sync and self._chance.random() < 0.3:
            attributes = ""
            if protocol.nesting and self._chance.random() < 0.5:
                attributes = "[Nested=inside_sync] "
            if side == "parent" or attributes:
                self.sync_list += [f"[{protocol.name}::{name}]", "description = it always was", ""]
                return f"{attributes}sync {name}({params}){returns};"
        attributes = self._chance.choice(
            ["", "", "", "[Compress] ", "[Compress=all] ", "[LazySend] ", "[Priority=input] "]
            + (["[ReplyPriority=control, Priority=vsync] "] if returns else [])
            + (["[Tainted] "] if side == "parent" else [])
            + (["[Nested=inside_cpow] "] if side == "parent" and protocol.nesting == 2 else [])
            + ["[VirtualSendImpl] "]
        )
        if attributes == "[Tainted] " and params:
            params = "[NoTaint=passback] " + params
        return f"{attributes}async {name}({params}){returns};"

    def _params(
        self, protocol: Protocol, headers: list[Header], used: set[str], tail: str = ""
    ) -> str:
        params = []
        for index in range(self._chance.randint(0, 4)):
            type_ = self._argument(protocol, headers)
            used.update(filter(None, (type_.header, type_.protocol)))
            params.append(f"{type_.text} {self._chance.choice(_NAMES)}{index}{tail}")
        return ", ".join(params)

    def _argument(self, protocol: Protocol, headers: list[Header]) -> Type:
        pick = self._chance.random()
        if pick < 0.5:
            return Type(self._wrapped(self._chance.choice(_BUILTINS)))
        if pick < 0.6:
            return Type(self._chance.choice(["Shmem", "ByteBuf", "FileDescriptor?", "Shmem[]"]))
        if pick < 0.7:
            relatives = [p for p in (*protocol.managers, *protocol.manages) if p.managers]
            if relatives:
                actor = self._chance.choice(relatives).name
                forms = ["{}", "nullable {}", "{}[]", "nullable {}[]?", "ManagedEndpoint<{}Child>"]
                return Type(self._chance.choice(forms).format(actor), protocol=actor)
        if pick < 0.75:
            other = self._chance.choice([p for p in self._protocols if p.root is p]).name
            side = self._chance.choice(["Parent", "Child"])
            return Type(f"Endpoint<{other}{side}>", protocol=other)
        header = self._chance.choice(headers)
        type_ = self._chance.choice(header.types)
        return Type(self._wrapped(type_.text), header.name)


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 3:
        print(__doc__)
        return 2
    Tree(*map(int, arguments[1:])).write(Path(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
