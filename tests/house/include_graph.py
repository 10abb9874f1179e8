"""The floors of the house, and which `#include` breaks their order.

A file stands on the floor whose directory is the longest prefix of its path; it may include its
own floor and what its floor's row names. Tests, benchmarks and programs stand above everything.
Not here: includes of the system and of libraries, except on the router's floor, which may use
nothing but its own headers, Abseil and the standard library.

Called by test_include_floors.py; docs/architecture.md explains the floors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Each floor's directory, and the floors below that it may include. From the ground up.
FLOORS: dict[str, tuple[str, ...]] = {
    "runtime": (),
    "runtime/mach": ("runtime",),
    "runtime/channel": ("runtime", "runtime/mach"),
    "runtime/portal": (),
    "runtime/driver": ("runtime", "runtime/mach", "runtime/channel", "runtime/portal"),
    "mach_bridge": (
        "runtime",
        "runtime/mach",
        "runtime/channel",
        "runtime/portal",
        "runtime/driver",
    ),
    "glue": (
        "runtime",
        "runtime/mach",
        "runtime/channel",
        "runtime/portal",
        "runtime/driver",
        "mach_bridge",
    ),
}
FLOORS["protocols"] = tuple(FLOORS)
FLOORS["demo"] = tuple(FLOORS)
FLOORS["examples"] = tuple(FLOORS)
FLOORS["bench"] = tuple(FLOORS)
FLOORS["tests"] = tuple(FLOORS)
# What stands in for another system's SDK.
FLOORS["tools/cross"] = ()

# Floors on which generated headers exist; those have flat names ("PFoo.h").
_USES_GENERATED = ("protocols", "demo", "examples", "bench", "tests")
_LIBRARIES = ("absl/", "gtest/", "gmock/", "benchmark/")
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*(?:include|import)[ \t]+(?:"([^"]+)"|<([^>]+)>)')
_C_STANDARD = ("stddef.h", "stdint.h", "string.h")


@dataclass(frozen=True)
class Violation:
    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def floor_of(path: str) -> str | None:
    """The floor of a path from the root; tests that stand beside the code are tests."""
    if re.search(r"_test\.(cc|c|h)$", path):
        return "tests"
    fitting = [floor for floor in FLOORS if path.startswith(floor + "/")]
    return max(fitting, key=len) if fitting else None


def violations(root: Path, files: Iterable[Path]) -> Iterator[Violation]:
    """What the C++ files among `files` (below `root`) include against the order of the floors."""
    for path in files:
        if path.suffix not in (".h", ".cc", ".c", ".mm"):
            continue
        name = str(path.relative_to(root))
        floor = floor_of(name)
        if floor is None:
            yield Violation(name, 1, "stands on no floor; tests/house/include_graph.py lists them")
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            match = _INCLUDE.match(line)
            problem = match and _problem(root, floor, path, match.group(1), match.group(2))
            if problem:
                yield Violation(name, number, problem)


def _problem(
    root: Path, floor: str, file: Path, quoted: str | None, angled: str | None
) -> str | None:
    included = quoted or angled or ""
    target = floor_of(included)
    if target is not None and not included.startswith(_LIBRARIES):
        if target == floor or target in FLOORS[floor]:
            return None
        return f'{floor}/ may not include "{included}": {target}/ does not stand below it'
    if included.startswith(_LIBRARIES):
        return None
    if quoted is not None:
        if floor not in _USES_GENERATED:
            return f'"{included}" is not named by its path from the project\'s root'
        if "/" not in included and floor in ("demo", "tests", "bench", "examples", "protocols"):
            return None
        if not (root / included).exists() and (file.parent / included).exists():
            return f'"{included}" is not named by its path from the project\'s root'
        return None
    if floor == "runtime/portal" and (
        "/" in included or (included.endswith(".h") and included not in _C_STANDARD)
    ):
        return f"runtime/portal/ may not include <{included}>: only Abseil and the standard library"
    return None
