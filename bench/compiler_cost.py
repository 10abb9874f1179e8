"""What the compiler costs, and what a C++ compiler pays for its output: figures for ipdl-bench.

    python3 bench/compiler_cost.py CASE [--quick]

prints one line `name value unit` per figure. All times are CPU seconds of the processes measured,
user and system, and the least of several runs: a loaded machine adds to them and nothing takes away.
The protocols are those of trial_protocols.py, the worst texts those of compiler_worst.py. Called by ipdl-bench (script_case.cc) and by hand.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from bench import compiler_worst  # noqa: E402
from bench.trial_protocols import MESSAGES, Trial, trial  # noqa: E402

WHOLE_TREE = 300  # protocols
PROTOCOLS = 100 // MESSAGES  # of which the C++ is compiled: a hundred messages

CXX = ("g++", "-std=c++20", "-O2", "-DNDEBUG", f"-I{ROOT}")

Figure = tuple[str, float, str]


def cpu_seconds(argv: Sequence[str], **environment: str) -> float:
    """Of one run, which must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(argv, env={**os.environ, **environment}, cwd=ROOT, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode != 0:
        raise SystemExit(f"{argv[0]} ended with {run.returncode}: {' '.join(argv)[:200]}")
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def least(runs: int, argv: Sequence[str], **environment: str) -> float:
    return min(cpu_seconds(argv, **environment) for _ in range(runs))


# --- The compiler itself


def write_sources(directory: Path, count: int) -> list[str]:
    directory.mkdir()
    for number in range(count):
        each = trial(number)
        (directory / f"P{each.stem}.ipdl").write_text(each.source, encoding="utf-8")
    return sorted(str(path) for path in directory.iterdir())


def gen(sources: Sequence[str], out: Path) -> list[str]:
    return [sys.executable, "-m", "ipdl", "gen", *sources, "-o", str(out)]


def warm_up(scratch: Path, sources: Sequence[str]) -> None:
    """Python compiles the compiler, once."""
    cpu_seconds(gen(sources[:1], scratch / "unused"), XDG_CACHE_HOME=str(scratch / "unused_cache"))


def check_gen(scratch: Path, runs: int) -> list[Figure]:
    """300 protocols from nothing; `cold`: the grammar's tables have to be made, too."""
    sources = write_sources(scratch / "ipdl", WHOLE_TREE)
    warm_up(scratch, sources)
    caches = [str(scratch / f"cache{number}") for number in range(runs)]
    cold = min(
        cpu_seconds(gen(sources, scratch / f"cold{number}"), XDG_CACHE_HOME=cache)
        for number, cache in enumerate(caches)
    )
    warm = min(
        cpu_seconds(gen(sources, scratch / f"warm{number}"), XDG_CACHE_HOME=caches[0])
        for number in range(runs)
    )
    return [
        ("compiler.check_gen.300p.s", warm, "s CPU"),
        ("compiler.check_gen.300p.cold.s", cold, "s CPU"),
    ]


def one_file(scratch: Path, runs: int) -> list[Figure]:
    """One protocol of them has changed, and what it makes is there from before."""
    sources = write_sources(scratch / "ipdl", WHOLE_TREE)
    cache = str(scratch / "cache")
    cpu_seconds(gen(sources, scratch / "out"), XDG_CACHE_HOME=cache)
    times = []
    for number in range(3 * runs):
        changed = Path(sources[number])
        text = changed.read_text(encoding="utf-8")
        changed.write_text(text.replace("Message0(", "Changed("), encoding="utf-8")
        times.append(cpu_seconds(gen([str(changed)], scratch / "out"), XDG_CACHE_HOME=cache))
    return [("compiler.one_file.s", min(times), "s CPU")]


def worst(scratch: Path, runs: int) -> list[Figure]:
    """Of all texts the one that takes most time for its lines, and the one that takes most memory."""
    slowest, largest = compiler_worst.worst(scratch, runs)
    named = f"`{slowest.input.name}` takes most time, `{largest.input.name}` most memory"
    print(f"compiler.worst: {named}", file=sys.stderr)
    return [
        ("compiler.worst.s_per_1000_lines", slowest.seconds, "s CPU"),
        ("compiler.worst.mb", largest.megabytes, "MB"),
    ]


# --- Its output


def write_cxx(scratch: Path) -> list[Trial]:
    """Sources, generated code and the author's classes of a hundred messages."""
    trials = [trial(number) for number in range(PROTOCOLS)]
    sources = write_sources(scratch / "ipdl", PROTOCOLS)
    cpu_seconds(gen(sources, scratch))
    for each in trials:
        for side in ("parent", "child"):
            header = scratch / f"{each.stem}{side.capitalize()}.h"
            header.write_text(each.author_header(side), encoding="utf-8")
    return trials


def unit(path: Path, text: str) -> list[str]:
    """Writes a source file; the command that compiles it."""
    path.write_text(text, encoding="utf-8")
    return [*CXX, f"-I{path.parent}", "-c", str(path), "-o", str(path.with_suffix(".o"))]


def generated_unit(scratch: Path, trials: Sequence[Trial]) -> list[str]:
    """Both sides of all protocols as one, as large builds compile generated code."""
    parts = [f"P{each.stem}{part}" for each in trials for part in ("", "Parent", "Child")]
    return unit(scratch / "generated.cc", "".join(f'#include "{part}.cc"\n' for part in parts))


def cxx(scratch: Path, runs: int) -> list[Figure]:
    trials = write_cxx(scratch)
    generated = generated_unit(scratch, trials)
    authors = "".join(each.author_source for each in trials)
    includes = "".join(each.author_includes for each in trials)
    user = unit(scratch / "user.cc", includes + authors)
    alone = unit(scratch / "alone.cc", f'#include "P{trials[0].stem}Parent.h"\n')
    name = "compiler.cxx_o2"
    return [
        (f"{name}.per_100.s", least(runs, generated), "s CPU"),
        (f"{name}.user_unit.per_100.s", least(runs, user), "s CPU"),
        (f"{name}.header.s", least(2 * runs, alone), "s CPU"),
    ]


def cxx_files(scratch: Path, runs: int) -> list[Figure]:
    """One protocol of a hundred messages, each of its three sources compiled on its own."""
    each = trial(0, messages=100)
    source = scratch / f"P{each.stem}.ipdl"
    source.write_text(each.source, encoding="utf-8")
    cpu_seconds(gen([str(source)], scratch))
    for side in ("parent", "child"):
        header = scratch / f"{each.stem}{side.capitalize()}.h"
        header.write_text(each.author_header(side), encoding="utf-8")
    total = 0.0
    for part in ("", "Parent", "Child"):
        text = f'#include "P{each.stem}{part}.cc"\n'
        total += least(runs, unit(scratch / f"unit{part}.cc", text))
    return [("compiler.cxx_o2.files.per_100.s", total, "s CPU")]


def text_bytes(scratch: Path, runs: int) -> list[Figure]:
    """Code and constants of both sides, as `size` counts them."""
    del runs
    trials = write_cxx(scratch)
    command = generated_unit(scratch, trials)
    cpu_seconds(command)
    counted = subprocess.run(["size", command[-1]], capture_output=True, text=True, check=True)
    text = int(counted.stdout.splitlines()[1].split()[0])
    return [("compiler.text_per_message.bytes", text / (PROTOCOLS * MESSAGES), "bytes")]


CASES: dict[str, Callable[[Path, int], list[Figure]]] = {
    "compiler.check_gen": check_gen,
    "compiler.one_file": one_file,
    "compiler.worst": worst,
    "compiler.cxx_o2": cxx,
    "compiler.cxx_o2.files": cxx_files,
    "compiler.text_per_message": text_bytes,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Prints what the compiler costs.")
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ipdl-bench-") as scratch:
        # As on any machine where the compiler ran before: Python has its bytecode.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = os.path.join(scratch, "bytecode")
        for name, value, unit_of in CASES[arguments.case](
            Path(scratch), 1 if arguments.quick else 3
        ):
            print(f"{name} {value:.6g} {unit_of}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
