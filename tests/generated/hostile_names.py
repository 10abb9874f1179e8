"""Protocols whose every name is one that C++, the standard library, ipdl or generated code uses.

Made as text, because the lists are long and the combinations regular. Used by test_compile.py; the
protocols mean nothing.
"""

from __future__ import annotations

from ipdl.emit.actor_class import BASE_MEMBERS
from ipdl.emit.names import RESERVED
from ipdl.lexer import RESERVED as IPDL_WORDS
from ipdl.prelude import load

BUILTINS = set(load("std").types)

# What generated functions and classes call things, and names of namespaces they use.
LOCALS = """
    absl actor code done end found get handlers in ipdl kClass kHandlers kMessages kProtocol made
    manager message nothing other out parent_ping protocol read reject reply resolve self sent
    status std tag taken type type_ value values wanted writer v_int32_t name nullptr_t string_view
    vector optional move Dispatch Manager Outgoing Incoming SyncReply Reader Writer Reply Resolver
    Result RefPtr Endpoint ActorClass ParamTraits SendResult HandlerStatus Side Span Clear CopyFrom
    TakeFrom Demand Type Exactly kProtocolId CreateEndpoints Message
""".split()


def usable(names: list[str]) -> list[str]:
    """Those that an author can write: no reserved word or builtin type of IPDL."""
    return [name for name in names if name not in IPDL_WORDS and name not in BUILTINS]


WORDS = usable(sorted(RESERVED))
OURS = usable(sorted({*BASE_MEMBERS, *LOCALS}))


def words_protocol() -> str:
    """Reserved words, with and without an underscore, as fields, parameters, results."""
    names = [name + tail for name in WORDS for tail in ("", "_", "__")]
    fields = "\n".join(f"  int32_t {name};" for name in names)
    params = _strings(names)
    # Compilers bound the number of template arguments.
    asked = "\n".join(
        f"  async Ask{start}() returns ({_strings(names[start : start + 100])});"
        for start in range(0, len(names), 100)
    )
    return f"""
namespace words {{
namespace delete {{
[Comparable] struct Fields {{
{fields}
}};
[ParentImpl=virtual, ChildImpl=virtual]
sync protocol PWords {{
both:
  async Params({params});
{asked}
parent:
  sync Wait() returns ({params});
}};
}}
}}
"""


def ours_protocol() -> str:
    """Names of generated code as fields and parameters."""
    fields = "\n".join(f"  string {name};" for name in OURS)
    params = _strings(OURS)
    return f"""
include protocol POursManaged;
namespace ours {{
[Comparable] struct Fields {{
{fields}
}};
[ParentImpl=virtual, ChildImpl=virtual]
sync protocol POurs {{
  manages POursManaged;
both:
  async Params({params}) returns (POursManaged answer);
  async POursManaged({params});
parent:
  sync Wait({params}) returns (string last_of_all);
}};
}}
"""


def ours_managed() -> str:
    params = _strings(OURS)
    return f"""
include protocol POurs;
namespace ours {{
[ParentImpl=virtual, ChildImpl=virtual]
protocol POursManaged {{
  manager POurs;
both:
  async __delete__({params});
}};
}}
"""


def messages_protocol() -> str:
    """All of them as names of messages of either kind."""
    names = sorted({*WORDS, *OURS})
    asking = "\n".join(f"  async {name}(string x) returns (string y);" for name in names)
    waiting = "\n".join(f"  sync {name}1(string x) returns (string y);" for name in names)
    return f"""
namespace messages {{
[ParentImpl=virtual, ChildImpl=virtual]
sync protocol PMessages {{
both:
{asking}
parent:
{waiting}
}};
}}
"""


def types_protocol() -> str:
    """The same as names of structs, each of which is a parameter of a message and part of a union."""
    names = [name for name in OURS if not name.endswith("_")] + WORDS
    structs = "\n".join(
        f"[Comparable] struct {name} {{ int32_t x; {_before(names, i)} }};"
        for i, name in enumerate(names)
    )
    messages = []
    for start in range(0, len(names), 10):
        few = list(enumerate(names[start : start + 10]))
        params, results = (", ".join(f"{name} {letter}{i}" for i, name in few) for letter in "pq")
        messages.append(f"  async Ask{start}({params}) returns ({results});")
        messages.append(f"  sync Wait{start}({params}) returns ({results});")
    joined = "\n".join(messages)
    return f"""
namespace types {{
{structs}
[Comparable] union Any {{ {' '.join(name + ';' for name in names[::4])} }};
[ParentImpl=virtual, ChildImpl=virtual]
sync protocol PTypes {{
parent:
{joined}
}};
}}
"""


def _strings(names: list[str]) -> str:
    return ", ".join(f"string {name}" for name in names)


def _before(names: list[str], index: int) -> str:
    """A field whose type has a name that hides something in its own class."""
    return f"{names[index - 1]}[] y;" if index > 0 else ""


def shadowing_header() -> str:
    """Namespaces and types called like the ones that generated code uses."""
    return """
namespace app {
namespace std { struct Inner { string text; }; }
namespace ipdl { struct Inner2 { string[] texts; }; }
namespace absl { struct Inner3 { uint32_t? x; }; }
struct Outer { Inner a; Inner2 b; Inner3 c; UniquePtr<Inner> d; };
union type { Inner; int32_t; };
union Type { type; string; };
}
"""


def shadowing_protocol() -> str:
    return """
include Shadowing;
namespace app {
namespace ipdl {
[ParentImpl=virtual, ChildImpl=virtual]
sync protocol PShadowing {
both:
  async Params(Outer a, Inner b, Inner2[] c, Inner3? d, string e, FileDescriptor f);
  async Ask(type a) returns (Type b, FileDescriptor c);
parent:
  sync Wait(Inner[] a) returns (Inner[] b, UniquePtr<Inner> c);
};
}
}
"""


