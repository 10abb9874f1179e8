"""What people write who come from C++, and what it is here: hints for tokens that do not fit.

Looks at the tokens around one and at what the automaton would take; changes neither. Called by
`recovery`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ipdl.automaton import Automaton
from ipdl.lexer import Token

# Words for which there is another one here.
WORDS = {"constexpr": "const", "class": "struct"}

# Words before a declaration that say nothing here.
NEEDLESS = frozenset({"static", "inline", "extern"})

_SIZED = {"unsigned": "`uint32_t`", "signed": "`int32_t`", "long": "`int64_t`"}


def hint(automaton: Automaton, tokens: Sequence[Token], at: int) -> str:
    """What to write instead of token `at`, "" if nothing is known about it."""
    kind = tokens[at].type
    before = tokens[at - 1] if at else None
    if kind == "=":
        return _default_value(automaton)
    if kind == ";" and automaton.accepts("from"):
        return 'say where the type is declared: `using a::T from "header.h";`'
    if kind == "[" and before is not None and before.type == "ID":
        return "the brackets of an array follow its type: `T[] name`"
    if kind in ("<", ">") and before is not None and before.type == "NUMBER":
        return "write the result: there is no arithmetic"
    if before is not None and before.text == "enum" and at > 1 and tokens[at - 2].type == "using":
        return "an enum is imported by a plain `using`"
    if kind == "ID" and at > 1 and tokens[at - 2].text in _SIZED:
        return f"`{tokens[at - 2].text} {tokens[at - 1].text}` is {_SIZED[tokens[at - 2].text]}"
    if kind == "ID" and at > 1 and tokens[at - 2].text == "const":
        return "leave out `const`: what is sent is a value"
    if tokens[at].text in NEEDLESS:
        return f"leave out `{tokens[at].text}`"
    return ""


def number_hint(tokens: Sequence[Token], at: int) -> str:
    """The same for a number."""
    if at and tokens[at - 1].type == "[" and tokens[at + 1].type == "]":
        size = tokens[at].text
        return f"an array has no size of its own: write `T[]`, and `[MaxLength={size}]` before it"
    return "numbers stand behind `=` only, in constants, enums and attributes"


def _default_value(automaton: Automaton) -> str:
    if automaton.accepts(")"):
        return "a parameter has no default value: whoever sends the message gives all of them"
    if automaton.accepts("ID"):
        return "a constant has a type and a name: `const uint32_t kMax = 16;`"
    before = automaton.before(";")
    if before == "field_name":
        return "a field has no default value: it begins as zero or empty"
    return "what a message answers is written `returns (...)`" if before == "message" else ""
