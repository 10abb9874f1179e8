"""An enum of the .ipdl as a C++ `enum class`, and its ParamTraits: only its own values are legal.

Called by `unit_files`; the words of a refusal are in runtime/value_checks.h.
"""

from __future__ import annotations

from ipdl.emit.code import Code
from ipdl.emit.literals import integer
from ipdl.emit.names import cxx_name
from ipdl.emit.scope import cxx_namespace
from ipdl.literals import integer_range
from ipdl.model import BuiltinEntry, Enum


def underlying(enum: Enum) -> BuiltinEntry:
    assert enum.underlying is not None
    return enum.underlying


def first_value(enum: Enum) -> str:
    """The enumerator that a value has which nobody has set."""
    return cxx_name(enum.values[0].name)


def emit_enum(code: Code, enum: Enum) -> None:
    code.comment(enum.doc)
    with code.block(f"enum class {cxx_name(enum.name)} : {underlying(enum).cxx}", "};"):
        for each in enum.values:
            code.comment(each.doc)
            code.line(f"{cxx_name(each.name)} = {integer(each.value)},")


# --- Inside namespace ipdl


def _name(enum: Enum) -> str:
    return "::" + "::".join((*cxx_namespace(enum.namespace), cxx_name(enum.name)))


def wire_bytes(enum: Enum) -> int:
    least, greatest = integer_range(underlying(enum))
    return (greatest - least).bit_length() // 8


def emit_traits_declaration(code: Code, enum: Enum) -> None:
    name = _name(enum)
    code.line("template <>")
    with code.block(f"struct ParamTraits<{name}>", "};"):
        code.line(f"static constexpr size_t kMinWireBytes = {wire_bytes(enum)};")
        code.line(f"static void Write(Writer& out, {name} value);")
        code.line(f"static bool Read(Reader& in, {name}* value);")
        code.line(f"static bool IsLegal({name} value);")


def emit_traits_bodies(code: Code, enum: Enum) -> None:
    name, type_ = _name(enum), underlying(enum).cxx
    traits = f"ParamTraits<{name}>"
    with code.function(f"bool {traits}::IsLegal(", [f"{name} value"]):
        with code.block("switch (value)"):
            code.lines([f"case {name}::{cxx_name(each.name)}:" for each in enum.values])
            with code.indented():
                code.line("return true;")
        code.line("return false;")
    with code.function(f"void {traits}::Write(", ["Writer& out", f"{name} value"]):
        code.line(f'if (!IsLegal(value)) FailEnum(out, "{enum.qualified}");')
        code.line(f"out.Put(static_cast<{type_}>(value));")
    wide = "uint64_t" if type_.startswith("u") else "int64_t"
    with code.function(f"bool {traits}::Read(", ["Reader& in", f"{name}* value"]):
        code.line(f"{type_} raw{{}};")
        code.line("if (!in.Get(&raw)) return false;")
        code.line(f"*value = static_cast<{name}>(raw);")
        code.chain(
            "return ",
            ["IsLegal(*value)", f'FailEnum(in, "{enum.qualified}", {wide}{{raw}})'],
            "||",
            ";",
        )
