"""Texts that nobody would write and anybody could send: one kind of thing, over and over.

Each kind is a function from a number of characters to a text that has about so many; what kind of
mistake is in it, or whether there is one, is not its matter. Made to find time, memory or depth that
grows faster than the text. Used by test_junk.py and by the benchmark of the compiler.
"""

from __future__ import annotations

import random
from collections.abc import Callable

Kind = Callable[[int], str]

GOOD = "protocol PFoo { parent: async Ping(); };\n"


def _often(unit: str, before: str = "", after: str = GOOD) -> Kind:
    return lambda size: before + unit * (size // len(unit)) + after


def _counted(unit: Callable[[int], str], before: str = "", after: str = GOOD) -> Kind:
    """`unit` is given 0, 1, 2 ..."""

    def text(size: int) -> str:
        parts = [before]
        length = number = 0
        while length < size:
            part = unit(number)
            parts.append(part)
            length += len(part)
            number += 1
        return "".join(parts) + after

    return text


def _ring(declare: Callable[[int, int], str]) -> Kind:
    """`declare` is given a number and the next one; after the last comes the first."""

    def text(size: int) -> str:
        count = max(2, size // len(declare(10_000, 10_001)))
        return "".join(declare(n, (n + 1) % count) for n in range(count)) + GOOD

    return text


def _nested(opening: str, inside: str, closing: str, before: str = "", after: str = GOOD) -> Kind:
    def text(size: int) -> str:
        depth = size // (len(opening) + len(closing))
        return before + opening * depth + inside + closing * depth + after

    return text


def _bytes(size: int) -> str:
    chance = random.Random(size)
    return chance.randbytes(size).decode("utf-8", errors="replace")


def _words(size: int) -> str:
    words = "struct union enum const using include protocol namespace async sync parent child both"
    words += (
        ' manager manages returns nullable UniquePtr or from { } ( ) [ ] < > ; : , ? = "a" 1 x T'
    )
    return " ".join(random.Random(size).choices(words.split(), k=size // 6))


def _long_name(size: int) -> str:
    return f"struct {'a' * (size // 2)} {{ {'X x; ' * (size // 10)} }};" + GOOD


def _actors_in_a_chain(size: int) -> str:
    """Every message carries what contains everything."""
    count = size // 60
    structs = "".join(f"struct S{n} {{ S{n + 1} a; }};\n" for n in range(count))
    messages = "".join(f"  async M{n}(S0 a);\n" for n in range(count))
    return f"{structs}struct S{count} {{ int a; }};\nprotocol PFoo {{ parent:\n{messages}}};"


KINDS: dict[str, Kind] = {
    # No text of ours at all.
    "random bytes": _bytes,
    "random words": _words,
    "one word": lambda size: "a" * size,
    "one number": lambda size: "1" * size,
    "one string": lambda size: 'include "' + "a" * size + '";',
    "one open string": lambda size: '"' + "a" * size,
    "one comment": lambda size: "/*" + "a" * size + "*/" + GOOD,
    "one open comment": lambda size: "/*" * (size // 2),
    "quotes": lambda size: '"' * size,
    "unknown signs": _often("@ "),
    "unknown signs together": _often("@"),
    "NUL": _often("\0"),
    "letters beyond ASCII": _often("é"),
    "carriage returns": _often("\r"),
    "empty lines": _often("\n"),
    "empty comments": _often("/**/"),
    "comment lines": _often("//\n"),
    "doc comments": _often("///\n"),
    "doc comments behind something": _often("///\n", before="struct S { };"),
    # One sign or word.
    "[": lambda size: "[" * size,
    "{": lambda size: "{" * size,
    "(": lambda size: "(" * size,
    "<": lambda size: "<" * size,
    "}": lambda size: "}\n" * (size // 2),
    ";": _often(";"),
    "; on lines": _often(";\n"),
    "const": _often("const "),
    "enum": _often("enum "),
    "const of no end": _often("const a a a\n"),
    "strings": _often('"a" '),
    "a:b": _often("a:b "),
    # Depth.
    "namespaces": _nested("namespace n {\n", "struct S { };", "}\n"),
    "open namespaces": _often("namespace n {\n", after=""),
    "lists in open namespaces": lambda size: "namespace n{" * (size // 24) + "[A]struct S{};" * 99,
    "UniquePtr": _nested("UniquePtr<", "int", ">", "struct S { ", " x; };\n" + GOOD),
    "arrays": _often("[]", before="struct S { int", after=" x; };\n" + GOOD),
    "optionals": _often("?", before="struct S { int", after=" x; };\n" + GOOD),
    "maps": _nested("map<int, ", "int", ">", "struct S { ", " x; };\n" + GOOD),
    "maps as keys": _nested("map<", "int", ", int>", "struct S { ", " x; };\n" + GOOD),
    "templates": _nested("a<", "int", ">", "struct S { ", " x; };\n" + GOOD),
    "open templates": _often("a<", before="struct S { ", after=""),
    "qualified type": _often("a::", before="struct S { ", after="b x; };\n" + GOOD),
    "qualified using": _often("a::", before="using ", after='b from "h.h";\n' + GOOD),
    "structs in structs": _often("struct S {\n", after=""),
    "protocols in protocols": _often("protocol P {\n", after=""),
    # Many of something.
    "structs": _counted(lambda n: f"struct S{n} {{ }};\n"),
    "fields": _counted(lambda n: f"  int f{n};\n", "struct S {\n", "};\n" + GOOD),
    "components": _often("  int;\n", "union U {\n", "};\n" + GOOD),
    "messages": _counted(lambda n: f"  async M{n}();\n", "protocol PFoo { parent:\n", "};"),
    "parameters": _counted(
        lambda n: f"  int p{n},\n", "protocol PFoo { parent: async M(\n", "int q); };"
    ),
    "values": _counted(lambda n: f"  k{n},\n", "enum E : uint32_t {\n", "};\n" + GOOD),
    "constants": _counted(lambda n: f"const int k{n} = {n};\n"),
    "C++ types": _counted(lambda n: f'using T{n} from "h.h";\n'),
    "attributes": _counted(lambda n: f"A{n},\n", "[", "A] struct S { };\n" + GOOD),
    "attribute lists": _often("[A]"),
    "empty attribute lists": _often("[]"),
    "labels": _often("parent:\n", "protocol PFoo {\n", "async Ping(); };"),
    "managers": _counted(lambda n: f"PA{n} or\n", "protocol PFoo { manager\n", "PB; };"),
    "managed": _counted(lambda n: f"manages PA{n};\n", "protocol PFoo {\n", "};"),
    "missing includes": _counted(lambda n: f"include H{n};\n"),
    "late includes": _often('include "h.h";\n', before=GOOD, after=""),
    # Mistakes, many of them.
    "unknown types": _counted(lambda n: f"struct Str{n} {{ Stz{n} a; }};\n"),
    "unknown types on one line": _counted(lambda n: f"struct Str{n} {{ Stz{n} a; }};"),
    "unknown constants": _counted(lambda n: f"const int kAa{n} = kAb{n};\n"),
    "equal structs": _often("struct S { };\n"),
    "equal fields": _often("  int f;\n", "struct S {\n", "};\n" + GOOD),
    "equal messages": _often("  async M();\n", "protocol PFoo { parent:\n", "};"),
    "a long name in many messages": _long_name,
    "wrong separators": _counted(lambda n: f"  k{n};\n", "enum E : uint8_t {\n", "};\n" + GOOD),
    "differing imports": _often('[RefCounted] using a::b from "h";\n', 'using a::b from "h";\n'),
    "states": _often("state A: send B goto A;\n", "protocol PFoo { parent: async B();\n", "};"),
    "destructors of old": _often("async ~PBar();\n", "protocol PFoo { parent:\n", "};"),
    # Chains and circles.
    "structs in a chain": _counted(lambda n: f"struct S{n} {{ S{n + 1} a; }};\n"),
    "structs in a ring": _ring(lambda n, next_: f"struct S{n} {{ S{next_} a; }};\n"),
    "unions in a chain": _counted(lambda n: f"union U{n} {{ int; U{n + 1}[]; }};\n"),
    "unions in a ring": _ring(lambda n, next_: f"union U{n} {{ int; U{next_}[]; }};\n"),
    "constants in a chain": _counted(lambda n: f"const int k{n} = k{n + 1};\n"),
    "constants in a ring": _ring(lambda n, next_: f"const int k{n} = k{next_};\n"),
    "actors in a chain": _actors_in_a_chain,
}
