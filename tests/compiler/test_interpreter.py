"""`python3 -m ipdl` where the python3 at hand cannot run the compiler."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiler.command import ROOT

GOOD = b"protocol PFoo { parent: async Ping(); };"


def _start(tmp_path: Path, hidden: str, path: str) -> subprocess.CompletedProcess[str]:
    """Runs the compiler with an empty cache in an interpreter in which `hidden` cannot be found."""
    (tmp_path / "PFoo.ipdl").write_bytes(GOOD)
    code = (
        "import runpy, sys, importlib.abc\n"
        "class Hide(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name == {hidden!r}: raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Hide())\n"
        "sys.argv = ['ipdl', 'check', 'PFoo.ipdl']\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "runpy.run_module('ipdl', run_name='__main__', alter_sys=True)\n"
    )
    environment = {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "1",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PATH": path,
    }
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env=environment,
    )


def test_an_interpreter_without_lark_becomes_one_that_has_it(tmp_path: Path) -> None:
    """The next candidate is a python3 on PATH: a link that is not the running one by its name."""
    programs = tmp_path / "bin"
    programs.mkdir()
    launcher = programs / "python3.15"
    launcher.write_text(f'#!/bin/sh\necho became >&2\nexec {sys.executable} "$@"\n')
    launcher.chmod(0o755)
    done = _start(tmp_path, "lark", str(programs))
    if Path("/usr/bin/python3").resolve() == Path(sys.executable).resolve():
        assert (0, "became\n") == (done.returncode, done.stderr)
    else:
        assert (0, "") == (done.returncode, done.stdout)


def test_without_any_lark_the_line_that_installs_it_is_printed(tmp_path: Path) -> None:
    if Path("/usr/bin/python3").resolve() != Path(sys.executable).resolve():
        pytest.skip("/usr/bin/python3 is another interpreter, which would be tried")
    done = _start(tmp_path, "lark", str(tmp_path))
    assert 70 == done.returncode
    assert done.stderr.endswith("install it with: apt-get install python3-lark\n")
    assert 1 == done.stderr.count("\n")


def test_with_cached_tables_no_lark_is_needed(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    (tmp_path / "PFoo.ipdl").write_bytes(GOOD)
    command = [sys.executable, "-m", "ipdl", "check", "PFoo.ipdl"]
    subprocess.run(command, check=True, cwd=tmp_path, env=environment, timeout=60)
    done = _start(tmp_path, "lark", str(tmp_path))
    assert (0, "") == (done.returncode, done.stderr)


def test_the_package_can_be_started_as_a_directory(tmp_path: Path) -> None:
    (tmp_path / "PFoo.ipdl").write_bytes(GOOD)
    command = [sys.executable, str(ROOT / "ipdl"), "check", "PFoo.ipdl"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert (0, "") == (done.returncode, done.stderr)
