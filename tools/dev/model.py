"""./dev model: checks the model of how proxies leave a route, in every order of events, with spin.

runtime/portal/model/bypass.pml tells what it models and which settings there are. For each of the
cases below spin writes a program that visits every state; one that violates an assertion, or in
which somebody waits for ever, is a failure. Called by __main__; calls spin and a C compiler.
"""

from __future__ import annotations

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.dev import report
from tools.dev.tree import BUILD, ROOT

_MODEL = ROOT / "runtime/portal/model/bypass.pml"
_WORK = BUILD / "model"

# Name, then the settings. `all` adds those that take minutes.
_QUICK = {
    "one proxy": ("PARCELS=2",),
    "one proxy, its node dies": ("CRASH",),
    "one proxy, an end is closed": ("PARCELS=2", "CLOSE"),
    "one proxy, a forger": ("FORGE",),
    "an end in flight": ("MOVE",),
    "two proxies": ("TWO",),
}
_LONG = {
    "one proxy, three parcels, its node dies": ("PARCELS=3", "CRASH"),
    "an end is closed, the proxy's node dies": ("PARCELS=2", "CLOSE", "CRASH"),
    "an end in flight, the proxy's node dies": ("MOVE", "CRASH"),
    "two proxies, an end is closed": ("TWO", "CLOSE"),
    "two proxies, one's node dies": ("TWO", "CRASH"),
}


def command(arguments: list[str]) -> int:
    if arguments not in ([], ["--all"]):
        raise report.Usage(f"model: unknown argument '{arguments[0]}'")
    cases = {**_QUICK, **(_LONG if arguments else {})}
    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, (states, error) in zip(cases, pool.map(_check, cases.values())):
            failed += bool(error)
            print(f"{name:45} {error or f'{states} states'}", flush=True)
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


def _check(settings: tuple[str, ...]) -> tuple[int, str]:
    """The number of states, and what is wrong; empty if nothing is."""
    directory = _WORK / "-".join(settings).replace("=", "")
    directory.mkdir(parents=True, exist_ok=True)
    _call(["spin", *(f"-D{setting}" for setting in settings), "-a", str(_MODEL)], directory)
    _call(
        ["cc", "-w", "-O0", "-DSAFETY", "-DCOLLAPSE", "-DVECTORSZ=4096", "-o", "pan", "pan.c"],
        directory,
    )
    told = _call([str(directory / "pan"), "-m1000000"], directory)
    errors = re.search(r"errors: (\d+)", told)
    states = re.search(r"(\d+) states, stored", told)
    if errors is None or states is None or "search depth too small" in told:
        return 0, f"not checked to its end: {told.strip()[-300:]}"
    if errors[1] == "0":
        return int(states[1]), ""
    return int(states[1]), f"violated; 'cd {directory} && spin -t -p -k bypass.pml.trail' shows how"


def _call(argv: list[str], directory: Path) -> str:
    done = subprocess.run(argv, cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode:
        raise report.Failed(f"{argv[0]}: {(done.stdout + done.stderr).strip()[-1000:]}")
    return done.stdout
