"""Protocols to measure the compiler with: as many as asked for, all alike, none of them the same.

What it is: text from a seed. Of ten messages six are plain, two have an asynchronous reply and two
are sync; four go each way, one of the plain ones both ways, the sync ones to the parent. Each has
three parameters over the types that protocols of browsers use, some of a struct of the protocol's
own. For each protocol there are the author's two classes, and a unit that implements and calls
everything. The same arguments give the same text. Called by compiler_cost.py.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property

MESSAGES = 10  # of each protocol
PARAMETERS = 3  # of each message

# Of the messages in turn; 2 and 6 have a reply, 3 and 8 are sync.
_DIRECTIONS = ["child", "parent", "parent", "parent", "child", "both", "child", "child", "parent"]
_DIRECTIONS.append("child")


@dataclass(frozen=True)
class Type:
    ipdl: str
    received: str  # how an author declares it in RecvX
    value: str  # as an out-parameter and in a reply
    sent: str  # an expression for SendX
    weight: int


_TYPES = [
    Type("bool", "bool", "bool", "true", 4),
    Type("int32_t", "int32_t", "int32_t", "-7", 5),
    Type("uint32_t", "uint32_t", "uint32_t", "7u", 6),
    Type("uint64_t", "uint64_t", "uint64_t", "uint64_t{7}", 6),
    Type("double", "double", "double", "7.5", 3),
    Type("string", "const std::string&", "std::string", '"seven"', 7),
    Type("uint8_t[]", "const std::vector<uint8_t>&", "std::vector<uint8_t>", "bytes", 2),
    Type("string[]", "const std::vector<std::string>&", "std::vector<std::string>", "names", 2),
    Type("string?", "const std::optional<std::string>&", "std::optional<std::string>", "name", 2),
    Type(
        "FileDescriptor",
        "ipdl::FileDescriptor",
        "ipdl::FileDescriptor",
        "ipdl::FileDescriptor()",
        1,
    ),
    Type("ByteBuf", "ipdl::ByteBuf", "ipdl::ByteBuf", "ipdl::ByteBuf()", 1),
]


def _item(name: str) -> list[Type]:
    """The protocol's own struct, and an array of it."""
    array = f"std::vector<{name}>"
    return [
        Type(name, f"const {name}&", name, f"{name}()", 4),
        Type(f"{name}[]", f"const {array}&", array, f"{array}()", 2),
    ]


@dataclass(frozen=True)
class Message:
    name: str
    direction: str  # "parent", "child", "both"
    sync: bool
    params: list[Type]
    returns: list[Type]

    def goes_to(self, side: str) -> bool:
        return self.direction in (side, "both")

    @property
    def ipdl(self) -> str:
        """The declaration, for below its direction's label."""
        params = ", ".join(f"{type_.ipdl} a{i}" for i, type_ in enumerate(self.params))
        results = ", ".join(f"{type_.ipdl} r{i}" for i, type_ in enumerate(self.returns))
        returns = f" returns ({results})" if self.returns else ""
        return f"{'sync' if self.sync else 'async'} {self.name}({params}){returns};"


