"""./dev cross macos: compiles the project's libraries for macOS. Nothing of it can run here.

Fetches the compiler (zig), builds Abseil from its Debian source, then the project's libraries; no
program is linked. Everything is below build/cross/, and is done once. Called by __main__.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tools.dev import build_dir, children, debian_source, report, zig
from tools.dev.tree import BUILD, LOGS, ROOT, shown

_SUPPORT = ROOT / "tools" / "cross" / "macos"
ARCHITECTURES = {"arm64": "aarch64", "x86_64": "x86_64"}


@dataclass(frozen=True)
class _Target:
    """One processor: where its files are, and the compiler's scripts."""

    architecture: str
    directory: Path

    @property
    def prefix(self) -> Path:
        return self.directory / "prefix"

    def program(self, name: str) -> Path:
        return self.directory / "bin" / name


def command(arguments: list[str]) -> int:
    for architecture in arguments:
        if architecture not in ARCHITECTURES:
            raise report.Usage(
                f"'cross macos' builds for {' and '.join(ARCHITECTURES)}, not '{architecture}'"
            )
    sources = BUILD / "cross" / "sources"
    compiler = zig.compiler(BUILD / "cross")
    for architecture in arguments or ARCHITECTURES:
        target = _Target(architecture, BUILD / "cross" / f"macos-{architecture}")
        _write_programs(target, compiler)
        _build_libraries(target, sources)
        _build_project(target)
    print("the libraries compile for macOS; nothing was linked or run")
    return 0


def _write_programs(target: _Target, compiler: Path) -> None:
    target.program("").mkdir(parents=True, exist_ok=True)
    triple = f"{ARCHITECTURES[target.architecture]}-macos"
    for name, words in (
        ("cc", [str(_SUPPORT / "compile"), str(compiler), "cc", triple]),
        ("c++", [str(_SUPPORT / "compile"), str(compiler), "c++", triple]),
        ("ar", [str(compiler), "ar"]),
        ("ranlib", [str(compiler), "ranlib"]),
    ):
        script = target.program(name)
        quoted = " ".join(f"'{word}'" for word in words)
        script.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n')
        script.chmod(0o755)


def _build_libraries(target: _Target, sources: Path) -> None:
    _cmake(
        target,
        "abseil",
        debian_source.unpacked("abseil", sources),
        [
            "-DCMAKE_CXX_STANDARD=17",
            "-DABSL_PROPAGATE_CXX_STD=ON",
            "-DCoreFoundation=-framework CoreFoundation",
        ],
    )


def _cmake(target: _Target, name: str, source: Path, options: list[str]) -> None:
    done = target.directory / f"{name}.done"
    if done.exists():
        return
    build = target.directory / name
    log = LOGS / f"macos-{target.architecture}-{name}.log"
    shutil.rmtree(build, ignore_errors=True)
    configure = [
        *("cmake", "-S", str(source), "-B", str(build), "-G", "Ninja"),
        "-DCMAKE_SYSTEM_NAME=Darwin",
        f"-DCMAKE_SYSTEM_PROCESSOR={target.architecture}",
        f"-DCMAKE_C_COMPILER={target.program('cc')}",
        f"-DCMAKE_CXX_COMPILER={target.program('c++')}",
        f"-DCMAKE_AR={target.program('ar')}",
        f"-DCMAKE_RANLIB={target.program('ranlib')}",
        "-DCMAKE_BUILD_TYPE=Release",
        # Other people's code: its warnings are theirs.
        f"-DCMAKE_CXX_FLAGS=-w -I{_SUPPORT / 'include'}",
        f"-DCMAKE_INSTALL_PREFIX={target.prefix}",
        *options,
    ]
    with report.step("build", f"{name} for macOS {target.architecture}"):
        for argv in (configure, ["ninja", "-C", str(build), "install"]):
            if children.run_logged(argv, log, _environment()):
                raise report.Failed(f"{name} could not be built\n{report.tail(log)}")
    done.touch()


def _environment() -> dict[str, str]:
    return {**os.environ, "ZIG_GLOBAL_CACHE_DIR": str(BUILD / "cross" / "zig-cache")}


def _build_project(target: _Target) -> None:
    machine = target.directory / "machine.ini"
    machine.write_text(_machine(target))
    build = target.directory / "ipdl"
    log = LOGS / f"macos-{target.architecture}-ipdl.log"
    setup = ["meson", "setup", "--cross-file", str(machine), "-Dtests=disabled", "-Ddemo=disabled"]
    setup += [str(build), str(ROOT)]
    if build.exists():
        setup.append("--reconfigure")
    with report.step("configure", f"{shown(build)} (macOS {target.architecture})"):
        if children.run_logged(setup, log, _environment()):
            raise report.Failed(f"meson could not configure {shown(build)}\n{report.tail(log)}")
    with report.step("build", f"{shown(build)} (macOS {target.architecture})") as step:
        argv = ["ninja", "-C", str(build)]  # without tests and demo: the libraries
        env = {**_environment(), "NINJA_STATUS": "[%f/%t] "}
        if children.run_logged(argv, log, env, on_line=step.progress):
            raise report.Failed(f"the build failed\n{build_dir.failure(log)}")


def _machine(target: _Target) -> str:
    """What meson must know of the system that it builds for."""
    includes = _SUPPORT / "include"
    link = ["-F" + str(_SUPPORT / "Frameworks")]
    return f"""\
[binaries]
c = '{target.program("cc")}'
cpp = '{target.program("c++")}'
ar = '{target.program("ar")}'
ranlib = '{target.program("ranlib")}'
strip = 'true'
pkgconfig = 'pkg-config'
[properties]
pkg_config_libdir = '{target.prefix / "lib" / "pkgconfig"}'
[built-in options]
# Debian's Abseil is older than this compiler.
cpp_args = ['-isystem', '{includes}', '-Wno-deprecated-builtins']
cpp_link_args = {link!r}
[host_machine]
system = 'darwin'
cpu_family = '{ARCHITECTURES[target.architecture]}'
cpu = '{target.architecture}'
endian = 'little'
"""
