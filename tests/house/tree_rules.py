"""The rules that every file of the tree keeps, as functions from a file to its findings.

Each rule takes the path from the root and the text, and yields what is wrong as "LINE: words".
What is not here: layout and types (clang-format, black, mypy) and the floors (include_graph.py).
Called by test_tree_rules.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

Rule = Callable[[str, str], Iterator[str]]

MOST_LINES = 700
_CODE = (".h", ".cc", ".c", ".py", ".lark", ".sh")

# Written in pieces, so that this file keeps its own rules.
_MACHINE_PATH = re.compile(
    r"(?<![\w.])/(?:wo" + r"rk|ho" + r"me/\w+|ro" + r"ot|Us" + r"ers/\w+|tmp/(?:te" + r"am|b-\w))\b"
)
_OUTSIDE = re.compile(r"\.\./sha" + r"red\b")
_TRACKER = re.compile(r"(?i)\b(?:iss" + r"ue|tick" + r"et|pull req" + r"uest|fixes|closes) #?\d+\b")
_LATER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
_OWN_ABSL = re.compile(r"\babsl::(?:string_view|optional|variant)\b")
# The one place that turns ours into Abseil's.
_CONVERTS = ("glue/text.h",)
_MUTEX = re.compile(r"\babsl::(?:Mutex|MutexLock|CondVar)\b")


def no_machine_paths(_name: str, text: str) -> Iterator[str]:
    yield from _matches(_MACHINE_PATH, text, "a path of one machine")
    yield from _matches(_OUTSIDE, text, "a path outside the project")


def no_tracker_numbers(_name: str, text: str) -> Iterator[str]:
    yield from _matches(_TRACKER, text, "a number that only a tracker explains")


def nothing_left_for_later(_name: str, text: str) -> Iterator[str]:
    yield from _matches(_LATER, text, "work left for later belongs into the tracker")


def one_idea_per_file(name: str, text: str) -> Iterator[str]:
    lines = text.count("\n")
    if name.endswith(_CODE) and lines > MOST_LINES:
        yield f"{lines}: longer than {MOST_LINES} lines"
    if re.search(r"(?i)(^|_)(utils?|helpers?|common|misc)$", PurePosixPath(name).stem):
        yield "1: the name says nothing; a file is named after its one idea"


def headers_are_included_once(name: str, text: str) -> Iterator[str]:
    if not name.endswith(".h"):
        return
    guard = re.search(r"^#ifndef (\w+)\n#define (\w+)\s*$", text, re.MULTILINE)
    if "#pragma once" not in text and not (guard and guard.group(1) == guard.group(2)):
        yield "1: neither an include guard nor #pragma once"


def begins_with_a_comment(name: str, text: str) -> Iterator[str]:
    # A source that begins by including its own header is told by that header.
    told = text.startswith(f'#include "{PurePosixPath(name).with_suffix(".h")}"')
    if name.endswith((".h", ".cc", ".c")) and not told and not text.startswith(("//", "/*")):
        yield "1: does not begin with a comment that says what the file is"
    if name.endswith(".py"):
        body = re.sub(r"\A#!.*\n", "", text).lstrip("\n")
        if body and not body.startswith(('"""', 'r"""', "#")):
            yield "1: does not begin with a docstring that says what the file is"


def vocabulary_of_headers(name: str, text: str) -> Iterator[str]:
    """Debian's Abseil has its own string_view and optional; ours are the standard's."""
    if name.endswith(".h") and name not in _CONVERTS:
        yield from _matches(_OWN_ABSL, text, "use the standard library's type in headers")
    if name.endswith((".h", ".cc")):
        yield from _matches(_MUTEX, text, "locks are std::mutex behind our annotated wrapper")


ALL: tuple[Rule, ...] = (
    no_machine_paths,
    no_tracker_numbers,
    nothing_left_for_later,
    one_idea_per_file,
    headers_are_included_once,
    begins_with_a_comment,
    vocabulary_of_headers,
)


def _matches(pattern: re.Pattern[str], text: str, why: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if match := pattern.search(line):
            yield f"{number}: '{match.group(0)}': {why}"
