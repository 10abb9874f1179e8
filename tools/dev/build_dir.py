"""The build directories below build/: what each is for, and how it is configured and built.

A directory is configured again when its options changed since the last time, and from nothing
when its compiler changed or its last configuration failed. Called by the commands that build;
calls meson and ninja.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.dev import children, report
from tools.dev.tree import BUILD, LOGS, ROOT, shown


@dataclass(frozen=True)
class Profile:
    """One build directory. `slowdown` scales test time limits, which are for hangs only."""

    name: str
    compiler: str
    options: tuple[str, ...]
    slowdown: int = 1

    @property
    def directory(self) -> Path:
        return BUILD / self.name


DEBUG = Profile("debugoptimized", "g++", ("--buildtype=debugoptimized",))
RELEASE = Profile("release", "g++", ("--buildtype=release", "-Dtests=disabled", "-Dbench=enabled"))
CLANG = Profile("clang", "clang++", ("--buildtype=debugoptimized",))
ASAN = Profile(
    "asan",
    "clang++",
    ("--buildtype=debugoptimized", "-Db_sanitize=address,undefined", "-Db_lundef=false"),
    slowdown=3,
)
TSAN = Profile(
    "tsan",
    "clang++",
    ("--buildtype=debugoptimized", "-Db_sanitize=thread", "-Db_lundef=false"),
    slowdown=5,
)
FUZZ = Profile("fuzz", "clang++", (*ASAN.options, "-Db_pch=false", "-Dfuzz=enabled"), slowdown=3)
# Only configured, for the commands that clang-tidy reads; precompiled headers would have to be built.
TIDY = Profile(
    "tidy", "clang++", ("--buildtype=debugoptimized", "-Db_pch=false", "-Dbench=enabled")
)


def environment(profile: Profile) -> dict[str, str]:
    """The environment in which meson and ninja run for this profile."""
    env = dict(os.environ)
    compiler = profile.compiler
    if profile in (DEBUG, RELEASE):
        compiler = env.get("CXX", compiler)
    if shutil.which("ccache") and "ccache" not in compiler:
        compiler = f"ccache {compiler}"
    env["CXX"] = compiler
    # Without these ccache refuses every file that uses a precompiled header.
    env.setdefault(
        "CCACHE_SLOPPINESS", "pch_defines,time_macros,include_file_mtime,include_file_ctime"
    )
    env["NINJA_STATUS"] = "[%f/%t] "
    return env


def configure(profile: Profile, with_tests: bool) -> None:
    """Brings the directory's configuration up to date; does nothing when it is.

    Without `with_tests` the tests are configured all the same where GoogleTest is installed, so
    that `./dev demo` and `./dev test` do not configure one directory in turns.
    """
    env = environment(profile)
    extra: tuple[str, ...] = ()
    if not any(option.startswith("-Dtests=") for option in profile.options):
        tests = with_tests or _has_googletest()
        extra = (f"-Dtests={'enabled' if tests else 'disabled'}",)
    wanted = {"root": str(ROOT), "cxx": env["CXX"], "options": [*profile.options, *extra]}
    stamp = profile.directory / "dev-configured.json"
    had: dict[str, Any] = json.loads(stamp.read_text()) if stamp.exists() else {}
    if had == wanted and (profile.directory / "build.ninja").exists():
        return
    arguments = ["meson", "setup", *profile.options, *extra]
    if had and had["cxx"] == wanted["cxx"] and had["root"] == wanted["root"]:
        arguments.append("--reconfigure")
    elif profile.directory.exists():
        shutil.rmtree(profile.directory)
    stamp.unlink(missing_ok=True)
    log = LOGS / f"{profile.name}-setup.log"
    with report.step("configure", f"{shown(profile.directory)} ({profile.compiler})"):
        if children.run_logged([*arguments, str(profile.directory), str(ROOT)], log, env):
            raise report.Failed(
                f"meson could not configure {shown(profile.directory)}\n{report.tail(log)}"
            )
    stamp.write_text(json.dumps(wanted))


def _has_googletest() -> bool:
    return subprocess.run(["pkg-config", "--exists", "gtest", "gmock"], check=False).returncode == 0


def build(profile: Profile, targets: list[str] | None = None) -> None:
    """Builds `targets`, or everything."""
    log = LOGS / f"{profile.name}-build.log"
    with report.step("build", f"{shown(profile.directory)} ({profile.compiler})") as step:

        def on_line(line: str) -> None:
            if re.match(r"\[\d+/\d+\] ", line):
                step.progress(line)

        argv = ["ninja", "-C", str(profile.directory), *(targets or [])]
        if children.run_logged(argv, log, environment(profile), on_line=on_line):
            raise report.Failed(f"the build failed\n{failure(log)}")


def failure(log: Path) -> str:
    """The part of a ninja log from the first failure on."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith("FAILED: ")), None)
    if first is None:
        return report.tail(log)
    shown_lines = [line for line in lines[first + 2 : first + 42]]
    return "\n".join(
        [f"{shown(log)}, from its first failure ({lines[first][8:].strip()}):"]
        + ["  | " + line for line in shown_lines]
    )


def introspect(profile: Profile, what: str) -> list[dict[str, Any]]:
    """What meson knows about a configured directory: `tests` or `targets`."""
    result = subprocess.run(
        ["meson", "introspect", str(profile.directory), f"--{what}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise report.Failed(f"meson introspect --{what} failed: {result.stderr.strip()}")
    listing: list[dict[str, Any]] = json.loads(result.stdout)
    return listing


def programs_of(profile: Profile, directory: str) -> list[str]:
    """Ninja names of the executables that the project's `directory`/meson.build defines."""
    defined_in = str(ROOT / directory / "meson.build")
    return [
        os.path.relpath(name, profile.directory)
        for target in introspect(profile, "targets")
        if target["type"] == "executable" and target["defined_in"] == defined_in
        for name in target["filename"]
    ]
