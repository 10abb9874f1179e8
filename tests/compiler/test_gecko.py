"""Files written for Gecko are accepted unchanged with `--prelude gecko`.

`gecko/` has some that were written by hand in that style, `gecko_tree` makes hundreds. A real tree is
read if IPDL_TREE names its directory:

    IPDL_TREE=DIR pytest tests/compiler/test_gecko.py

with a sync list or message metadata if they are there (`sync-messages.ini`, `message-metadata.ini`,
wherever in the tree), and IPDL_TREE_EDITION=2024 for an older one. Some files of such a tree go through
a text preprocessor before their compiler sees them; here every condition holds.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.compiler.command import Result, ipdl
from tests.compiler.gecko_tree import Tree

WRITTEN = Path(__file__).with_name("gecko")
REAL = os.environ.get("IPDL_TREE", "")


def _sources(tree: Path) -> list[Path]:
    return sorted(p for p in tree.rglob("*") if p.suffix in (".ipdl", ".ipdlh") and p.is_file())


def _preprocessed(text: bytes) -> bytes:
    """Without the lines that begin with `#`, and without what stands behind an `#else`; every line
    keeps its number."""
    kept: list[bytes] = []
    dropping: list[bool] = []  # for each condition that is open
    for line in text.split(b"\n"):
        word = line[1:].split()[:1] if line.startswith(b"#") else []
        if word and word[0].startswith(b"if"):
            dropping.append(False)
        elif word in ([b"else"], [b"elif"]) and dropping:
            dropping[-1] = True
        elif word == [b"endif"] and dropping:
            dropping.pop()
        kept.append(b"" if word or any(dropping) else line)
    return b"\n".join(kept)


def _copy_preprocessed(tree: Path, copy: Path) -> None:
    lists = [*tree.rglob("sync-messages.ini"), *tree.rglob("message-metadata.ini")]
    for path in (*_sources(tree), *lists):
        target = copy / path.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_bytes()
        target.write_bytes(text if path in lists else _preprocessed(text))


def _check(tree: Path, *options: str) -> Result:
    sources = _sources(tree)
    arguments = ["check", "--prelude", "gecko", *options]
    for directory in sorted({path.parent for path in sources}):
        arguments += ["-I", str(directory.relative_to(tree))]
    for option, name in (("sync-allow", "sync-messages"), ("message-metadata", "message-metadata")):
        for path in sorted(tree.rglob(name + ".ini"))[:1]:
            arguments += ["--" + option, str(path.relative_to(tree))]
    return ipdl(tree, *arguments, *(str(path.relative_to(tree)) for path in sources))


def test_files_written_in_that_style_are_accepted_in_silence() -> None:
    assert 8 == len(_sources(WRITTEN))
    assert (0, "", "") == tuple(vars(_check(WRITTEN)).values())


def test_the_lists_are_read(tmp_path: Path) -> None:
    """So that their being accepted above means something."""
    for path in WRITTEN.rglob("*.i*"):
        copy = tmp_path / path.relative_to(WRITTEN)
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_bytes()
        copy.write_bytes(text.replace(b"[PTab::GetWidget]", b"[PTab::GetWidgets]"))
    result = _check(tmp_path)
    assert 1 == result.code
    assert "`PTab::GetWidget` is not in the list" in result.err
    assert "`PTab::GetWidgets` is listed as a sync message, but does not exist" in result.err


@pytest.mark.parametrize("seed", range(4))
def test_a_tree_of_hundreds_of_files_is_accepted_in_silence(tmp_path: Path, seed: int) -> None:
    Tree(60 + 100 * seed, seed).write(tmp_path)
    assert (0, "", "") == tuple(vars(_check(tmp_path)).values())


def test_the_same_seed_makes_the_same_tree() -> None:
    assert Tree(40, 7).files == Tree(40, 7).files
    assert Tree(40, 7).files != Tree(40, 8).files


def test_a_mistake_in_a_tree_is_told_once_and_nothing_else(tmp_path: Path) -> None:
    """One name is misspelt in one file of hundreds."""
    Tree(120, 3).write(tmp_path)
    path = next(p for p in _sources(tmp_path) if "nsCString" in p.read_text(encoding="utf-8"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("nsCString", "nsCStrng", 1), encoding="utf-8")
    result = _check(tmp_path)
    assert (1, 1) == (result.code, result.err.count("error: "))
    assert "did you mean `nsCString`?" in result.err


def test_conditions_of_a_preprocessor_hold(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "PFoo.ipdl").write_text(
        "#ifdef A\ninclude Bar;\n#else\ninclude Missing;\n#endif\n"
        "[ChildProc=any] protocol PFoo {\nparent:\n#if defined(X)\n"
        "  async Ping(Bar b);\n# if Y\n  async Pong();\n# endif\n#endif\n};\n"
    )
    (tmp_path / "in" / "Bar.ipdlh").write_text("struct Bar { bool b; };\n")
    _copy_preprocessed(tmp_path / "in", tmp_path / "out")
    assert (0, "", "") == tuple(vars(_check(tmp_path / "out")).values())


@pytest.mark.skipif(not REAL, reason="IPDL_TREE names no tree")
def test_a_real_tree_is_accepted(tmp_path: Path) -> None:
    _copy_preprocessed(Path(REAL), tmp_path)
    result = _check(tmp_path, "--edition", os.environ.get("IPDL_TREE_EDITION", "2025"))
    assert 0 == result.code, result.err
