"""Where things are: the project's root, its build directories and its own files.

Not here: anything that runs a build. Called by every other module of tools/dev.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
LOGS = BUILD / "logs"


def shown(path: Path) -> str:
    """The path as a person in the project's root would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def own_files(*suffixes: str) -> list[Path]:
    """Files that belong to the project and end in one of `suffixes`, sorted.

    With git: what is tracked, and what is new and not ignored. Without (an unpacked archive):
    every file outside build/ and hidden directories.
    """
    listing = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode == 0:
        paths: Iterator[Path] = (ROOT / name for name in listing.stdout.split("\0") if name)
    else:
        paths = _walk(ROOT)
    return sorted(p for p in paths if p.is_file() and (not suffixes or p.name.endswith(suffixes)))


def _walk(directory: Path) -> Iterator[Path]:
    for entry in directory.iterdir():
        if entry.name in ("build", "__pycache__") or entry.name == ".git":
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _walk(entry)
        else:
            yield entry
