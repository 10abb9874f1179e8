"""./dev demo and ./dev bench: build one program, then become it.

The program replaces ./dev, so it has the caller's directory, terminal and signals, and its exit
code is the command's. Called by __main__.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from tools.dev import build_dir, report
from tools.dev.build_dir import Profile


def demo(arguments: list[str]) -> NoReturn:
    _become(build_dir.DEBUG, "demo", "ipdl-demo", arguments)


def bench(arguments: list[str]) -> NoReturn:
    _become(build_dir.RELEASE, "bench", "ipdl-bench", arguments)


def _become(profile: Profile, directory: str, program: str, arguments: list[str]) -> NoReturn:
    build_dir.configure(profile, with_tests=False)
    # With it the programs that it starts, which are named after it; not the tests beside them.
    targets = [
        target
        for target in build_dir.programs_of(profile, directory)
        if os.path.basename(target).startswith(program)
    ]
    path = profile.directory / directory / program
    if os.path.relpath(path, profile.directory) not in targets:
        raise report.Failed(f"{directory}/meson.build defines no program '{program}'")
    build_dir.build(profile, targets)
    sys.stdout.flush()
    os.execv(path, [str(path), *arguments])