@dataclass(frozen=True)
class Trial:
    """One protocol, `trial::PTrial7`."""

    number: int
    messages: list[Message]

    @cached_property
    def stem(self) -> str:
        return f"Trial{self.number}"

    @property
    def source(self) -> str:
        lines = []
        for direction in ("parent", "child", "both"):
            chosen = [m for m in self.messages if m.direction == direction]
            lines += [f"{direction}:"] if chosen else []
            lines += [f"  {message.ipdl}" for message in chosen]
        body = "\n".join(lines)
        return f"""namespace trial {{

struct {self.stem}Item {{
  uint32_t id;
  string name;
  double weight;
}};

sync protocol P{self.stem} {{
{body}
}};

}}
"""

    def author_header(self, side: str) -> str:
        """`Trial7Parent.h`: the class that the generated source calls."""
        name = self.stem + side.capitalize()
        declared = "\n".join(
            f"  ipdl::Result Recv{m.name}({_received(m)});"
            for m in self.messages
            if m.goes_to(side)
        )
        return f"""#ifndef {name.upper()}_H_
#define {name.upper()}_H_
#include "P{name}.h"
namespace trial {{
class {name} : public P{name} {{
 public:
  uint64_t seen = 0;
{declared}
}};
}}  // namespace trial
#endif
"""

    @property
    def author_source(self) -> str:
        """Both classes, and a function for each that sends every message."""
        parts = [self._implementation(side) for side in ("parent", "child")]
        parts += [self._calls(side) for side in ("parent", "child")]
        return "namespace trial {\n" + "\n".join(parts) + "}  // namespace trial\n"

    @property
    def author_includes(self) -> str:
        return "".join(f'#include "{self.stem}{side}.h"\n' for side in ("Parent", "Child"))

    def _implementation(self, side: str) -> str:
        name = self.stem + side.capitalize()
        bodies = []
        for message in self.messages:
            if not message.goes_to(side):
                continue
            body = [
                f"  seen += {_weight(type_, f'a{i}')};" for i, type_ in enumerate(message.params)
            ]
            if message.sync:
                body += [f"  *r{i} = {type_.value}();" for i, type_ in enumerate(message.returns)]
            elif message.returns:
                body.append(f"  resolve({', '.join(f'{t.value}()' for t in message.returns)});")
            body.append("  return ipdl::Ok();")
            params = _received(message)
            head = f"ipdl::Result {name}::Recv{message.name}({params}) {{"
            bodies.append("\n".join([head, *body, "}"]))
        return "\n".join(bodies) + "\n"

    def _calls(self, side: str) -> str:
        other = "child" if side == "parent" else "parent"
        name = self.stem + side.capitalize()
        lines = [
            "  const std::vector<uint8_t> bytes = {7};",
            '  const std::vector<std::string> names = {"seven"};',
            '  const std::optional<std::string> name = "seven";',
            "  static_cast<void>(bytes), static_cast<void>(names), static_cast<void>(name);",
        ]
        for index, message in enumerate(self.messages):
            if not message.goes_to(other):
                continue
            arguments = [type_.sent for type_ in message.params]
            if message.sync:
                for i, type_ in enumerate(message.returns):
                    lines.append(f"  {type_.value} r{index}_{i}{{}};")
                    arguments.append(f"&r{index}_{i}")
            elif message.returns:
                values = ", ".join(f"{t.received} r{i}" for i, t in enumerate(message.returns))
                used = " + ".join(_weight(t, f"r{i}") for i, t in enumerate(message.returns))
                arguments.append(f"[&actor]({values}) {{ actor.seen += {used}; }}")
                arguments.append("[](ipdl::RejectReason) {}")
            lines.append(f"  actor.Send{message.name}({', '.join(arguments)});")
        body = "\n".join(lines)
        return f"void Call{name}({name}& actor) {{\n{body}\n}}\n"


def _received(message: Message) -> str:
    params = [f"{type_.received} a{i}" for i, type_ in enumerate(message.params)]
    if message.sync:
        params += [f"{type_.value}* r{i}" for i, type_ in enumerate(message.returns)]
    elif message.returns:
        params.append(f"{message.name}Resolver resolve")
    return ", ".join(params)


def _weight(type_: Type, name: str) -> str:
    """Something that looks at a value."""
    if type_.ipdl.endswith("[]") or type_.ipdl in ("string", "ByteBuf"):
        return f"{name}.size()"
    if type_.ipdl.endswith("?"):
        return f"static_cast<uint64_t>({name}.has_value())"
    if type_.ipdl == "FileDescriptor":
        return f"static_cast<uint64_t>({name}.valid())"
    if type_.ipdl.endswith("Item"):
        return f"{name}.id()"
    return f"static_cast<uint64_t>({name})"


def trial(number: int, messages: int = MESSAGES, seed: int = 1) -> Trial:
    """Protocol `number` of this seed."""
    chance = random.Random(f"{seed} {number}")
    types = _TYPES + _item(f"Trial{number}Item")
    weights = [type_.weight for type_ in types]

    def some(count: int) -> list[Type]:
        return chance.choices(types, weights, k=count)

    made = []
    for index in range(messages):
        sync, asks = index % 10 in (3, 8), index % 10 in (2, 6)
        returns = some(1 + chance.randrange(2)) if sync or asks else []
        direction = _DIRECTIONS[index % 10]
        made.append(Message(f"Message{index}", direction, sync, some(PARAMETERS), returns))
    return Trial(number, made)
