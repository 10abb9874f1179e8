"""The fingerprint of a protocol changes with its meaning on the wire, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipdl.compile import compile_files
from ipdl.fingerprint import fingerprint
from ipdl.reporter import Reporter
from tests.compiler.command import ipdl

FILES = {
    "PFoo.ipdl": "include protocol PBar; include Point;\n"
    "namespace demo { sync protocol PFoo { manages PBar;\n"
    "parent: sync Add() returns (int32_t sum); async Ping(Point p, int32_t n); }; }\n",
    "PBar.ipdl": "include protocol PFoo;\n"
    "namespace demo { protocol PBar { manager PFoo; child: async __delete__(); }; }\n",
    "Point.ipdlh": 'using gfx::Unit from "unit.h";\n'
    "namespace demo { struct Point { int32_t x; int32_t y; Unit unit; }; }\n",
}


def _fingerprint(directory: Path, monkeypatch: pytest.MonkeyPatch, **changed: str) -> str:
    directory.mkdir(exist_ok=True)
    monkeypatch.chdir(directory)
    for name, text in FILES.items():
        Path(name).write_text(changed.get(name.partition(".")[0], text))
    reporter = Reporter()
    compilation = compile_files(["PFoo.ipdl"], reporter)
    assert [] == [f.problem.text for f in reporter.findings()]
    return fingerprint(compilation.roots[0])


@pytest.mark.parametrize(
    "file, before, after",
    [
        ("PFoo", "Ping", "Pong"),
        ("PFoo", "int32_t n", "uint32_t n"),
        ("PFoo", "int32_t n", "int32_t m"),
        ("PFoo", "int32_t n", "int32_t? n"),
        ("PFoo", "async Ping", "both: async Ping"),
        ("PFoo", "async Ping", "sync Ping"),
        ("PFoo", "async Ping", "[Priority=input] async Ping"),
        ("PFoo", "namespace demo {", "namespace other {"),
        ("PFoo", " returns (int32_t sum)", ""),
        ("PBar", "child: async __delete__()", "both: async __delete__()"),
        ("PBar", "__delete__()", "__delete__(int32_t why)"),
        ("Point", "int32_t x; int32_t y", "int32_t y; int32_t x"),
        ("Point", "namespace demo", "namespace maths"),
        ("Point", "gfx::Unit", "css::Unit"),
    ],
)
def test_a_change_of_meaning_changes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, before: str, after: str
) -> None:
    old = _fingerprint(tmp_path, monkeypatch)
    extension = ".ipdlh" if file == "Point" else ".ipdl"
    text = FILES[file + extension]
    assert before in text
    assert old != _fingerprint(tmp_path, monkeypatch, **{file: text.replace(before, after)})


@pytest.mark.parametrize(
    "file, before, after",
    [
        ("PFoo", "async Ping", "parent: async Ping"),
        ("PFoo", "async Ping", "/// Doc.\n// Why.\n  async  Ping"),
        ("PFoo", "sync protocol", "[ParentImpl=virtual] sync protocol"),
        ("PFoo", "async Ping", "[VirtualSendImpl] async Ping"),
        ("PFoo", "include protocol PBar; include Point;", "include Point; include protocol PBar;"),
        ("Point", '"unit.h"', '"other.h"'),
        ("Point", "namespace demo {", "namespace demo { struct Unused { int32_t x; };"),
    ],
)
def test_what_does_not_reach_the_wire_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, before: str, after: str
) -> None:
    old = _fingerprint(tmp_path, monkeypatch)
    extension = ".ipdlh" if file == "Point" else ".ipdl"
    text = FILES[file + extension]
    assert before in text
    assert old == _fingerprint(tmp_path, monkeypatch, **{file: text.replace(before, after)})


def test_it_does_not_depend_on_where_the_files_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = _fingerprint(tmp_path / "here", monkeypatch)
    there = _fingerprint(tmp_path / "there", monkeypatch)
    monkeypatch.chdir(tmp_path)
    reporter = Reporter()
    compilation = compile_files(["here/PFoo.ipdl"], reporter, ["there", "here"])
    assert [here] * 2 == [there, fingerprint(compilation.roots[0])]


def test_it_is_the_same_in_every_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _fingerprint(tmp_path, monkeypatch)
    script = tmp_path / "ask.py"
    script.write_text(
        "from ipdl.compile import compile_files\nfrom ipdl.reporter import Reporter\n"
        "from ipdl.fingerprint import fingerprint\n"
        "print(fingerprint(compile_files(['PFoo.ipdl'], Reporter()).roots[0]))\n"
    )
    assert 64 == len(expected)
    for seed in ("1", "2"):
        assert expected == _ask(tmp_path, seed)


def _ask(directory: Path, seed: str) -> str:
    import os
    import subprocess
    import sys

    from tests.compiler.command import ROOT

    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
    command = [sys.executable, "ask.py"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=directory, env=environment)
    return done.stdout.strip()
