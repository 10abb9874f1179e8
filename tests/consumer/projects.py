"""Builds a user's project the way a user does: meson setup, ninja, run; and stages an installed copy.

Each call uses directories of the test's own, never the build directory that runs the tests.
Called by the tests of this directory.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.dev.tree import ROOT

_HANG_SECONDS = 900
_SLOPPINESS = "pch_defines,time_macros,include_file_mtime,include_file_ctime"


def environment() -> dict[str, str]:
    """The caller's environment with ccache's settings, so that the library is compiled once."""
    env = dict(os.environ)
    env.setdefault("CCACHE_SLOPPINESS", _SLOPPINESS)
    # The directories are new in every run; without this their names would make every file new too.
    env["CCACHE_NOHASHDIR"] = "1"
    if shutil.which("ccache"):
        env.setdefault("CXX", "ccache g++")
    # Reports of this very test run are not for what the user's project runs.
    env.pop("GTEST_OUTPUT", None)
    env.pop("PYTEST_ADDOPTS", None)
    return env


def run(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> str:
    """Runs a command and returns what it said; an exit code that is not 0 fails the test."""
    result = subprocess.run(
        list(argv),
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=_HANG_SECONDS,
        check=False,
    )
    assert 0 == result.returncode, f"{' '.join(argv)}\n{result.stdout}"
    return result.stdout


def build(project: Path, env: Mapping[str, str]) -> Path:
    """Configures and builds the project with meson's defaults; returns its build directory."""
    run(["meson", "setup", "build"], project, env)
    run(["ninja", "-C", "build"], project, env)
    return project / "build"


def stage_installation(directory: Path, env: Mapping[str, str]) -> Path:
    """Installs the library below `directory` with DESTDIR; returns the staged prefix."""
    options = ["--buildtype=plain", "-Dtests=disabled", "-Ddemo=disabled"]
    options += ["-Dpkgconfig.relocatable=true"]
    run(
        ["meson", "setup", "--prefix=/usr", *options, str(directory / "build"), str(ROOT)],
        ROOT,
        env,
    )
    run(["ninja", "-C", str(directory / "build")], ROOT, env)
    stage = directory / "stage"
    run(["meson", "install", "-C", str(directory / "build")], ROOT, {**env, "DESTDIR": str(stage)})
    return stage / "usr"


def uses_installed(prefix: Path, env: Mapping[str, str]) -> dict[str, str]:
    """The environment in which a user's build finds the copy at `prefix`."""
    found = sorted({str(pc.parent) for pc in prefix.rglob("ipdl.pc")})
    assert 1 == len(found), f"ipdl.pc: {found}"
    return {**env, "PKG_CONFIG_PATH": found[0], "PATH": f"{prefix / 'bin'}:{env['PATH']}"}
