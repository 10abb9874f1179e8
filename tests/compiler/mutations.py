"""Small damage to a file: what a slip of the hand, a bad merge or a broken disk does.

Each mutation takes the bytes of a file and gives other bytes; what is wrong with the result, if
anything, is not known. Used by the property tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ipdl.lexer import RESERVED
from tests.compiler.chance import Chance

Mutation = Callable[[bytes, Chance], bytes]

_TOKEN = re.compile(rb'"[^"\n]*"|\w+|::|[^\s\w]')
WORDS = [word.encode() for word in sorted(RESERVED)]
WORDS += [
    b"enum",
    b"const",
    b"map",
    b"x",
    b"PFoo",
    b"int",
    b"7",
    b'"a"',
    b"/*",
    b"*/",
    b"//",
    b"///",
]
WORDS += [
    sign.encode() for sign in "( ) { } [ ] < > ; : , ? = :: ~ @ # \\ ' \" - . é \u202e".split()
]


def _token(data: bytes, chance: Chance) -> tuple[int, int]:
    """The place of any token."""
    tokens = list(_TOKEN.finditer(data))
    return chance.choice(tokens).span() if tokens else (0, 0)


def delete_token(data: bytes, chance: Chance) -> bytes:
    start, end = _token(data, chance)
    return data[:start] + data[end:]


def double_token(data: bytes, chance: Chance) -> bytes:
    start, end = _token(data, chance)
    return data[:end] + b" " + data[start:end] + data[end:]


def swap_tokens(data: bytes, chance: Chance) -> bytes:
    (a, b), (c, d) = sorted([_token(data, chance), _token(data, chance)])
    if b > c:
        return data
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def insert_token(data: bytes, chance: Chance) -> bytes:
    _, end = _token(data, chance)
    return data[:end] + b" " + chance.choice(WORDS) + b" " + data[end:]


def replace_token(data: bytes, chance: Chance) -> bytes:
    start, end = _token(data, chance)
    return data[:start] + chance.choice(WORDS) + data[end:]


def delete_range(data: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.randrange(60) :]


def move_range(data: bytes, chance: Chance) -> bytes:
    at, to = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
    moved = data[at : at + 40]
    return data[:at] + data[at + 40 : to] + moved + data[max(to, at + 40) :]


def double_line(data: bytes, chance: Chance) -> bytes:
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    return b"\n".join([*lines[:at], lines[at], *lines[at:]])


def join_lines(data: bytes, chance: Chance) -> bytes:
    ends = [match.start() for match in re.finditer(rb"\n", data)]
    if not ends:
        return data
    at = chance.choice(ends)
    return data[:at] + data[at + 1 :]


def truncate(data: bytes, chance: Chance) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def flip_bit(data: bytes, chance: Chance) -> bytes:
    changed = bytearray(data)
    if changed:
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def insert_bytes(data: bytes, chance: Chance) -> bytes:
    odd = [b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\x1b[31m", b"\x85"]
    odd += ["\u2028".encode(), "\U0001f600".encode(), "ж".encode(), "́".encode()]
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(odd) + data[at:]


def end_lines_otherwise(data: bytes, chance: Chance) -> bytes:
    return data.replace(b"\n", chance.choice([b"\r\n", b"\r", b"\n\n", b"\x0b", b" "]))


def begin_with_mark(data: bytes, chance: Chance) -> bytes:
    return b"\xef\xbb\xbf" * chance.randrange(1, 3) + data


ALL: tuple[Mutation, ...] = (
    delete_token,
    double_token,
    swap_tokens,
    insert_token,
    replace_token,
    delete_range,
    move_range,
    double_line,
    join_lines,
    truncate,
    flip_bit,
    insert_bytes,
    end_lines_otherwise,
    begin_with_mark,
)


def mutated(data: bytes, chance: Chance) -> bytes:
    for _ in range(chance.choice([1, 1, 2, 5])):
        data = chance.choice(ALL)(data, chance)
    return data
