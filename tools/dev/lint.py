"""./dev lint and ./dev format: layout, static checks and the house rules.

Every check runs, whatever the ones before it found; each prints one line, or its findings.
Called by __main__; calls the tools, and tidy.py for clang-tidy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.dev import children, report, tidy
from tools.dev.tree import LOGS, ROOT, own_files

_SHELL = ("dev", ".ci/run", "tools/find-python")


def lay_out() -> int:
    """Lays out the whole tree in place."""
    _run("format", "C++ (clang-format)", ["clang-format", "-i"], _cpp_files())
    _run("format", "Python (black)", ["black", "--quiet"], _python_files())
    _run(
        "format",
        "IPDL (ipdl format)",
        [sys.executable, "-m", "ipdl", "format", "-w"],
        _ipdl_files(),
    )
    return 0


def check() -> int:
    checks: Sequence[Callable[[], None]] = (
        lambda: _run(
            "lint",
            "C++ layout (clang-format)",
            ["clang-format", "--dry-run", "-Werror", "--ferror-limit=3"],
            _cpp_files(),
        ),
        lambda: _run("lint", "Python layout (black)", ["black", "--check"], _python_files()),
        lambda: _run(
            "lint",
            "IPDL layout (ipdl format)",
            [sys.executable, "-m", "ipdl", "format", "--check"],
            _ipdl_files(),
        ),
        lambda: _run(
            "lint",
            "protocols (ipdl lint)",
            [sys.executable, "-m", "ipdl", "lint", "--werror", "-I", "protocols"],
            [file for file in _ipdl_files() if file.startswith("protocols/")],
        ),
        lambda: _run(
            "lint",
            "Python types (mypy --strict)",
            [sys.executable, "-m", "mypy", "--strict", "--cache-dir", "build/mypy-cache"],
            _python_files(),
        ),
        lambda: _run(
            "lint", "house rules", [sys.executable, "-m", "pytest", "-q", "tests/house"], []
        ),
        lambda: _run("lint", "shell (shellcheck)", ["shellcheck", *_SHELL], []),
        tidy.check,
    )
    failed = 0
    for each in checks:
        try:
            each()
        except report.Failed as error:
            report.warn(str(error))
            failed += 1
    print(f"lint: {failed} of {len(checks)} checks failed" if failed else "lint: clean")
    return 1 if failed else 0


def _run(verb: str, what: str, argv: list[str], files: list[str]) -> None:
    """Runs one tool from the root; its output is in a log, and shown if it fails."""
    log = LOGS / f"{verb}-{what.split()[0].lower()}-{Path(argv[0]).name}.log"
    with report.step(verb, what):
        if children.run_logged([*argv, *files], log, cwd=ROOT):
            raise report.Failed(f"{what}: findings\n{report.tail(log)}")


def _is_golden(path: Path) -> bool:
    """Golden files have the layout that the compiler gives them."""
    return "golden" in path.relative_to(ROOT).parts


def _cpp_files() -> list[str]:
    return [str(p.relative_to(ROOT)) for p in own_files(".cc", ".h", ".c") if not _is_golden(p)]


def _python_files() -> list[str]:
    return [str(p.relative_to(ROOT)) for p in own_files(".py") if not _is_golden(p)]


def _ipdl_files() -> list[str]:
    """Not the examples of the compiler's tests, which may look like anything."""
    paths = [p.relative_to(ROOT) for p in own_files(".ipdl", ".ipdlh")]
    return [str(path) for path in paths if path.parts[:2] != ("tests", "compiler")]
