"""The examples of the guide's pages stand in files that are compiled and run.

A page shows a part of a file in a fence below a comment that names the file:

    <!-- from: tests/guide/messages_test.cc -->

The fence's lines stand in the file one after the other, further in or not; a line `...` stands for
any others. What comes from another system, and is only for reading, has `<!-- elsewhere -->`.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(page.name for page in (ROOT / "docs").glob("from-*.md")) + ["guide.md"]

_FENCE = re.compile(
    r"^(?:<!-- (?P<mark>from: (?P<path>\S+)|elsewhere) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def _parts(text: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in textwrap.dedent(text).splitlines():
        if line.strip() == "...":
            parts.append([])
        else:
            parts[-1].append(line)
    return [part for part in parts if part]


def _find(part: list[str], lines: list[str], begin: int) -> int:
    """The line behind `part` in `lines`, from `begin` on; -1 if it is not there."""
    wanted = textwrap.dedent("\n".join(part))
    for at in range(begin, len(lines) - len(part) + 1):
        if textwrap.dedent("\n".join(lines[at : at + len(part)])) == wanted:
            return at + len(part)
    return -1


def missing(text: str, source: str) -> str:
    """The first part of an excerpt that is not in `source`, in order; empty if all are."""
    lines = source.splitlines()
    at = 0
    for part in _parts(text):
        at = _find(part, lines, at)
        if at < 0:
            return "\n".join(part)
    return ""


@pytest.mark.parametrize("page", PAGES)
def test_every_example_stands_in_a_file_that_is_compiled(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    fences = list(_FENCE.finditer(text))
    assert len(fences) * 2 == len(re.findall(r"^```", text, re.MULTILINE))
    assert any(fence["path"] for fence in fences)
    for fence in fences:
        line = text.count("\n", 0, fence.start()) + 1
        if fence["language"] in ("sh", "text") or fence["mark"] == "elsewhere":
            continue
        assert fence["path"], f"{page}:{line}: a fence without a file"
        source = (ROOT / fence["path"]).read_text(encoding="utf-8")
        lost = missing(fence["text"], source)
        assert not lost, f"{page}:{line}: not in {fence['path']}:\n{lost}"


def test_every_file_of_the_guide_is_shown() -> None:
    pages = "".join((ROOT / "docs" / page).read_text(encoding="utf-8") for page in PAGES)
    shown = set(re.findall(r"<!-- from: (\S+) -->", pages))
    tests = {str(path.relative_to(ROOT)) for path in (ROOT / "tests/guide").glob("*_test.cc")}
    assert tests <= shown


def test_an_excerpt_is_in_order_and_whole_lines() -> None:
    source = "a\n  b\n  c\nd\n"
    assert missing("b\nc\n", source) == ""
    assert missing("a\n...\nd\n", source) == ""
    assert missing("d\n...\na\n", source) == "a"
    assert missing("a\nc\n", source) == "a\nc"
