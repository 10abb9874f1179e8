"""./dev test: builds, runs the suites through meson and counts cases over all runners.

The last line it prints is `N passed, N failed, N skipped`, where N are test cases, not programs.
Called by __main__; calls build_dir, and meson with record_test as the wrapper of each program.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tools.dev import build_dir, junit, report
from tools.dev.build_dir import Profile
from tools.dev.junit import Counts, Failure
from tools.dev.tree import shown

SUITES = (
    "compiler",
    "runtime",
    "portal",
    "actors",
    "mach",
    "textures",
    "fuzz",
    "consumer",
    "house",
)
_PROFILES = {"--asan": build_dir.ASAN, "--tsan": build_dir.TSAN, "--clang": build_dir.CLANG}
_MESSAGE_LINES = 10


def command(arguments: list[str]) -> int:
    profile, suites = _parse(arguments)
    build_dir.configure(profile, with_tests=True)
    build_dir.build(profile)
    # Only now: building configures again when a meson.build has changed.
    available = {
        suite.rpartition(":")[2]
        for test in build_dir.introspect(profile, "tests")
        for suite in test["suite"]
    }
    empty = [suite for suite in suites or SUITES if suite not in available]
    records = profile.directory / "records"
    if not suites or set(suites) - set(empty):
        _run(profile, [suite for suite in suites if suite not in empty], records)
        counts = _count(records)
    else:
        counts = Counts()
    for suite in empty:
        print(f"suite {suite}: there are no tests yet")
    _show_failures(counts)
    if not counts.total:
        report.warn("not one test ran")
    print(counts, flush=True)
    return 0 if counts.total and not counts.failed else 1


def _parse(arguments: list[str]) -> tuple[Profile, list[str]]:
    profile = build_dir.DEBUG
    suites: list[str] = []
    for argument in arguments:
        if argument in _PROFILES:
            if profile not in (build_dir.DEBUG, _PROFILES[argument]):
                raise report.Usage("only one of --asan, --tsan and --clang at a time")
            profile = _PROFILES[argument]
        elif argument in SUITES:
            suites.append(argument)
        elif argument.startswith("-"):
            raise report.Usage(f"test: unknown option '{argument}'")
        else:
            raise report.Usage(f"there is no suite '{argument}'; the suites are {' '.join(SUITES)}")
    return profile, suites


def _run(profile: Profile, suites: list[str], records: Path) -> None:
    shutil.rmtree(records, ignore_errors=True)
    records.mkdir(parents=True)
    wrapper = shlex.join([sys.executable, str(Path(__file__).with_name("record_test.py"))])
    argv = ["meson", "test", "-C", str(profile.directory), "--no-rebuild", f"--wrapper={wrapper}"]
    argv += [f"--timeout-multiplier={profile.slowdown}"]
    for suite in suites:
        argv += ["--suite", suite]
    env = build_dir.environment(profile)
    env["IPDL_TEST_RECORDS"] = str(records)
    env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1")
    env.setdefault("TSAN_OPTIONS", "halt_on_error=1:second_deadlock_stack=1")
    # Meson's closing summary counts programs; ours, which counts cases, takes its place.
    process = subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True, errors="replace")
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.strip()[:1].isdigit() and "/" in line:
                print(line.rstrip(), flush=True)
        process.wait()
    except BaseException:
        process.terminate()
        raise


def _count(records: Path) -> Counts:
    total = Counts()
    for record in sorted(records.glob("*.json")):
        run = json.loads(record.read_text())
        cases = record.with_suffix(".xml")
        counts = junit.count(cases) if cases.exists() else Counts()
        program = " ".join(Path(word).name for word in run["command"][:3])
        log = record.with_suffix(".log")
        code = run.get("exit")
        if code is None:
            why = "was stopped before it ended: its time limit, or a signal"
        elif run["left"]:
            why = "left processes running: " + "; ".join(run["left"])
        elif code < 0:
            why = f"died by signal {-code}"
        else:
            why = f"exit code {code}"
        if code == 0 and not cases.exists():
            counts = Counts(passed=1)
        elif code == 77 and not cases.exists():
            counts = Counts(skipped=1)
        elif code != 0 and not counts.failed:
            counts = replace(counts, failures=(Failure(program, f"{why}\n{report.tail(log)}"),))
        elif counts.failed:
            note = f"whole output: {shown(log)}"
            failures = [
                replace(f, message=f"{_shorten(f.message)}\n{note}") for f in counts.failures
            ]
            counts = replace(counts, failures=tuple(failures))
        total += counts
    return total


def _shorten(message: str) -> str:
    """The beginning, which says what was expected, and the end, which may quote a tool."""
    lines = message.splitlines()
    if len(lines) <= 2 * _MESSAGE_LINES:
        return message
    return "\n".join([*lines[:_MESSAGE_LINES], "...", *lines[-_MESSAGE_LINES:]])


def _show_failures(counts: Counts) -> None:
    for failure in counts.failures:
        print(f"\nFAILED {failure.name}")
        print("\n".join("  " + line for line in failure.message.splitlines()))
    if counts.failures:
        print()
