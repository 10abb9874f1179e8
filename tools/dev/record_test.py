"""Runs one test program for `meson test --wrapper` and records what came of it.

Three files per run in $IPDL_TEST_RECORDS, all named after the program and this process: `.json`
(the command, and its exit code once it has ended), `.log` (its output) and `.xml` (its cases, if
it is GoogleTest's or pytest's). A record without an exit code is a run that was killed, for
example by meson's time limit. A program that leaves processes behind has failed.

Called by meson for test_run, once per test program.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

from tools.dev import children  # noqa: E402


def main(argv: list[str]) -> int:
    words = [Path(word).name for word in argv if not word.startswith("-")]
    stem = f"{'-'.join(words[:3])}-{os.getpid()}"
    base = Path(os.environ["IPDL_TEST_RECORDS"]) / stem
    report, log, record = (base.parent / (stem + end) for end in (".xml", ".log", ".json"))
    record.write_text(json.dumps({"command": argv}))

    env = dict(os.environ)
    env["GTEST_OUTPUT"] = f"xml:{report}"
    env["PYTEST_ADDOPTS"] = f"{env.get('PYTEST_ADDOPTS', '')} --junitxml={report}".strip()
    # Meson's own gtest protocol names a report on the command line, which would win.
    argv = [word for word in argv if not word.startswith("--gtest_output=")]

    children.adopt_orphans()
    begin = time.monotonic()
    with log.open("wb") as output:
        code = subprocess.run(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env, check=False
        ).returncode
    left = children.end_children(grace_seconds=5.0)
    if left:
        with log.open("a") as output:
            output.write("\nleft running by the test, and killed: " + "; ".join(left) + "\n")
        code = code or 1
    record.write_text(
        json.dumps(
            {"command": argv, "exit": code, "left": left, "seconds": time.monotonic() - begin}
        )
    )
    if code:
        sys.stdout.write(log.read_text(errors="replace"))
    # Meson takes codes above 127 and 77/99 for more than a failure; what a signal did is recorded.
    return code if 0 <= code < 77 else 77 if code == 77 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
