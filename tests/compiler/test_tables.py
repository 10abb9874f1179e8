"""The grammar is LALR(1) without conflicts, and its tables are kept safely."""

from __future__ import annotations

import json
import logging
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


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "[[],[],[],0,0]", "\xff", '[[{}],[{}],[["a"]],9,0]']
)
def test_a_broken_cache_is_rebuilt(cache: Path, text: str) -> None:
    tables.load()
    tables.load.cache_clear()
    (file,) = cache.iterdir()
    good = file.read_text()
    file.write_text(text, encoding="latin-1")
    tables.load()
    assert json.loads(good) == json.loads(file.read_text())


def test_without_a_writable_cache_the_tables_are_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    tables.load.cache_clear()
    assert tables.load().actions
