"""./dev mutants: breaks the router on purpose and sees whether its tests notice.

runtime/portal/mutants.txt has the ways. For each, one file is changed in a copy, compiled and linked
with the objects of the ordinary build, and the tests of the portal suite run; a mutant that they do
not notice is a failure, and so is one whose lines are no longer in the file. A crash, and a program
that had to be stopped, count as noticed. Called by __main__; calls build_dir.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.dev import build_dir, report
from tools.dev.build_dir import DEBUG
from tools.dev.tree import BUILD, ROOT

_LIST = ROOT / "runtime/portal/mutants.txt"
_TARGET = "runtime/portal/portal_test"
_WORK = BUILD / "mutants"
_SECONDS = 300  # for hangs
_SCHEDULES = "1000"


class Stale(Exception):
    """The mutant does not fit the sources any more."""


@dataclass(frozen=True)
class Mutant:
    name: str
    file: str
    before: str
    after: str


@dataclass(frozen=True)
class Outcome:
    by: str  # what noticed the mutant; empty: nothing did
    why_not: str


def command(arguments: list[str]) -> int:
    """Tries the mutants whose name contains one of `arguments`, or all."""
    mutants = [
        mutant
        for mutant in parse(_LIST.read_text())
        if not arguments or any(word in mutant.name for word in arguments)
    ]
    if not mutants:
        raise report.Usage(f"no mutant is called like {' or '.join(arguments)}")
    build_dir.configure(DEBUG, with_tests=True)
    build_dir.build(DEBUG, [_TARGET])
    _WORK.mkdir(parents=True, exist_ok=True)
    if failure := _run(DEBUG.directory / _TARGET):
        raise report.Failed(f"the unchanged router fails its tests: {failure}")
    failed = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for mutant, outcome in zip(mutants, pool.map(_try, mutants)):
            failed += not outcome.by
            print(f"{'noticed' if outcome.by else 'NOT NOTICED':12} {mutant.name}", flush=True)
            print(f"{'':12} {'by ' + outcome.by if outcome.by else outcome.why_not}", flush=True)
    print(f"{len(mutants) - failed} mutants noticed, {failed} not")
    return 1 if failed else 0


def parse(text: str) -> list[Mutant]:
    """The mutants in the format that mutants.txt describes."""
    mutants: list[Mutant] = []
    name = file = ""
    before: list[str] = []
    after: list[str] = []

    def finish() -> None:
        if name:
            mutants.append(Mutant(name, file, "\n".join(before), "\n".join(after)))

    for line in text.splitlines():
        if line.startswith("["):
            finish()
            name, file, before, after = line.strip("[]"), "", [], []
        elif line.startswith("-"):
            before.append(line[1:])
        elif line.startswith("+"):
            after.append(line[1:])
        elif line and not line.startswith("#"):
            file = line
    finish()
    return mutants


def changed(mutant: Mutant) -> str:
    """The file's text with the mutation."""
    text = (_LIST.parent / mutant.file).read_text()
    if text.count(mutant.before + "\n") != 1:
        raise Stale(
            f"its lines are not in {mutant.file} exactly once: bring {_LIST.name} up to date"
        )
    return text.replace(mutant.before + "\n", mutant.after + "\n")


def _try(mutant: Mutant) -> Outcome:
    stem = mutant.name.replace(" ", "-")
    source = _WORK / f"{stem}.cc"
    try:
        source.write_text(changed(mutant))
    except Stale as stale:
        return Outcome("", str(stale))
    compiled = _WORK / f"{stem}.o"
    program = _WORK / stem
    _call([*_compile_command(mutant.file), "-w", "-o", str(compiled), "-c", str(source)])
    # In front of the library: what it defines is then not looked for there.
    _call(_link_command(program, compiled))
    return Outcome(_run(program), "all tests passed")


def _call(argv: list[str | Path]) -> None:
    done = subprocess.run(argv, cwd=DEBUG.directory, capture_output=True, text=True, check=False)
    if done.returncode:
        raise report.Failed(f"{shlex.join(map(str, argv))}\n{done.stderr[-2000:]}")


def _compile_command(file: str) -> list[str | Path]:
    entries = json.loads((DEBUG.directory / "compile_commands.json").read_text())
    path = str((_LIST.parent / file).resolve())
    for entry in entries:
        if str((DEBUG.directory / entry["file"]).resolve()) != path:
            continue
        if "portal_objects" not in entry["output"]:
            continue
        words = shlex.split(entry["command"])
        kept: list[str | Path] = []
        skip = False
        for word in words:
            if skip:
                skip = False
            elif word in ("-o", "-c", "-MQ", "-MF"):
                skip = True
            elif word != "-MD":
                kept.append(word)
        return kept
    raise report.Failed(f"{file} is not a source of the router")


def _link_command(program: Path, compiled: Path) -> list[str | Path]:
    listing = subprocess.run(
        ["ninja", "-C", str(DEBUG.directory), "-t", "commands", "-s", _TARGET],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    words: list[str | Path] = []
    for word in shlex.split(listing.strip().splitlines()[-1]):
        if word == _TARGET:
            words += [program, compiled]
        else:
            words.append(word)
    return words


def _run(program: Path) -> str:
    """The first test that failed, or how else the program ended; empty if all is well."""
    environment = dict(os.environ, IPDL_PORTAL_SCHEDULES=_SCHEDULES, GTEST_FAIL_FAST="1")
    try:
        done = subprocess.run(
            [program],
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"never ending within {_SECONDS} s"
    if done.returncode == 0:
        return ""
    failed = [line for line in done.stdout.splitlines() if line.startswith("[  FAILED  ]")]
    began = [line for line in done.stdout.splitlines() if line.startswith("[ RUN      ]")]
    if done.returncode < 0 and began:
        return f"signal {-done.returncode} in {began[-1][12:].strip()}"
    return failed[0][12:].split(" (")[0].split(", where")[0].strip() if failed else "its exit code"
