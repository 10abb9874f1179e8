"""Every number has a page, its examples do what the page says, and `ipdl explain` shows it."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ipdl import cli
from ipdl.diagnostics import TABLE
from ipdl.explain import page as pages
from ipdl.explain.page import Fence, Page
from tests.compiler.command import ROOT, ipdl

NUMBERS = sorted(int(path.stem) for path in pages.DIRECTORY.iterdir())
_NAMED = re.compile(r"(?://|#) (\S+)\n")
_CODE = re.compile(r"\bIPDL(\d{4})\b")
_SHELL_SIGNS = set("|;&$<>'\n")


@dataclass(frozen=True)
class Part:
    """What is under Wrong, or under Right."""

    files: dict[str, str]
    script: str


def _part(page: Page, title: str, command: str) -> Part:
    files: dict[str, str] = {}
    scripts: list[str] = []
    (section,) = (section for section in page.sections if section.title == title)
    for block in section.blocks:
        if isinstance(block, Fence):
            if block.language == "sh":
                scripts.append(block.text.strip())
            else:
                name = _NAMED.match(block.text)
                assert (
                    name is not None
                ), f"the first line of an example names its file: {block.text}"
                files[name[1]] = block.text
    if not scripts:
        scripts = [f"ipdl {command} {next(iter(files))}"]
    return Part(files, "\n".join(scripts))


def _run(part: Part, capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """(exit code, what was printed) in the current directory."""
    for name, text in part.files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    if not _SHELL_SIGNS & set(part.script):
        code = cli.main(shlex.split(part.script)[1:])
        out, err = capfd.readouterr()
        return code, out + err
    shim = Path(".bin/ipdl")
    shim.parent.mkdir(exist_ok=True)
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m ipdl "$@"\n')
    shim.chmod(0o755)
    path = f"{shim.parent.absolute()}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", part.script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": path},
    )
    return done.returncode, done.stdout


def test_every_number_has_a_page_and_every_page_a_number() -> None:
    assert sorted(TABLE) == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_the_examples_of_a_page_behave_as_it_says(
    number: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A number beside the page's own is allowed only if the page speaks of it."""
    monkeypatch.chdir(tmp_path)
    text = pages.path_of(number).read_text(encoding="utf-8")
    page = pages.parse(text)

    _, printed = _run(_part(page, "Wrong", "check"), capfd)
    found = set(map(int, _CODE.findall(printed)))
    assert number in found, printed
    assert set() == found - {number} - set(map(int, _CODE.findall(text))), printed

    assert (0, "") == _run(_part(page, "Right", "check"), capfd)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_page_has_its_parts_and_fits_a_terminal(number: int) -> None:
    text = pages.path_of(number).read_text(encoding="utf-8")
    page = pages.parse(text)
    assert ["", "Why", "Wrong", "Right"] == [section.title for section in page.sections]
    assert page.title and page.title[-1] not in ".:"
    assert 100 >= max(map(len, text.splitlines()))
    assert set(map(int, _CODE.findall(text))) <= set(TABLE)


def test_a_page_is_laid_out_for_a_terminal(tmp_path: Path) -> None:
    result = ipdl(tmp_path, "explain", "ipdl0114", environment={"COLUMNS": "60"})
    expected = """\
IPDL0114 (error): An attribute list is empty

`[]` before a declaration says nothing.

Why
  An attribute was meant and left out, or it was removed and
  its brackets were forgotten.

Wrong
    // PShelf.ipdl
    protocol PShelf {
    parent:
      [] async Find(string title);
    };

Right
    // PShelf.ipdl
    protocol PShelf {
    parent:
      async Find(string title);
    };
"""
    assert (0, expected, "") == (result.code, result.out, result.err)


@pytest.mark.parametrize("spelling", ["IPDL0042", "0", "9999", "[IPDL0000]"])
def test_a_number_that_is_not_there_is_wrong_usage(tmp_path: Path, spelling: str) -> None:
    result = ipdl(tmp_path, "explain", spelling)
    assert (2, "") == (result.code, result.out)
    assert "ipdl explain: error: there is no IPDL" in result.err
    assert "the nearest is IPDL" in result.err and "--list" in result.err


@pytest.mark.parametrize("arguments", [[], ["IPDL"], ["x42"], ["--list", "42"], ["-1"]])
def test_what_is_no_number_is_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    result = ipdl(tmp_path, "explain", *arguments)
    assert (2, "") == (result.code, result.out)
    assert result.err.count("ipdl explain: error: ") == 1


def test_the_list_has_a_line_for_each_number(tmp_path: Path) -> None:
    result = ipdl(tmp_path, "explain", "--list")
    lines = result.out.splitlines()
    assert (0, "") == (result.code, result.err)
    assert [f"IPDL{number:04}" for number in NUMBERS] == [line[:8] for line in lines]
    assert "IPDL0114  error    An attribute list is empty" in lines
    assert 100 >= max(map(len, lines))


def test_the_numbers_in_a_text_are_explained_once_each(tmp_path: Path) -> None:
    text = b"a.ipdl:1:1: error: x [IPDL0114]\nb [IPDL0116] c [IPDL0114] d [IPDL9999]\n"
    result = ipdl(tmp_path, "explain", "-", stdin=text)
    assert (0, "") == (result.code, result.err)
    heads = [line[:8] for line in result.out.splitlines() if line.startswith("IPDL")]
    assert ["IPDL0114", "IPDL0116"] == heads


def test_a_text_without_numbers_needs_no_explanation(tmp_path: Path) -> None:
    result = ipdl(tmp_path, "explain", "-", stdin=b"\xff\n")
    assert (0, "", "") == (result.code, result.out, result.err)


def test_a_person_at_a_terminal_is_told_of_the_pages(tmp_path: Path) -> None:
    (tmp_path / "PFoo.ipdl").write_text("protocol PFoo { parent: [] async Ping(); };\n")
    terminal, end = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "ipdl", "check", "PFoo.ipdl"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=end,
        timeout=60,
    )
    os.close(end)
    shown = os.read(terminal, 10_000).decode()
    os.close(terminal)
    assert 1 == done.returncode
    assert shown.endswith("1 error; `ipdl explain IPDL0114` tells more\r\n")
