"""Runs the demo with IPDL_TRACE, and checks the file: legal JSON, named processes, whole arrows.

    trace_check.py DEMO

What it is: a test of what Perfetto would be given, by a program that knows nothing of ours. Exits
with 0 if all holds, otherwise says what does not.
"""

import collections
import json
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

Event = dict[str, Any]


def events_of(demo: str, directory: pathlib.Path) -> list[Event]:
    trace = directory / "trace.json"
    trace.write_text("left from an earlier run")
    subprocess.run(
        [demo, "--out", str(directory / "out"), "--frames", "4"],
        env={"IPDL_TRACE": str(trace), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    # The array stays open, so that processes can add to it.
    text = trace.read_text().rstrip()
    assert text.startswith("[\n") and text.endswith(","), text[:100]
    found: list[Event] = json.loads(text[:-1] + "]")
    return found


def check_slices(slices: list[Event]) -> None:
    """Slices of one thread lie inside or beside each other."""
    threads = collections.defaultdict(list)
    for one in slices:
        threads[one["pid"], one["tid"]].append((one["ts"], -one["dur"]))
    for spans in threads.values():
        open_ends: list[float] = []
        for begin, minus_length in sorted(spans):
            end = begin - minus_length
            while open_ends and open_ends[-1] <= begin:
                open_ends.pop()
            assert not open_ends or end <= open_ends[-1] + 0.002, (begin, end, open_ends)
            open_ends.append(end)


def check_arrows(events: list[Event]) -> int:
    """Each arrow ends once, in another process, after it began. How many there are."""
    begins = {one["id"]: one for one in events if one["ph"] == "s"}
    ends = [one for one in events if one["ph"] == "f"]
    assert len(begins) == sum(one["ph"] == "s" for one in events), "two arrows have one number"
    assert len({one["id"] for one in ends}) == len(ends), "an arrow ends twice"
    for end in ends:
        begin = begins[end["id"]]
        assert begin["pid"] != end["pid"], end
        assert begin["ts"] <= end["ts"], (begin, end)
        assert end["bp"] == "e", end
    return len(ends)


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        events = events_of(sys.argv[1], pathlib.Path(directory))
    names = {one["pid"]: one["args"]["name"] for one in events if one["ph"] == "M"}
    slices = [one for one in events if one["ph"] == "X"]
    assert {one["pid"] for one in slices} == set(names), names
    assert len(names) >= 2 and any(name.startswith("content") for name in names.values()), names
    check_slices(slices)
    arrows = check_arrows(events)
    handled = [one for one in slices if one["cat"] == "handle"]
    assert arrows > 10 and len(handled) >= arrows, (arrows, len(handled))
    assert any(".Present" in one["name"] for one in handled), "no frame was presented"
    print(f"{len(names)} processes, {len(slices)} slices, {arrows} arrows")


main()
