"""The texts that cost the compiler most, and what they cost: for compiler_cost.py.

What it is: junk of every kind that the compiler's tests know, damaged protocols, large right ones for
the commands that write, and many files that include each other; each of about a thousand lines. A line
counts as one of 80 characters if it is longer, so that a megabyte on one line is 13,000 lines.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.trial_protocols import trial
from tests.compiler import junk, mutations
from tests.compiler.chance import Chance

COLUMNS = 80
SIZE = 1000 * COLUMNS  # characters
FILES = 300  # that include each other

# What is right, or wrong in its meaning alone, and so goes all the way.
_LARGE = ["structs", "fields", "components", "messages", "parameters", "values", "constants"]
_LARGE += [
    "C++ types",
    "structs in a chain",
    "unions in a ring",
    "actors in a chain",
    "doc comments",
]
_WRITERS: dict[str, list[str]] = {
    "gen": ["-o", "out"],
    "doc": ["-o", "pages"],
    "format": [],
    "lint": [],
    "model": [],
}
_WRITERS["graph"] = []

# Without those that change the size of all.
_UNEVEN = (mutations.truncate, mutations.double_line, mutations.end_lines_otherwise)
_DAMAGES = [mutation for mutation in mutations.ALL if mutation not in _UNEVEN]


@dataclass(frozen=True)
class Input:
    name: str
    command: list[str]
    files: dict[str, str]

    @property
    def thousands_of_lines(self) -> float:
        texts = self.files.values()
        return sum(max(text.count("\n"), len(text) / COLUMNS) for text in texts) / 1000


@dataclass(frozen=True)
class Cost:
    input: Input
    seconds: float  # CPU time of the process per 1,000 lines
    megabytes: float  # the most memory that it had, Python's own included


def inputs() -> Iterator[Input]:
    for kind, make in junk.KINDS.items():
        yield _one_file(f"check {kind}", ["check"], make(SIZE))
    for command, options in _WRITERS.items():
        for kind in _LARGE:
            yield _one_file(f"{command} {kind}", [command, *options], junk.KINDS[kind](SIZE))
    for times in (1, 10, 100):
        yield _one_file(f"check damaged {times} times", ["check"], _damaged(times))
    yield _headers()
    yield _protocols()


def cost(input_: Input, directory: Path) -> Cost:
    """Of a run that answers; whether it is content is not asked."""
    for name, text in input_.files.items():
        (directory / name).write_text(text, encoding="utf-8", newline="")
    command = [sys.executable, "-m", "ipdl", input_.command[0], next(iter(input_.files))]
    script = 'cd "$1" && shift && exec "$@" >/dev/null 2>&1'
    argv = ["sh", "-c", script, "sh", str(directory), *command, *input_.command[1:]]
    child = os.posix_spawnp("sh", argv, {**os.environ, "PYTHONPATH": sys.path[0]})
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{input_.name}: ended with {status}")
    seconds = used.ru_utime + used.ru_stime
    return Cost(input_, seconds / input_.thousands_of_lines, used.ru_maxrss / 1024)


def worst(scratch: Path, runs: int) -> tuple[Cost, Cost]:
    """What takes most time, and what takes most memory. The dearest are measured again."""
    measured = []
    for number, input_ in enumerate(inputs()):
        directory = scratch / str(number)
        directory.mkdir()
        measured.append((cost(input_, directory), directory))

    def least(key: Callable[[Cost], float]) -> Cost:
        dearest = sorted(measured, key=lambda one: key(one[0]), reverse=True)[:3]
        again = []
        for first, directory in dearest:
            others = [cost(first.input, directory) for _ in range(runs - 1)]
            again.append(min([first, *others], key=key))
        return max(again, key=key)

    return least(lambda one: one.seconds), least(lambda one: one.megabytes)


def _one_file(name: str, command: list[str], text: str) -> Input:
    return Input(name, command, {"PFoo.ipdl": text})


def _damaged(times: int) -> str:
    chance = Chance(times)
    data = trial(0, messages=1000).source.encode()
    for _ in range(times):
        data = chance.choice(_DAMAGES)(data, chance)
    return data.decode("utf-8", errors="replace")


def _headers() -> Input:
    files = {}
    for number in range(FILES):
        named = sorted({(number * 7 + 13 * k * k) % FILES for k in range(8)} - {number})
        includes = "".join(f"include H{other};\n" for other in named)
        files[f"H{number}.ipdlh"] = f"{includes}struct T{number} {{ int a; }};\n"
    return Input("check headers that include each other", ["check"], files)


def _protocols() -> Input:
    files = {}
    for number in range(FILES):
        above, below = (number - 1) % FILES, (number + 1) % FILES
        files[f"PRing{number}.ipdl"] = (
            f"include protocol PRing{above};\ninclude protocol PRing{below};\n"
            f"protocol PRing{number} {{\nmanager PRing{above};\nmanages PRing{below};\n"
            "child:\nasync __delete__();\n};\n"
        )
    return Input("check protocols that manage each other", ["check"], files)