def unions_header() -> str:
    """Types called like what generated unions call their wrapped alternatives and members."""
    return """
namespace unions {
[Comparable] struct A { int32_t x; };
[Comparable] struct ArrayOfA { A[] x; };
[Comparable] struct MaybeA { A? x; };
struct UniquePtrOfA { UniquePtr<A> x; };
[Comparable] struct ArrayOfMaybeA { A?[] x; };
[Comparable] struct MapOfstringToA { map<string, A> x; };
[Comparable] struct _None { A none; };
[Comparable] struct _Last { A last; };
union Any {
  A[]; A?; UniquePtr<A>; A?[]; map<string, A>; Any[];
  _Last; A; ArrayOfA; MaybeA; UniquePtrOfA; ArrayOfMaybeA; MapOfstringToA; _None;
};
}
"""


def beside_classes_protocol() -> str:
    """Names that almost are those of generated classes, and of their member types."""
    return """
struct PBesideClass { int32_t x; };
struct PBeside_ { int32_t x; };
struct AskResolver { PBeside_ x; };
struct BesideParent { AskResolver x; };
[ParentImpl=virtual, ChildImpl=virtual]
protocol PBesideClasses {
both:
  async Ask(AskResolver a, BesideParent b) returns (AskResolver c, PBesideClass d);
  async AskResolver_() returns (PBeside_ a);
  async Msg_Ask();
  async Reply_Ask();
  async AskReply(string x) returns ();
};
"""


def enums_protocol() -> str:
    """The same as names of enums and of their values; in fields, unions, maps and bounds."""
    names = sorted({*WORDS, *OURS})
    values = ", ".join(names)
    enums = "\n".join(f"enum {name} : uint16_t {{ {name}, {name}_1 = 7 }};" for name in names)
    fields = "\n".join(f"  map<{name}, {name}[]> f{i};" for i, name in enumerate(names))
    messages = []
    for start in range(0, len(names), 10):
        few = list(enumerate(names[start : start + 10]))
        params = ", ".join(f"[MaxLength=2] {name}[] p{i}" for i, name in few)
        results = ", ".join(f"[MaxLength=3] map<{name}, string> q{i}" for i, name in few)
        messages.append(f"  async Ask{start}({params}) returns ({results});")
        messages.append(f"  sync Wait{start}({results}) returns ({params});")
    joined = "\n".join(messages)
    return f"""
namespace enums {{
{enums}
enum AllOfThem : int64_t {{ {values} }};
[Comparable] struct Fields {{
  AllOfThem all;
{fields}
}};
[Comparable] union Any {{ {' '.join(name + ';' for name in names[::4])} }};
[ParentImpl=virtual, ChildImpl=virtual]
sync protocol PEnums {{
parent:
{joined}
}};
}}
"""


def constants_protocol() -> str:
    """The same as names of constants, and constants of every type at its extremes."""
    names = sorted({*WORDS, *OURS})
    constants = "\n".join(f'const string {name} = "{name} \\ \u20ac \t";' for name in names)
    numbers = []
    for bits in (8, 16, 32, 64):
        most = 2 ** (bits - 1)
        numbers.append(f"const int{bits}_t kLeast{bits} = {-most};")
        numbers.append(f"const int{bits}_t kMost{bits} = {hex(most - 1)};")
        numbers.append(f"const uint{bits}_t kLarge{bits} = {2 * most - 1};")
        numbers.append(f"const uint{bits}_t kHexadecimal{bits} = {hex(2 * most - 1)};")
        numbers.append(
            f"enum Extreme{bits} : int{bits} {{ kLow = kLeast{bits}, kHigh = kMost{bits} }};"
        )
    numbers += ["const double kTiny = 1e-400;", "const double kHuge = 1.7e308;"]
    numbers += [
        "const float kHalf = -0.5;",
        "const float kWhole = 16777217;",
        "const float kDust = 1e-50;",
        "const char kA = 65;",
    ]
    numbers += ['const u16string kWide = "\u20ac\U0001f600\t\u0085";', "const size_t kSize = 0;"]
    joined = "\n".join(numbers)
    return f"""
namespace constants {{
{constants}
{joined}
[ParentImpl=virtual, ChildImpl=virtual]
protocol PConstants {{
both:
  async Params([MaxBytes=4] string p, [MaxLength=kMost8] Extreme64[]? q) returns (Extreme8 r);
}};
}}
"""


def twin(namespace: str) -> str:
    """The same names in two namespaces."""
    return f"""
namespace {namespace} {{
[Comparable] struct Value {{ string text; }};
union Choice {{ Value; string; }};
[ParentImpl=virtual, ChildImpl=virtual]
sync protocol PTwin {{
both:
  async Send(Value value, Choice choice) returns (Value back);
parent:
  sync Wait(Value value) returns (Value back);
}};
}}
"""


SOURCES = {
    "PWords.ipdl": words_protocol(),
    "POurs.ipdl": ours_protocol(),
    "POursManaged.ipdl": ours_managed(),
    "PMessages.ipdl": messages_protocol(),
    "PTypes.ipdl": types_protocol(),
    "PEnums.ipdl": enums_protocol(),
    "PConstants.ipdl": constants_protocol(),
    "Shadowing.ipdlh": shadowing_header(),
    "Unions.ipdlh": unions_header(),
    "PBesideClasses.ipdl": beside_classes_protocol(),
    "PShadowing.ipdl": shadowing_protocol(),
}
