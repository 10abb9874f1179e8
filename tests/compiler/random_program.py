"""Programs that are right by construction: several files that include each other, of all that the
language has, for either prelude.

What is chosen is in the order of dependence: headers with constants, enums, structs and unions, then
protocols as trees; a file includes exactly what it uses. Attributes are chosen together with what they
demand of others. Names are never used twice. Types are made in `random_types`. Used by the property
tests and by the benchmark.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.compiler import random_layout
from tests.compiler.chance import Chance
from tests.compiler.random_types import File, Member, Types

LEVELS = ["not", "inside_sync", "inside_cpow"]
PRIORITIES = ["normal", "input", "vsync", "mediumhigh", "control"]
# What breaks generated code that does not take care.
HARD_NAMES = (
    "delete template operator default int_ std self actor result message writer reader".split()
)
HARD_NAMES += (
    "aResult Manager Id reply resolve reject ipdl value type key x_ kind this_ and not".split()
)


@dataclass(frozen=True)
class Program:
    files: dict[str, str]  # by their names, which are flat
    prelude: str
    sync_list: str
    metadata: str

    @property
    def arguments(self) -> list[str]:
        """Of a command that reads the whole program."""
        return ["--prelude", self.prelude, *sorted(self.files)]


@dataclass
class Protocol:
    name: str
    file: File
    sync: bool
    nested: int  # its NestedUpTo, as an index of LEVELS
    managers: list[Protocol] = field(default_factory=list)
    manages: list[Protocol] = field(default_factory=list)
    root: Protocol | None = None  # of its tree; None: itself
    taken: frozenset[str] = frozenset()  # names of messages that a parameter could have
    sync_messages: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @property
    def tree(self) -> str:
        return self.name if self.root is None else self.root.name


def program(chance: Chance, plain: bool = False, size: int = 3) -> Program:
    """`plain`: only what C++ can be generated for. `size`: about how many headers, and how many
    protocols."""
    return _Maker(chance, plain, size).make()


class _Maker:
    def __init__(self, chance: Chance, plain: bool, size: int) -> None:
        self._chance = chance
        self._plain = plain
        self._size = size
        self._prelude = chance.choice(["std", "gecko"])
        self._types = Types(chance, plain, self._prelude)
        self._protocols: list[Protocol] = []

    def make(self) -> Program:
        chance = self._chance
        files = [self._header() for _ in range(chance.randrange(self._size + 1))]
        for _ in range(chance.randrange(1, 3)):
            self._tree(chance.randrange(self._size) + 1)
        files += [self._written(protocol) for protocol in self._protocols]
        wild = chance.odds(3)
        texts = {}
        for file in files:
            text = self._text(file)
            texts[file.name] = random_layout.relaid(text, chance) if wild else text
        return Program(texts, self._prelude, self._sync_list(), self._metadata())

    # --- Files ---------------------------------------------------------------------------------

    def _text(self, file: File) -> str:
        """A file whose body is complete, with the includes that it turned out to need."""
        includes = [f"include {name};" for name in sorted(file.headers)]
        includes += [f"include protocol {name};" for name in sorted(file.protocols)]
        includes += file.cxx_includes
        self._chance.shuffle(includes)
        body = "\n".join(file.body)
        for part in reversed(file.namespace):
            body = f"namespace {part} {{\n{body}\n}}"
        text = "\n".join([*includes, *file.usings, "", body, ""])
        return text.replace("\n", "\r\n") if self._chance.odds(8) else text

    def _file(self, name: str) -> File:
        chance = self._chance
        depth = chance.choice([0, 1, 1, 1, 2, 3])
        namespace = [chance.choice(["shop", "detail", "net", "gfx"]) for _ in range(depth)]
        file = File(name, namespace)
        for _ in range(chance.choice([0, 0, 0, 1])):
            file.cxx_includes.append(f'include "{chance.choice("abc")}/extra.h";')
        return file

    def _header(self) -> File:
        name = self._types.name("Header")
        file = self._file(f"{name}.ipdlh")
        self._declarations(file, self._chance.randrange(1, 6))
        if not file.body:
            self._types.struct(file)
        self._types.publish(file, name)
        return file

    def _declarations(self, file: File, count: int) -> None:
        kinds = [
            self._types.using,
            self._types.constant,
            self._types.enum,
            self._types.struct,
            self._types.struct,
            self._types.union,
        ]
        for _ in range(count):
            self._chance.choice(kinds)(file)

    # --- Trees of protocols --------------------------------------------------------------------

    def _tree(self, count: int) -> None:
        chance = self._chance
        root = self._protocol(sync=chance.odds(2), nested=self._level(2))
        members = [root]
        for _ in range(count):
            managers = chance.sample(members, k=min(len(members), chance.choice([1, 1, 1, 2])))
            sync = all(manager.sync for manager in managers) and chance.odds(2)
            nested = self._level(min(manager.nested for manager in managers))
            protocol = self._protocol(sync, nested)
            protocol.root = root
            # Managing itself is allowed beside another manager.
            if chance.odds(8):
                managers.append(protocol)
            for manager in managers:
                protocol.managers.append(manager)
                manager.manages.append(protocol)
            members.append(protocol)

    def _protocol(self, sync: bool, nested: int) -> Protocol:
        name = self._types.name("P")
        protocol = Protocol(name, self._file(f"{name}.ipdl"), sync, nested)
        self._protocols.append(protocol)
        return protocol

    def _level(self, most: int) -> int:
        return 0 if self._plain else self._chance.randrange(most + 1)

    # --- One protocol --------------------------------------------------------------------------

    def _written(self, protocol: Protocol) -> File:
        chance, file = self._chance, protocol.file
        self._types.enter(
            [p.name for p in self._protocols if p.tree == protocol.tree and p.root is not None],
            [p.name for p in self._protocols if p.tree == protocol.tree and p.root is None],
            [p.name for p in self._protocols if p.root is None],
            [p.name for p in self._protocols if p.root is not None],
            protocol.name,
        )
        self._declarations(file, chance.choice([0, 0, 1, 2, 3]))
        for other in (*protocol.managers, *protocol.manages):
            if other is not protocol:
                file.protocols.add(other.name)
        lines = []
        if protocol.managers:
            lines.append(f"  manager {' or '.join(p.name for p in protocol.managers)};")
        lines += [f"  manages {managed.name};" for managed in protocol.manages]
        # A parameter may not be called like any message of the protocol.
        hard = chance.sample(HARD_NAMES, k=chance.randrange(6))
        protocol.taken = frozenset(hard)
        for side in chance.sample(["parent", "child", "both"], k=chance.randrange(1, 4)):
            messages = [self._message(protocol, side, hard) for _ in range(chance.randrange(1, 4))]
            if chance.odds(3) and protocol.manages:
                messages += self._constructor(protocol, side)
            lines += [f"{side}:", *messages]
        if protocol.managers:
            attribute = "" if chance.odds(2) or not lines[-1].endswith(";") else self._doc("  ")
            lines += [f"{chance.choice(['parent', 'child', 'both'])}:", f"{attribute}  "]
            lines[-1] += f"async __delete__({self._params(protocol, set())});"
        word = "sync " if protocol.sync else chance.choice(["", "async "])
        head = f"{self._doc('')}{self._protocol_attributes(protocol)}{word}protocol {protocol.name}"
        file.body.append("\n".join([head + " {", *lines, "};"]))
        return file

    def _protocol_attributes(self, protocol: Protocol) -> str:
        chance = self._chance
        found = []
        if not protocol.managers:
            if self._prelude == "gecko" or chance.odds(4):
                found.append("ChildProc=any")
            if chance.odds(6):
                found.append("NeedsOtherPid")
        if chance.odds(6):
            found.append("ParentProc=any")
        if protocol.nested:
            found.append(f"NestedUpTo={LEVELS[protocol.nested]}")
        if not self._plain and protocol.managers and not protocol.manages and chance.odds(5):
            found.append("ManualDealloc")
        for side in ("ParentImpl", "ChildImpl"):
            if chance.odds(5):
                found.append(
                    f'{side}={chance.choice(["virtual", chr(34) + "own::Actor" + chr(34)])}'
                )
        return _listed(found, chance)

    def _doc(self, indent: str) -> str:
        if not self._chance.odds(4):
            return ""
        return f'{indent}/// What it is for: "a" */ ü.\n'

    # --- Messages ------------------------------------------------------------------------------

    def _message(self, protocol: Protocol, side: str, hard: list[str]) -> str:
        chance = self._chance
        name = hard.pop() if hard and chance.odds(2) else self._types.name("Message")
        nested = self._level(protocol.nested)
        sync = protocol.sync and chance.odds(3)
        if side != "parent":  # a parent waits only inside of a call
            nested = min(nested, 1)
            sync = nested == 1
        elif nested == 1:
            sync = True
        if sync and not protocol.sync:
            sync, nested = False, 0
        returns = chance.odds(3)
        attributes = [f"Nested={LEVELS[nested]}"] if nested or chance.odds(9) else []
        tainted = False
        if not sync and chance.odds(6):
            attributes.append(chance.choice(["Compress", "Compress=all"]))
        if not sync and chance.odds(6):
            attributes.append("LazySend")
        if chance.odds(6):
            attributes.append(f"Priority={chance.choice(PRIORITIES)}")
        if not sync and returns and chance.odds(3):
            attributes.append(f"ReplyPriority={chance.choice(PRIORITIES)}")
        if chance.odds(8):
            attributes.append("VirtualSendImpl")
        if not self._plain and side != "child" and chance.odds(6):
            tainted = True
            attributes.append("Tainted")
        scope: set[str] = set()
        text = f"{'sync' if sync else 'async'} {name}({self._params(protocol, scope, tainted)})"
        if returns:
            text += f" returns ({self._params(protocol, scope, tainted)})"
        (protocol.sync_messages if sync else protocol.messages).append(name)
        return f"{self._doc('  ')}  {_listed(attributes, chance)}{text};"

    def _constructor(self, protocol: Protocol, side: str) -> list[str]:
        name = self._chance.choice(protocol.manages).name
        if name in protocol.messages:
            return []
        protocol.messages.append(name)
        return [f"  async {name}({self._params(protocol, set())});"]

    def _params(self, protocol: Protocol, scope: set[str], tainted: bool = False) -> str:
        chance = self._chance
        written = []
        for _ in range(chance.choice([0, 0, 1, 1, 2, 3, 5])):
            member = self._types.use(self._types.member(protocol.file), protocol.file)
            free = [name for name in HARD_NAMES if name not in scope | protocol.taken]
            name = chance.choice(free) if free and chance.odds(3) else self._types.name("a")
            scope.add(name)
            attributes = _bounds(member, chance)
            if tainted and chance.odds(3):
                attributes.append(f"NoTaint={chance.choice(['passback', 'allvalid'])}")
            written.append(f"{_listed(attributes, chance)}{member.text} {name}")
        return ", ".join(written)

    # --- Lists beside it -----------------------------------------------------------------------

    def _sync_list(self) -> str:
        return "".join(
            f"[{protocol.name}::{name}]\ndescription = it has to\n\n"
            for protocol in self._protocols
            for name in protocol.sync_messages
        )

    def _metadata(self) -> str:
        return "".join(
            f"[{protocol.name}::{name}]\nsegment_capacity = 64\n"
            for protocol in self._protocols
            for name in protocol.sync_messages
        )


def _bounds(member: Member, chance: Chance) -> list[str]:
    found = []
    if member.has_length and chance.odds(2):
        found.append(f"MaxLength={chance.choice(['1', '0x10', '4294967295'])}")
    if member.has_bytes and chance.odds(2):
        found.append(f"MaxBytes={chance.choice(['1', '4096'])}")
    return found


def _listed(attributes: list[str], chance: Chance) -> str:
    chance.shuffle(attributes)
    return f"[{', '.join(attributes)}] " if attributes else ""
