"""The golden outputs: for each .ipdl in `golden/`, what `ipdl gen` must write, in `golden/NAME/`.

    python3 tests/compiler/golden_outputs.py             says what differs
    python3 tests/compiler/golden_outputs.py --update    writes what the compiler makes now

A golden changes in the commit that changes the emitter; its diff is what a reviewer reads. Used by
test_golden_outputs.py; runs the real command line.
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).with_name("golden")


def sources() -> list[Path]:
    return sorted([*GOLDEN.glob("*.ipdl"), *GOLDEN.glob("*.ipdlh")])


def generated(source: Path, directory: Path = ROOT, include: str = "") -> dict[str, str]:
    """File name -> text, as the command line writes them when run from `directory`."""
    with tempfile.TemporaryDirectory() as out:
        include = include or str(source.parent)
        argv = [sys.executable, "-m", "ipdl", "gen", str(source), "-I", include, "-o", out]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        run = subprocess.run(argv, cwd=directory, capture_output=True, text=True, env=environment)
        if run.returncode != 0:
            raise RuntimeError(f"{' '.join(argv)}: exit {run.returncode}\n{run.stdout}{run.stderr}")
        return {path.name: path.read_text(encoding="utf-8") for path in Path(out).iterdir()}


def expected(source: Path) -> dict[str, str]:
    directory = GOLDEN / source.stem
    if not directory.is_dir():
        return {}
    return {path.name: path.read_text(encoding="utf-8") for path in directory.iterdir()}


def differences(source: Path) -> Iterator[str]:
    """A unified diff for each file that is not as expected."""
    wanted, made = expected(source), generated(source)
    for name in sorted(wanted.keys() | made.keys()):
        old, new = wanted.get(name, ""), made.get(name, "")
        if old != new:
            place = f"golden/{source.stem}/{name}"
            yield "".join(
                difflib.unified_diff(
                    old.splitlines(keepends=True),
                    new.splitlines(keepends=True),
                    place if name in wanted else "(none)",
                    place if name in made else "(none)",
                )
            )


def update(source: Path) -> None:
    directory = GOLDEN / source.stem
    directory.mkdir(exist_ok=True)
    made = generated(source)
    for stale in directory.iterdir():
        if stale.name not in made:
            stale.unlink()
    for name, text in made.items():
        (directory / name).write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    if arguments == ["--update"]:
        for source in sources():
            update(source)
        return 0
    if arguments:
        print(__doc__)
        return 2
    found = [difference for source in sources() for difference in differences(source)]
    print("".join(found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
