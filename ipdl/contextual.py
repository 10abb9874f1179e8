"""Where `enum` and `const` are words of the language: they are not reserved, because files written
for other compilers use them as names.

Called by `parser`, which asks twice: `mark` by what follows, so that the word is known even where it
does not fit (a brace is missing before it); `in_context` where no name could stand.
"""

from __future__ import annotations

from ipdl.automaton import Automaton
from ipdl.lexer import Token

WORDS = frozenset({"enum", "const"})

# What can be between `const` and the constant's name; a type that no constant has is refused later.
_TYPE = frozenset({"ID", "::", "[", "]", "?", "<", ">", "UniquePtr", "nullable"})

_MOST = 64  # tokens of it that are looked at; no type that a constant can have is so long


def mark(tokens: list[Token]) -> None:
    """Turns `enum E {`, `enum E :` and `const T k =` into words, in place."""
    for at, token in enumerate(tokens):
        if token.type == "ID" and token.text in WORDS and _declares(tokens, at):
            tokens[at] = token._replace(type=token.text)


def in_context(tokens: list[Token], at: int, automaton: Automaton) -> Token:
    """The token, as a word if only that can stand here. `enum(...)` lacks something else."""
    token = tokens[at]
    if token.type != "ID" or tokens[at + 1].type == "(":
        return token
    if automaton.accepts("ID") or not automaton.accepts(token.text):
        return token
    return token._replace(type=token.text)


def _declares(tokens: list[Token], at: int) -> bool:
    if tokens[at].text == "enum":
        kinds = [token.type for token in tokens[at + 1 : at + 5]]
        return kinds[:2] == ["ID", "{"] or kinds[:2] + kinds[3:] == ["ID", ":", "{"]
    end = at + 1
    last = min(end + _MOST, len(tokens) - 1)
    while end < last and tokens[end].type in _TYPE:
        end += 1
    return end > at + 2 and tokens[end].type == "=" and tokens[end - 1].type == "ID"
