"""What `ipdl gen` writes: byte for byte as committed, and the same wherever and however it runs."""

from __future__ import annotations

import functools
import re
import shutil
from pathlib import Path

import pytest

from tests.compiler import golden_outputs as golden

SOURCES = golden.sources()
generated = functools.cache(golden.generated)  # of the tree, which does not change under the tests


def _name(source: Path) -> str:
    return source.name


@pytest.mark.parametrize("source", SOURCES, ids=_name)
def test_output_is_as_committed(source: Path) -> None:
    """After a wanted change: `python3 tests/compiler/golden_outputs.py --update`, and commit both."""
    found = "".join(golden.differences(source))
    assert "" == found


def test_every_committed_directory_has_its_source() -> None:
    directories = {path.name for path in golden.GOLDEN.iterdir() if path.is_dir()}
    assert {source.stem for source in SOURCES} == directories


def test_output_does_not_depend_on_where_the_source_lies(tmp_path: Path) -> None:
    shutil.copytree(golden.GOLDEN, tmp_path / "elsewhere")
    source = golden.GOLDEN / "PTrunk.ipdl"
    copy = tmp_path / "elsewhere" / source.name
    assert golden.generated(source) == golden.generated(copy, directory=tmp_path)


@pytest.mark.parametrize("source", SOURCES, ids=_name)
def test_output_begins_with_its_source_and_names_no_directory(source: Path) -> None:
    for name, text in generated(source).items():
        assert f"// {name}: " == text[: len(name) + 5]
        expected = f"// Generated from {source.name} by the ipdl compiler; do not edit."
        assert expected == text.splitlines()[1]
        assert None is re.search(re.escape(str(golden.ROOT)), text)


@pytest.mark.parametrize("source", SOURCES, ids=_name)
def test_lines_are_tidy(source: Path) -> None:
    for name, text in generated(source).items():
        for number, line in enumerate(text.splitlines(), 1):
            assert line == line.rstrip(), f"{name}:{number}: blanks at the end"
            assert "\t" not in line, f"{name}:{number}: a tab"
        assert "\n\n\n" not in text, f"{name}: two blank lines"
        assert text.endswith("\n") and not text.endswith("\n\n"), name
