"""The grammar is LALR(1) without conflicts, and its tables are kept safely."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from pathlib import Path

import pytest

from ipdl import contextual, lexer, tables


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    tables.load.cache_clear()
    return tmp_path / "cache" / "ipdl"


DANGLING_ELSE = 'start: "if" start | "if" start "else" start | "x"'


@pytest.mark.parametrize(
    "grammar, conflicts", [(tables.GRAMMAR.read_text(), False), (DANGLING_ELSE, True)]
)
def test_the_grammar_has_no_conflicts(
    caplog: pytest.LogCaptureFixture, grammar: str, conflicts: bool
) -> None:
    """lark settles shift/reduce conflicts in silence, but for its log."""
    import lark

    level = lark.logger.level
    with caplog.at_level(logging.DEBUG, logger=lark.logger.name):
        tables.analyse(grammar, debug=True)
    lark.logger.setLevel(level)
    assert conflicts == any("onflict" in record.getMessage() for record in caplog.records)


def test_every_reserved_word_is_in_the_grammar_and_the_other_way_round() -> None:
    terminals = {kind for row in tables.load().actions for kind in row if kind.isidentifier()}
    words = lexer.RESERVED | contextual.WORDS
    assert words == terminals - {"ID", "STRING", "NUMBER", "ERROR"}


def test_cached_tables_are_those_that_were_computed(cache: Path) -> None:
    computed = tables.load()
    tables.load.cache_clear()
    assert 1 == len(list(cache.iterdir()))
    assert computed == tables.load()


@pytest.fixture
def file(cache: Path) -> Path:
    """Of the cache, as a first run leaves it."""
    tables.load()
    tables.load.cache_clear()
    (path,) = cache.iterdir()
    return path


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "[[],[],[],0,0]", "\xff", '[[{}],[{}],[["a"]],9,0]']
)
@pytest.mark.parametrize("signed", [False, True])
def test_a_broken_cache_is_rebuilt(file: Path, body: str, signed: bool) -> None:
    good = file.read_bytes()
    data = body.encode("latin-1")
    if signed:
        data = hashlib.sha256(data).hexdigest().encode() + b"\n" + data
    file.write_bytes(data)
    tables.load()
    assert good == file.read_bytes()


@pytest.mark.parametrize("at", [0, 70, 5000, -1])
def test_a_cache_with_one_wrong_byte_is_rebuilt(file: Path, at: int) -> None:
    good = file.read_bytes()
    data = bytearray(good)
    data[at] ^= 1
    file.write_bytes(data)
    tables.load()
    assert good == file.read_bytes()


def test_a_cache_that_others_can_write_is_not_believed(file: Path) -> None:
    """As if they had put tables of their own there, with the right hash."""
    good = file.read_bytes()
    tables_ = json.loads(good.partition(b"\n")[2])
    tables_[2][0][2] = "lost_item"
    body = json.dumps(tables_).encode()
    file.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    file.chmod(0o666)
    tables.load()
    assert (good, 0o600) == (file.read_bytes(), file.stat().st_mode & 0o777)


@pytest.mark.parametrize("kind", ["pipe", "endless", "directory", "dangling"])
def test_something_else_in_the_place_of_the_cache_does_not_matter(file: Path, kind: str) -> None:
    file.unlink()
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "directory":
        file.mkdir()
    else:
        file.symlink_to("/dev/zero" if kind == "endless" else "nowhere")
    assert tables.load().actions
    assert [file] == list(file.parent.iterdir())


def test_without_a_writable_cache_the_tables_are_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    tables.load.cache_clear()
    assert tables.load().actions
