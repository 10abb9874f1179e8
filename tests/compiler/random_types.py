"""The types of random programs, and what declares them: usings, constants, enums, structs, unions.

`Types` knows all that was declared and hands out what a file may name; naming something enters its
header in the file's includes. Called by `random_program`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.compiler.chance import Chance

INTEGERS = [f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)]
STRINGS = {"std": ["string", "u16string"], "gecko": ["nsCString", "nsString"]}
# Names of which no two are one type in C++.
DISTINCT = ["bool", "int8_t", "uint16_t", "int32_t", "uint64_t", "float", "double"]
HANDLES = {
    "std": ["FileDescriptor", "MachSendRight", "WindowsHandle", "DataPipeReceiver"],
    "gecko": ["FileDescriptor"],
}


@dataclass
class File:
    """A file of the program while it grows. `headers`, `protocols`: what it must include."""

    name: str
    namespace: list[str]
    headers: set[str] = field(default_factory=set)
    protocols: set[str] = field(default_factory=set)
    cxx_includes: list[str] = field(default_factory=list)
    usings: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    own: list[Member] = field(default_factory=list)  # the types that it declares
    constants: list[tuple[str, str]] = field(default_factory=list)  # (name, type)


@dataclass(frozen=True)
class Member:
    """A type expression, and what may be written beside it."""

    text: str
    comparable: bool = True
    is_key: bool = False
    has_length: bool = False
    has_bytes: bool = False
    nullable: bool = False  # `nullable` may stand before it
    wrappable: bool = True
    headers: frozenset[str] = frozenset()  # that a file which names it must include
    protocols: frozenset[str] = frozenset()


class Types:
    def __init__(self, chance: Chance, plain: bool, prelude: str) -> None:
        self._chance = chance
        self._plain = plain
        self._prelude = prelude
        self._count = 0
        self._shared: list[Member] = []
        self._actors: list[Member] = []

    def name(self, prefix: str) -> str:
        """One that nothing else has, in upper or lower case."""
        self._count += 1
        words = ["Tree", "Leaf", "Door", "Rain", "Lamp"]
        return f"{prefix}{self._chance.choice(words)}{self._count}"

    def publish(self, file: File, header: str) -> None:
        """From now on other files may use what the file declares."""
        self._shared += [replace(member, headers=frozenset({header})) for member in file.own]

    def enter(
        self,
        managed: list[str],
        roots: list[str],
        toplevel: list[str],
        others_managed: list[str],
        own: str,
    ) -> None:
        """What follows is in a protocol's file: these actors and ends may be named in it."""

        def included(name: str) -> frozenset[str]:
            return frozenset({name} - {own})

        self._actors = [Member(name, nullable=True, protocols=included(name)) for name in managed]
        sides = ("Parent", "Child")
        self._actors += [
            Member(f"Endpoint<{name}{side}>", comparable=False, protocols=included(name))
            for name in toplevel
            for side in sides
        ]
        if not self._plain:
            self._actors += [
                Member(name, nullable=True, protocols=included(name)) for name in roots
            ]
            self._actors += [
                Member(f"ManagedEndpoint<{name}{side}>", comparable=False, protocols=included(name))
                for name in others_managed
                for side in sides
            ]

    # --- Type expressions ----------------------------------------------------------------------

    def member(self, file: File, depth: int = 0) -> Member:
        """Any type that the file may name; `use` it where it is named."""
        chance = self._chance
        if depth < 3 and chance.odds(3):
            inner = self.member(file, depth + 1)
            if inner.wrappable:
                return self._wrapped(inner, file)
            return inner
        in_protocol = file.name.endswith(".ipdl")
        choices = [self._builtin(), self._builtin()]
        choices += chance.choices(file.own, k=2) if file.own else []
        choices += chance.choices(self._shared, k=1) if self._shared else []
        choices += chance.choices(self._actors, k=1) if self._actors and in_protocol else []
        found = chance.choice(choices)
        if found.nullable and chance.odds(2):
            return replace(found, text=f"nullable {found.text}", nullable=False)
        return found

    def use(self, member: Member, file: File) -> Member:
        file.headers |= member.headers
        file.protocols |= member.protocols
        return member

    def _builtin(self) -> Member:
        chance = self._chance
        kind = chance.randrange(12)
        if kind < 7:
            text = chance.choice([*INTEGERS, "bool", "float", "double", "int", "size_t"])
            return Member(text, is_key=text not in ("float", "double"))
        if kind < 9:
            text = chance.choice(STRINGS[self._prelude])
            return Member(text, is_key=True, has_bytes=True)
        if kind == 9:
            return Member("ByteBuf", has_bytes=True)
        handles = HANDLES[self._prelude] + ([] if self._plain else ["Shmem"])
        return Member(chance.choice(handles), comparable=False)

    def _wrapped(self, inner: Member, file: File) -> Member:
        chance = self._chance
        kind = chance.choice(["[]", "[]", "?", "UniquePtr", "map"])
        same = replace(inner, nullable=False, is_key=False)
        if kind == "[]":
            return replace(same, text=inner.text + "[]", has_length=True)
        if kind == "?":
            return replace(same, text=inner.text + "?")
        if kind == "UniquePtr":
            return replace(same, text=f"UniquePtr<{inner.text}>", comparable=False)
        keys = [m for m in [*file.own, self._builtin(), self._builtin()] if m.is_key]
        if not keys:
            return inner
        key = chance.choice(keys)
        text = f"map<{key.text}, {inner.text}>"
        bytes_ = inner.has_bytes or key.has_bytes
        return replace(same, text=text, has_length=True, has_bytes=bytes_)

    # --- Declarations --------------------------------------------------------------------------

    def using(self, file: File) -> None:
        chance = self._chance
        name = self.name("Used")
        kind = chance.choice(["", "class ", "struct "])
        refcounted = not self._plain and chance.odds(3)
        attributes = []
        if refcounted:
            attributes.append("RefCounted")
        elif chance.odds(3):
            attributes.append(chance.choice(["MoveOnly", "MoveOnly=data", "MoveOnly=send"]))
        path = "::".join([*chance.sample(["app", "lib", "gfx"], k=chance.randrange(3)), name])
        listed = f"[{', '.join(attributes)}] " if attributes else ""
        line = f'{listed}using {kind}{path} from "app/{name}.h";'
        file.usings += [line] * chance.choice([1, 1, 1, 2])
        file.own.append(Member(name, nullable=refcounted))

    def constant(self, file: File) -> None:
        chance = self._chance
        type_, value = chance.choice(
            [
                ("uint32_t", "16"),
                ("int8_t", "-128"),
                ("uint64_t", "0xffffffffffffffff"),
                ("double", "-2.5e3"),
                ("float", "7"),
                ("bool", "true"),
                (STRINGS[self._prelude][0], '"a // b"'),
            ]
        )
        named = [name for name, other in file.constants if other == type_]
        if named and chance.odds(2):
            value = chance.choice(named)
        name = self.name("k")
        file.constants.append((name, type_))
        file.body.append(f"const {type_} {name} = {value};")

    def enum(self, file: File) -> None:
        chance = self._chance
        name = self.name("Enum")
        underlying = chance.choice(INTEGERS)
        following = chance.randrange(3)
        values = []
        for _ in range(chance.randrange(1, 6)):
            value = ""
            if chance.odds(3):
                following += chance.randrange(9)
                value = f" = {chance.choice([str(following), hex(following)])}"
            values.append(f"{self.name('k')}{value}")
            following += 1
        if values[0].count("=") == 0:
            values[0] += f" = {chance.choice(['0', '0x0'])}"
        comma = chance.choice(["", ","])
        file.body.append(f"enum {name} : {underlying} {{ {', '.join(values)}{comma} }};")
        file.own.append(Member(name, is_key=True))

    def struct(self, file: File) -> None:
        chance = self._chance
        name = self.name("Struct")
        members = [self.use(self.member(file), file) for _ in range(chance.randrange(5))]
        comparable = chance.odds(2) and all(member.comparable for member in members)
        fields = [f"  {self._attributes(m)}{m.text} {self.name('f')};" for m in members]
        listed = "[Comparable] " if comparable else ""
        file.body.append("\n".join([f"{listed}struct {name} {{", *fields, "};"]))
        file.own.append(Member(name, comparable=comparable))

    def union(self, file: File) -> None:
        """Its first component is a builtin, so that it may contain itself in the others."""
        chance = self._chance
        name = self.name("Union")
        members = [Member(chance.choice(DISTINCT))]
        for _ in range(chance.randrange(4)):
            member = self.member(file)
            if member.text.startswith(("Struct", "Used", "Enum")):
                members.append(self.use(member, file))
        comparable = chance.odds(2) and all(member.comparable for member in members)
        if chance.odds(3):
            members.append(Member(f"{name}[]", comparable=comparable, has_length=True))
        unique = {member.text.replace("nullable ", ""): member for member in members}
        lines = [f"  {self._attributes(member)}{member.text};" for member in unique.values()]
        listed = "[Comparable] " if comparable else ""
        file.body.append("\n".join([f"{listed}union {name} {{", *lines, "};"]))
        file.own.append(Member(name, comparable=comparable))

    def _attributes(self, member: Member) -> str:
        if member.has_length and self._chance.odds(4):
            return "[MaxLength=100] "
        if member.has_bytes and self._chance.odds(4):
            return "[MaxBytes=0x1000] "
        return ""
