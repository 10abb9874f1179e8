"""Blanks, comments and line ends between tokens, as nobody would write them but everybody may.

`laid_out` joins tokens, `relaid` does the same to a text. Used by the property tests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.compiler.chance import Chance

_TOKEN = re.compile(
    r'(?P<doc>///[^\n]*)|//[^\n]*|/\*(?s:.*?)\*/|"[^"\n]*"|-?\d[\w.+-]*|\w+|::|[^\s]'
)
_BLANKS = [" ", "  ", "\t", "\n", "\n\n", "\r\n", "\f", "\v"]
_COMMENTS = ["/**/", "/* a */", "/* a\n b */", "// a\n", "//\n", "/* // */", "//// a\n", "/***/"]
_DOCS = ["/// doc\n", "///\n", "/// two\n/// lines\n", '/// */ /* "\n']


def tokens_of(text: str) -> list[str]:
    """The tokens of a well-formed text. Comments go, but for documentation."""
    found = [match for match in _TOKEN.finditer(text)]
    return [
        match.group()
        for match in found
        if match["doc"] or not match.group().startswith(("//", "/*"))
    ]


def laid_out(tokens: Sequence[str], chance: Chance) -> str:
    parts: list[str] = []
    last = ""
    for token in tokens:
        parts.append(_between(last, token, chance))
        parts.append(token)
        last = token
    parts.append(chance.choice(["", "\n", " ", "\r\n", "// end", "/* end */\n"]))
    return "".join(parts)


def relaid(text: str, chance: Chance) -> str:
    return laid_out(tokens_of(text), chance)


def _between(last: str, token: str, chance: Chance) -> str:
    if last.startswith("///"):
        return "\n" + " " * chance.randrange(5)
    kind = chance.randrange(20)
    if kind == 0:
        return " " + chance.choice(_COMMENTS)
    if kind == 1 and not token.startswith("///"):
        return "\n" + chance.choice(_DOCS)
    if token.startswith("///"):
        return "\n" * chance.randrange(1, 3)
    joinable = not (last[-1:].isalnum() or last[-1:] == "_") or not (
        token[:1].isalnum() or token[:1] == "_"
    )
    # A `-` could begin a number, and two `:` would be another sign.
    if kind < 8 and joinable and (last[-1:], token[:1]) not in ((":", ":"),) and token[:1] != "-":
        return ""
    return chance.choice(_BLANKS)
