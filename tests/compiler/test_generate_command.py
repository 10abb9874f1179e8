"""`ipdl gen`: which files, written when, and what a build system is told of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ipdl import emit, output
from ipdl.compile import compile_files
from ipdl.reporter import Reporter
from tests.compiler.command import ROOT, ipdl

PROTOCOL = ["PFoo.h", "PFoo.cc", "PFooParent.h", "PFooParent.cc", "PFooChild.h", "PFooChild.cc"]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "PFoo.ipdl").write_text(
        "include Point;\nprotocol PFoo { parent: async Ping(Point p); };\n"
    )
    (tmp_path / "Point.ipdlh").write_text("struct Point { int32_t x; };\n")
    return tmp_path


def _contents(directory: Path) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in directory.iterdir()}


@pytest.mark.parametrize(
    "side, left_out", [("both", ""), ("parent", "PFooChild"), ("child", "PFooParent")]
)
def test_the_outputs_are_those_that_are_listed(here: Path, side: str, left_out: str) -> None:
    files = ["PFoo.ipdl", "Point.ipdlh"]
    listed = ipdl(here, "gen", "--list-outputs", "--side", side, *files)
    written = ipdl(here, "gen", "-o", "out", "--side", side, *files)
    names = [n for n in PROTOCOL if not left_out or not n.startswith(left_out)]
    expected = names + ["Point.h", "Point.cc"]
    assert (0, "") == (listed.code, listed.err)
    assert (0, "", "") == (written.code, written.out, written.err)
    assert expected == listed.out.splitlines()
    assert sorted(expected) == sorted(os.listdir(here / "out"))


def test_the_emitter_and_the_list_agree_about_names(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here)
    reporter = Reporter()
    compilation = compile_files(["PFoo.ipdl", "Point.ipdlh"], reporter)
    for unit in compilation.roots:
        for side in output.SIDES:
            expected = output.output_names(unit.name, unit.kind, side)
            assert expected == [name for name, _ in emit.generate(unit, side)]


def test_an_output_that_would_not_change_is_not_touched(here: Path) -> None:
    ipdl(here, "gen", "PFoo.ipdl", "-o", "out")
    for name in PROTOCOL:
        os.utime(here / "out" / name, ns=(1, 1))
    text = (here / "PFoo.ipdl").read_text()
    (here / "PFoo.ipdl").write_text(text.replace("{ parent", "{\n\n  // Why.\n  parent"))
    assert 0 == ipdl(here, "gen", "PFoo.ipdl", "-o", "out").code
    assert {1} == {stamp for stamp, _ in _contents(here / "out").values()}
    (here / "PFoo.ipdl").write_text(text.replace("Ping", "Pong"))
    assert 0 == ipdl(here, "gen", "PFoo.ipdl", "-o", "out").code
    changed = {name for name, (stamp, _) in _contents(here / "out").items() if stamp != 1}
    assert {"PFooParent.h", "PFooChild.h"} & changed


def test_with_an_error_nothing_is_written(here: Path) -> None:
    ipdl(here, "gen", "Point.ipdlh", "-o", "out")
    before = _contents(here / "out")
    (here / "Point.ipdlh").write_text("struct Point { int64_t x; };\n")
    (here / "PFoo.ipdl").write_text("protocol PFoo { parent: async Ping(Nothing n); };\n")
    files = ["Point.ipdlh", "PFoo.ipdl"]
    result = ipdl(here, "gen", *files, "-o", "out", "--depfile", "out/rules.d")
    assert (1, "") == (result.code, result.out)
    assert before == _contents(here / "out")


def test_if_one_output_cannot_be_written_none_is(here: Path) -> None:
    (here / "out" / "PFooChild.h").mkdir(parents=True)
    result = ipdl(here, "gen", "PFoo.ipdl", "-o", "out")
    expected = "ipdl: error: cannot write `out/PFooChild.h`: is a directory [IPDL0702]\n1 error\n"
    assert (1, expected) == (result.code, result.err)
    assert ["PFooChild.h"] == os.listdir(here / "out")


def test_an_output_directory_that_is_a_file_is_one_line(here: Path) -> None:
    result = ipdl(here, "gen", "PFoo.ipdl", "-o", "PFoo.ipdl")
    reason = "`PFoo.ipdl` is not a directory"
    expected = f"ipdl: error: cannot write `PFoo.ipdl/PFoo.h`: {reason} [IPDL0702]\n1 error\n"
    assert (1, expected) == (result.code, result.err)
    result = ipdl(here, "gen", "PFoo.ipdl", "-o", "PFoo.ipdl/a/b")
    assert (1, True) == (result.code, reason in result.err)


def test_a_disk_that_takes_no_more_leaves_nothing_behind(here: Path) -> None:
    """A limit on the size of files stands for the full disk: the first writes succeed."""
    command = f"ulimit -f 1; exec {sys.executable} -B -m ipdl gen PFoo.ipdl Point.ipdlh -o out"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        cwd=here,
    )
    assert (1, "") == (done.returncode, done.stdout)
    assert "ipdl: error: cannot write `out/PFoo" in done.stderr
    assert "file too large [IPDL0702]" in done.stderr
    assert [] == os.listdir(here / "out")


def test_outputs_have_the_permissions_of_the_umask(here: Path) -> None:
    ipdl(here, "gen", "PFoo.ipdl", "-o", "out")
    umask = os.umask(0)
    os.umask(umask)
    assert 0o666 & ~umask == (here / "out" / "PFoo.h").stat().st_mode & 0o777


def test_the_depfile_names_all_that_was_read_and_the_compiler(here: Path) -> None:
    (here / "my dir").mkdir()
    result = ipdl(here, "gen", "PFoo.ipdl", "-o", "my dir", "--depfile", "rules.d")
    assert (0, "") == (result.code, result.err)
    rule = (here / "rules.d").read_text()
    targets, _, inputs = rule.replace("\\\n", " ").partition(": ")
    expected = [os.path.join("my\\ dir", name) for name in PROTOCOL]
    assert " ".join(expected) == targets
    named = inputs.split()
    assert ["PFoo.ipdl", "Point.ipdlh"] == named[:2]
    package = ROOT / "ipdl"
    for own in ("parser.py", "grammar.lark", "prelude/std.ipdlp", "emit/__init__.py"):
        assert str(package / own) in named
    assert all((here / name).exists() for name in named)


def test_a_protocol_from_standard_input_is_generated(here: Path) -> None:
    text = b"protocol PBaz { parent: async Ping(); };"
    assert 0 == ipdl(here, "gen", "-", "-o", "out", stdin=text).code
    assert (here / "out" / "PBazParent.h").exists()


def test_a_header_from_standard_input_has_no_name(here: Path) -> None:
    result = ipdl(here, "gen", "-", "-o", "out", stdin=b"struct Point { int32_t x; };")
    expected = (
        "<stdin>: error: a header that is read from standard input has no name for its outputs "
        "[IPDL0703]\n  help: give it as a file\n1 error\n"
    )
    assert (1, expected) == (result.code, result.err)
    assert not (here / "out").exists()


def test_the_same_file_twice_is_generated_once(here: Path) -> None:
    result = ipdl(here, "gen", "PFoo.ipdl", "./PFoo.ipdl", "-o", "out")
    assert (0, "") == (result.code, result.err)
