"""./dev fuzz: lets clang's fuzzer look for inputs on which the targets of tests/fuzz fail.

Each target runs for some seconds, from the corpus in the tree (one input per line, in hexadecimal)
and what earlier runs found (build/fuzz/found). An input that fails is kept, and its replay is printed;
the search goes on with the next target. `--merge` chooses what belongs into the tree: of all that is
known, the smallest inputs that reach every branch which any of them reaches. Called by __main__; calls
build_dir and the targets.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from tools.dev import build_dir, children, report
from tools.dev.build_dir import FUZZ
from tools.dev.tree import LOGS, ROOT, shown

_SOURCES = ROOT / "tests/fuzz"
_CORPUS = _SOURCES / "corpus"
_FOUND = FUZZ.directory / "found"
_FAILED = FUZZ.directory / "failed"
_UNPACKED = FUZZ.directory / "corpus"
_SECONDS = 60
_MOST_BYTES = 512  # of an input: what fails with more also fails with fewer, nearly always
_MOST_BYTES_KEPT = 128  # of one in the tree

_HELP = f"""./dev fuzz [--seconds N] [TARGET ...]    looks for inputs that fail; {_SECONDS} s for each target
./dev fuzz --merge [TARGET ...]          brings what was found into tests/fuzz/corpus
The targets: """


@dataclass(frozen=True)
class _Request:
    targets: list[str]
    seconds: int
    merge: bool


def targets() -> list[str]:
    """The names of all targets: the files NAME_fuzz.cc."""
    return sorted(path.name.removesuffix("_fuzz.cc") for path in _SOURCES.glob("*_fuzz.cc"))


def command(arguments: list[str]) -> int:
    if "--help" in arguments:
        print(_HELP + " ".join(targets()))
        return 0
    request = _parse(arguments)
    build_dir.configure(FUZZ, with_tests=True)
    build_dir.build(
        FUZZ, [str(_program(name).relative_to(FUZZ.directory)) for name in request.targets]
    )
    failed = 0
    for name in request.targets:
        if request.merge:
            _merge(name)
        else:
            failed += not _run(name, request.seconds)
    return 1 if failed else 0


def _parse(arguments: list[str]) -> _Request:
    chosen: list[str] = []
    seconds = _SECONDS
    merge = False
    words = iter(arguments)
    for word in words:
        if word == "--seconds":
            value = next(words, "")
            if not value.isdigit() or int(value) == 0:
                raise report.Usage("fuzz: --seconds needs a number above 0")
            seconds = int(value)
        elif word == "--merge":
            merge = True
        elif word in targets():
            chosen.append(word)
        elif word.startswith("-"):
            raise report.Usage(f"fuzz: unknown option '{word}'")
        else:
            raise report.Usage(
                f"fuzz: there is no target '{word}'; there are {' '.join(targets())}"
            )
    return _Request(chosen or targets(), seconds, merge)


def _program(name: str) -> Path:
    return FUZZ.directory / "tests/fuzz" / f"fuzz_{name}"


def _run(name: str, seconds: int) -> bool:
    """True if no input failed."""
    found = _FOUND / name
    failed = _FAILED / name
    for directory in (found, failed):
        directory.mkdir(parents=True, exist_ok=True)
    before = set(failed.iterdir())
    log = LOGS / f"fuzz-{name}.log"
    argv = [
        str(_program(name)),
        f"-max_total_time={seconds}",
        f"-max_len={_MOST_BYTES}",
        "-len_control=10",  # long inputs soon: what matters is what happens after something else
        f"-artifact_prefix={failed}/",
        "-timeout=30",
        "-print_final_stats=1",
        str(found),
        str(_unpacked(name)),
    ]
    with report.step("fuzz", f"{name}, {seconds} s") as step:

        def on_line(line: str) -> None:
            if line.startswith("#"):
                step.progress(line)

        code = children.run_logged(argv, log, _environment(), on_line=on_line)
    text = log.read_text(encoding="utf-8", errors="replace")
    done = re.search(r"number_of_executed_units: (\d+)", text)
    covered = re.findall(r"cov: (\d+)", text)
    print(
        f"{'':9} {done[1] if done else '?'} executions, {covered[-1] if covered else '?'} branches"
    )
    for path in sorted(set(failed.iterdir()) - before):
        report.warn(f"{name} fails on {shown(path)}; to see it again:")
        report.warn(f"  {shown(_program(name))} {shown(path)}")
    if code:
        report.warn(f"{name}: exit code {code}\n{report.tail(log)}")
    return code == 0


def _environment() -> dict[str, str]:
    environment = dict(os.environ)
    environment.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1")
    return environment


def _unpacked(name: str) -> Path:
    """The tree's corpus as the fuzzer wants it: a directory with a file for each input."""
    directory = _UNPACKED / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    packed = _CORPUS / f"{name}.txt"
    for line in packed.read_text().split() if packed.exists() else ():
        data = bytes.fromhex(line)
        (directory / hashlib.sha1(data).hexdigest()).write_bytes(data)
    return directory


def _merge(name: str) -> None:
    chosen = FUZZ.directory / "merged" / name
    shutil.rmtree(chosen, ignore_errors=True)
    chosen.mkdir(parents=True)
    (_FOUND / name).mkdir(parents=True, exist_ok=True)
    argv = [
        str(_program(name)),
        "-merge=1",
        "-use_counters=0",  # which branches, not how often
        f"-max_len={_MOST_BYTES_KEPT}",
        str(chosen),
        str(_unpacked(name)),
        str(_FOUND / name),
    ]
    log = LOGS / f"fuzz-merge-{name}.log"
    packed = _CORPUS / f"{name}.txt"
    with report.step("merge", shown(packed)):
        if children.run_logged(argv, log, _environment()):
            raise report.Failed(f"the inputs of {name} cannot be merged\n{report.tail(log)}")
    inputs = sorted((path.read_bytes() for path in chosen.iterdir()), key=lambda i: (len(i), i))
    packed.write_text("".join(f"{data.hex()}\n" for data in inputs if data))
    print(f"{'':9} {len(inputs)} inputs, {sum(map(len, inputs))} bytes")
