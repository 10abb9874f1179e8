"""The pages about the language and the commands hold what they promise, word for word, and leave
nothing out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ipdl import attributes, lexer, prelude
from ipdl.commands import COMMANDS
from tests.compiler.command import ROOT, ipdl
from tests.consumer.walkthrough import follow, steps_of

PAGES = ("docs/language.md", "docs/tools.md")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A reader's: `ipdl` is on the path."""
    launcher = tmp_path / "bin/ipdl"
    launcher.parent.mkdir()
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} -m ipdl "$@"\n')
    launcher.chmod(0o755)
    path = f"{launcher.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "LC_ALL": "C"}


@pytest.mark.parametrize("page", PAGES)
def test_a_reader_who_follows_the_page_gets_there(
    page: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    here = tmp_path / "reader"
    here.mkdir()

    follow(text, here, environment)


def test_the_examples_of_the_language_are_laid_out_and_clean(tmp_path: Path) -> None:
    text = (ROOT / "docs/language.md").read_text(encoding="utf-8")
    files = {step.path: step.text for step in steps_of(text) if step.kind == "file"}
    sources = [name for name in files if name.endswith((".ipdl", ".ipdlh"))]
    for name in sources:
        (tmp_path / name).write_text(files[name])

    assert (0, "") == (ipdl(tmp_path, "format", "--check", *sources).code, "")
    ours = [name for name in sources if name != "PEditor.ipdl"]
    checked = ipdl(tmp_path, "check", *ours)
    assert (0, "") == (checked.code, checked.err)


def test_the_language_page_names_every_word_type_and_attribute() -> None:
    text = (ROOT / "docs/language.md").read_text(encoding="utf-8")
    words = set(re.findall(r"\w+", text))
    assert set() == lexer.RESERVED - words
    sized = {f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)}
    assert set() == set(prelude.load("std").types) - words - sized
    assert set() == set(prelude.load("std").processes) - words


def test_the_language_page_lists_the_attributes_of_each_declaration() -> None:
    text = (ROOT / "docs/language.md").read_text(encoding="utf-8")
    table = text.partition("## All attributes")[2].partition("\n## ")[0]
    listed: dict[str, set[str]] = {}
    for places, names in re.findall(r"^\| (?:an? )?([^|]+) \| (`.+) \|$", table, re.MULTILINE):
        for place in places.split(" or "):
            listed[place.strip("`")] = set(re.findall(r"`(\w+)`", names))
    assert listed.pop("result") == listed["parameter"]
    expected = {place: set(known) for place, known in attributes._TABLE.items() if known}
    assert expected == listed


def test_the_page_of_the_commands_has_each_of_them() -> None:
    text = (ROOT / "docs/tools.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[`ipdl (\w+)`\]\(#(\w+)\)", text, re.MULTILINE)
    assert sorted(COMMANDS) == sorted(name for name, _ in listed)
    assert all(name == anchor and f"\n## {name}\n" in text for name, anchor in listed)


def test_the_index_of_the_messages_is_up_to_date() -> None:
    tool = [sys.executable, "tools/diagnostics_page.py"]
    done = subprocess.run(tool, cwd=ROOT, capture_output=True, text=True)
    assert (0, "") == (done.returncode, done.stdout + done.stderr)


def test_the_picture_of_our_own_protocols_is_up_to_date() -> None:
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "protocols").glob("*.ipdl"))
    command = ["graph", "-I", "protocols", *sources]
    expected = (ROOT / "docs/protocols.svg").read_text(encoding="utf-8")
    assert expected == ipdl(ROOT, *command).out, f"ipdl {' '.join(command)} -o docs/protocols.svg"
