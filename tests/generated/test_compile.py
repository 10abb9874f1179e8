"""Everything that `ipdl gen` writes compiles without a warning, with g++ and with clang++: each header
alone, all sources as one, and whatever names the author chose.

Syntax and types only (-fsyntax-only); what the code does, and that each source compiles on its own,
is for the C++ tests here. A compiler that is not installed is left out; one must be there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench import trial_protocols
from tests.generated import hostile_names

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COMPILERS = [name for name in ("g++", "clang++") if shutil.which(name)]
FLAGS = ["-fsyntax-only", "-fno-exceptions", "-fno-rtti"]
FLAGS += ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Werror"]
# Names like `linux` and `unix` are macros in GNU mode only, which clang++ is given.
STANDARDS = ["-std=c++20", "-std=gnu++20"]

OWN_SOURCES = sorted([*HERE.glob("*.ipdl"), *HERE.glob("*.ipdlh")])

Job = tuple[str, Path, tuple[Path, ...]]  # compiler, file, include directories


def _generate(sources: list[Path], out: Path, side: str = "both") -> list[Path]:
    """All outputs of the sources, which may include each other."""
    includes = sorted({f"-I{source.parent}" for source in sources})
    argv = [sys.executable, "-m", "ipdl", "gen", *map(str, sources), *includes]
    argv += ["-o", str(out), "--side", side]
    run = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)
    assert 0 == run.returncode, run.stderr
    return sorted(out.iterdir())


def _compile(job: Job) -> str:
    compiler, file, directories = job
    language = ["-x", "c++"] if file.suffix == ".h" else []
    includes = [f"-I{directory}" for directory in (*directories, ROOT)]
    standard = STANDARDS[compiler == "clang++"]
    argv = [compiler, standard, *FLAGS, *includes, *language, str(file)]
    run = subprocess.run(argv, capture_output=True, text=True)
    return "" if run.returncode == 0 else f"{compiler} {file.name}\n{run.stderr[:3000]}"


def _failures(jobs: list[Job]) -> str:
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return "".join(pool.map(_compile, jobs))


def _everywhere(files: list[Path], *directories: Path) -> list[Job]:
    return [(compiler, file, directories) for compiler in COMPILERS for file in files]


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What is generated for the protocols of these tests."""
    return _generate(OWN_SOURCES, tmp_path_factory.mktemp("ordinary"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """What is generated for the protocols of hostile_names."""
    written = tmp_path_factory.mktemp("hostile_sources")
    for name, text in hostile_names.SOURCES.items():
        (written / name).write_text(text, encoding="utf-8")
    yield _generate(sorted(written.iterdir()), tmp_path_factory.mktemp("hostile"))


def test_a_compiler_is_there() -> None:
    assert [] != COMPILERS


def test_each_header_compiles_alone(ordinary: list[Path]) -> None:
    headers = [path for path in ordinary if path.suffix == ".h"]
    assert "" == _failures(_everywhere(headers, ordinary[0].parent))


def test_all_sources_compile_as_one(ordinary: list[Path], tmp_path: Path) -> None:
    unified = _unified(tmp_path, [path for path in ordinary if path.suffix == ".cc"])
    assert "" == _failures(_everywhere([unified], ordinary[0].parent, HERE))


def test_no_name_of_an_author_breaks_the_code(hostile: list[Path], tmp_path: Path) -> None:
    unified = _unified(tmp_path, [path for path in hostile if path.suffix == ".cc"])
    assert "" == _failures(_everywhere([unified], hostile[0].parent))


def _unified(directory: Path, sources: list[Path]) -> Path:
    """One file that includes the sources: what some build systems make."""
    unified = directory / "unified.cc"
    unified.write_text("".join(f'#include "{path}"\n' for path in sources))
    return unified


def test_the_same_names_live_in_two_namespaces(tmp_path: Path) -> None:
    for namespace in ("one", "two"):
        source = tmp_path / namespace / "PTwin.ipdl"
        source.parent.mkdir()
        source.write_text(hostile_names.twin(namespace), encoding="utf-8")
        _generate([source], tmp_path / f"out_{namespace}")
    parts = [f"out_{n}/PTwin{part}.cc" for n in ("one", "two") for part in ("", "Parent", "Child")]
    unified = _unified(tmp_path, [tmp_path / part for part in parts])
    assert "" == _failures(_everywhere([unified]))


def test_an_author_needs_no_other_include(tmp_path: Path) -> None:
    """The generated header brings the types that the author's class sends and receives."""
    trial = trial_protocols.trial(0)
    source = tmp_path / f"P{trial.stem}.ipdl"
    source.write_text(trial.source, encoding="utf-8")
    out = tmp_path / "out"
    _generate([source], out)
    for side in ("Parent", "Child"):
        (out / f"{trial.stem}{side}.h").write_text(trial.author_header(side.lower()))
    unit = tmp_path / "unit.cc"
    unit.write_text(trial.author_includes + trial.author_source, encoding="utf-8")
    assert "" == _failures(_everywhere([unit], out))


@pytest.mark.parametrize("side, other", [("parent", "Child"), ("child", "Parent")])
def test_one_side_needs_nothing_of_the_other(side: str, other: str, tmp_path: Path) -> None:
    """Programs that hold one side each are built from one side's files and their author's classes."""
    files = _generate(OWN_SOURCES, tmp_path / "out", side)
    assert [] == [path.name for path in files if path.stem.endswith(other)]
    unified = _unified(tmp_path, [path for path in files if path.suffix == ".cc"])
    includes = [f"-I{directory}" for directory in (tmp_path / "out", HERE, ROOT)]
    made = tmp_path / "unified.o"
    argv = [COMPILERS[0], STANDARDS[0], *FLAGS[1:], *includes, "-c", str(unified), "-o", str(made)]
    run = subprocess.run(argv, capture_output=True, text=True)
    assert "" == run.stderr[:3000]
    needed = subprocess.run(["nm", "-uC", str(made)], capture_output=True, text=True).stdout
    classes = [f"{source.stem}{other}::" for source in OWN_SOURCES]
    assert [] == [line for line in needed.splitlines() if any(name in line for name in classes)]
