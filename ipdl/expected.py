"""What the grammar wanted at some point, in words that an author uses.

Data from the automaton in, text out. Called by `recovery`.
"""

from __future__ import annotations

from ipdl.automaton import Automaton
from ipdl.lexer import RESERVED, Token
from ipdl.tables import END

# What a single name stands for, by its rule in the grammar.
_NAMES = {
    "unit_name": "the name of a protocol or header",
    "cxx_name": "a C++ type",
    "template_arg": "a template argument",
    "namespace_name": "a namespace name",
    "struct_name": "a struct name",
    "field_name": "a field name",
    "union_name": "a union name",
    "protocol_name": "a protocol name",
    "manager_name": "a manager's name",
    "managed_name": "the name of a managed protocol",
    "message_name": "a message name",
    "param_name": "a parameter name",
    "attr_name": "an attribute name",
    "attr_word": "an attribute value",
    "enum_name": "an enum name",
    "value_name": "an enum value name",
    "const_name": "a constant name",
    "constant": "the name of a constant",
    "type_name": "a type",
}

# What stands before, by its symbol on the stack.
_BEFORE = {
    "unit_name": "the name",
    "cxx_type": "the C++ type",
    "cxx_id": "the C++ type",
    "namespace_name": "the namespace name",
    "struct_name": "the struct name",
    "field_name": "the field name",
    "union_name": "the union name",
    "protocol_name": "the protocol name",
    "manager_name": "the manager's name",
    "managed_name": "the name of the managed protocol",
    "message_name": "the message name",
    "param_name": "the parameter name",
    "param": "the parameter",
    "attr_name": "the attribute name",
    "attr": "the attribute",
    "attrs": "the attributes",
    "type": "the type",
    "type_name": "the type name",
    "template_args": "the template argument",
    "template_arg": "the template argument",
    "type_args": "the template argument",
    "enum_name": "the enum name",
    "value_name": "the name of the value",
    "enumerator": "the value",
    "const_name": "the name of the constant",
    "value": "the value",
    "params": "the parameters",
    "semantics": "`async` or `sync`",
    "struct_declaration": "the struct",
    "union_declaration": "the union",
    "enum_declaration": "the enum",
    "const_declaration": "the constant",
    "protocol_declaration": "the protocol",
    "message": "the message",
    "include_statement": "the include",
    "using_statement": "the using statement",
    "STRING": "the string",
}

# Places where a list may go on: what its elements are, instead of all the words they begin with.
_CONTEXTS = {
    "item": "a declaration (include, using, namespace, struct, union, enum, const or protocol)",
    "body_item": "a message (async or sync) or a label (parent:, child: or both:)",
    "field": "a field",
    "component": "a type",
}

# Never wanted by someone who made a mistake elsewhere: suffixes, and what may always be added.
_QUIET = {"?", "[", "<", "::"}


def found(token: Token) -> str:
    """The offending token as a phrase."""
    if token.type == END:
        return "the end of the file"
    if token.type == "STRING":
        return "a string"
    if token.type in RESERVED:
        return f"the reserved word `{token.text}`"
    return f"`{_short(token.text)}`"


def expected(automaton: Automaton) -> tuple[str, str]:
    """(what was expected, " after ..." or "")."""
    kinds = automaton.acceptable()
    context = automaton.context()
    words: list[str] = []
    anchor = ""
    for symbol, phrase in _CONTEXTS.items():
        if symbol in context:
            words = [phrase] + (["`}`"] if "}" in kinds else [])
    if not words:
        named = sorted(automaton.names_after("ID")) if "ID" in kinds else []
        words = [_NAMES[name] for name in named if name in _NAMES]
        if words:
            anchor = "ID"
        if named == ["type_name"]:
            kinds = [kind for kind in kinds if kind not in ("nullable", "UniquePtr", "[")]
        rest = [kind for kind in kinds if kind != "ID"]
        loud = [kind for kind in rest if kind not in _QUIET]
        if not words or len(words) + len(loud) <= 3:
            more = loud if words else loud or rest
            words += [_spelt(kind) for kind in more]
            anchor = anchor or (more or [""])[0]
    after = after_phrase(automaton, anchor) if anchor else ""
    return _either(words) if words else "something else", after


def after_phrase(automaton: Automaton, kind: str) -> str:
    """ " after the type", if that is what a token of this kind would follow."""
    before = automaton.before(kind)
    if not before:
        return ""
    if before in _BEFORE:
        return f" after {_BEFORE[before]}"
    if before in RESERVED or not before.isidentifier():
        return f" after `{before}`" if not before.startswith("__") else ""
    return ""


def name_phrase(automaton: Automaton) -> str:
    """What an ID would name here: "a field"."""
    named = sorted(automaton.names_after("ID"))
    phrase = _NAMES.get(named[0], "a name") if named else "a name"
    if phrase.endswith(" name"):
        return phrase.removesuffix(" name")
    return phrase


def _spelt(kind: str) -> str:
    if kind == END:
        return "the end of the file"
    if kind == "STRING":
        return "a string"
    if kind == "NUMBER":
        return "a number"
    if kind == "ID":
        return "a name"
    return f"`{kind}`"


def _either(words: list[str]) -> str:
    unique = list(dict.fromkeys(words))
    if len(unique) == 1:
        return unique[0]
    return ", ".join(unique[:-1]) + " or " + unique[-1]


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "..."
