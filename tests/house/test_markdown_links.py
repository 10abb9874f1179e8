"""Links in the documentation lead somewhere: relative ones to a file, anchors to a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.dev.tree import ROOT, own_files

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")


def test_every_link_resolves() -> None:
    found = [finding for page in own_files(".md") for finding in broken_links(page, ROOT)]

    assert [] == found, "\n".join(found)


def test_broken_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A heading, here\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[ok](there.md) [ok](there.md#a-heading-here) [ok](https://example.org) [ok](#top)\n"
        "# Top\n```\n[ignored](in-code.md)\n```\n"
        "[gone](gone.md) ![gone](gone.png) [gone](there.md#gone) [gone](#gone)\n"
    )

    found = list(broken_links(page, tmp_path))

    assert ["gone.md", "gone.png", "there.md#gone", "#gone"] == [f.split(" -> ")[1] for f in found]


def broken_links(page: Path, root: Path) -> Iterator[str]:
    text = _CODE.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))
    for target in _LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page
        fits = file.exists() and (not anchor or anchor in _anchors(file))
        if not fits:
            yield f"{page.relative_to(root)} -> {target}"


def _anchors(page: Path) -> set[str]:
    """The anchors that a forge makes of the headings: lower case, no punctuation, dashes."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+\s+(.*?)\s*#*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
