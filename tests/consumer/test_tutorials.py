"""The pages that tell a reader what to do hold what they promise, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiler import test_pages
from tests.consumer import projects
from tests.consumer.walkthrough import follow, steps_of
from tools.dev.tree import ROOT, own_files

_PAGES = ("README.md", "docs/portals.md")


@pytest.fixture
def environment(installed: Path) -> dict[str, str]:
    """What a reader has: the tree (as $IPDL), and an installed copy."""
    return {**projects.uses_installed(installed, projects.environment()), "IPDL": str(ROOT)}


@pytest.mark.parametrize("page", _PAGES)
def test_a_reader_who_follows_the_page_gets_there(
    page: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [] != [step for step in steps_of(text) if step.kind == "run"]

    follow(text, tmp_path, environment)


def test_every_page_with_steps_is_followed() -> None:
    # docs/testing.md explains the marks, but has none itself.
    pages = {
        str(page.relative_to(ROOT))
        for page in own_files(".md")
        if steps_of(page.read_text(encoding="utf-8"))
    }

    assert {*_PAGES, *test_pages.PAGES} == pages
