"""A system that does not play along: closed streams, pipes and devices where files should be, odd
names, no space, a signal at a bad moment. One clear line each, and nothing half written.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ipdl import cli, output
from ipdl.reporter import Reporter
from tests.compiler import answers
from tests.compiler.command import ROOT, ipdl

GOOD = "protocol PFoo {\nparent:\n  async Ping();\n};\n"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
OUTPUTS = sorted(f"PFoo{side}{end}" for side in ("", "Parent", "Child") for end in (".h", ".cc"))


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "PFoo.ipdl").write_text(GOOD)
    (tmp_path / "PBad.ipdl").write_text("protocol PBad {")
    return tmp_path


def _shell(directory: Path, arguments: str) -> tuple[int, str, str]:
    """With redirections: `check PFoo.ipdl >&-`."""
    command = f"exec {sys.executable} -m ipdl {arguments}"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=directory,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


# --- Streams -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ("check PFoo.ipdl >&-", (0, "", "")),
        ("check PFoo.ipdl <&- >&- 2>&-", (0, "", "")),
        ("check PBad.ipdl 2>&-", (1, "", "")),
        ("check PBad.ipdl 2>/dev/full", (1, "", "")),
        ("check PBad.ipdl >&- 2>&-", (1, "", "")),
        ("format PFoo.ipdl >&-", (1, "", "ipdl: error: cannot write: Bad file descriptor\n")),
        ("check --no-such-option 2>&-", (2, "", "")),
        ("--help >/dev/full", (1, "", "ipdl: error: cannot write: No space left on device\n")),
    ],
)
def test_a_stream_that_takes_nothing(
    here: Path, arguments: str, expected: tuple[int, str, str]
) -> None:
    assert expected == _shell(here, arguments)


def test_a_closed_standard_input(here: Path) -> None:
    code, _, err = _shell(here, "check - <&-")
    assert 1 == code
    assert err.startswith("<stdin>: error: cannot read `<stdin>`: bad file descriptor [IPDL0001]")


def test_an_output_does_not_get_the_number_of_a_closed_stream(here: Path) -> None:
    code, _, _ = _shell(here, "gen PFoo.ipdl PBad.ipdl -o out 2>&- >&-")
    assert 1 == code
    assert not (here / "out").exists()
    assert (0, "", "") == _shell(here, "gen PFoo.ipdl -o out <&- 2>&- >&-")
    assert OUTPUTS == sorted(os.listdir(here / "out"))


@pytest.mark.parametrize("file", ["/dev/zero", "/dev/urandom"])
def test_a_standard_input_without_end(here: Path, file: str) -> None:
    code, _, err = _shell(here, f"check - < {file}")
    assert 1 == code
    assert "[IPDL0005]" in err


# --- Files that are none -------------------------------------------------------------------------


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(here: Path) -> None:
    os.mkfifo(here / "PPipe.ipdl")
    result = ipdl(here, "check", "PPipe.ipdl")
    reason = "it is a pipe into which nothing was written"
    expected = f"PPipe.ipdl: error: cannot read `PPipe.ipdl`: {reason} [IPDL0001]\n1 error\n"
    assert (1, expected) == (result.code, result.err)


def test_a_pipe_that_somebody_writes_to_is_read(here: Path) -> None:
    """As a shell's <(...) is. The writer opens first, for reading too, so that it need not wait."""
    os.mkfifo(here / "PPipe.ipdl")
    writer = os.open(here / "PPipe.ipdl", os.O_RDWR)
    os.write(writer, b"protocol PPipe { parent: async Ping(int")
    command = [sys.executable, "-m", "ipdl", "check", "PPipe.ipdl"]
    with subprocess.Popen(command, cwd=here, env=ENVIRONMENT, stderr=subprocess.PIPE) as run:
        os.write(writer, b" a); };" + b" " * (1 << 17))  # more than it holds: it is being read
        os.close(writer)
        _, err = run.communicate(timeout=60)
    assert (0, b"") == (run.returncode, err)


def test_links_that_lead_nowhere(here: Path) -> None:
    (here / "PLoop.ipdl").symlink_to("PLoop.ipdl")
    (here / "PGone.ipdl").symlink_to("nothing")
    (here / "PUser.ipdl").write_text("include protocol PLoop;\n" + GOOD.replace("PFoo", "PUser"))
    result = ipdl(here, "check", "PLoop.ipdl", "PGone.ipdl", "PUser.ipdl")
    assert 1 == result.code
    assert "cannot read `PLoop.ipdl`: too many levels of symbolic links [IPDL0001]" in result.err
    assert "cannot read `PGone.ipdl`: no such file or directory [IPDL0001]" in result.err
    assert 2 == result.err.count("error: ")  # of the one that is included, once


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_an_unreadable_file(here: Path) -> None:
    (here / "PFoo.ipdl").chmod(0)
    result = ipdl(here, "check", "PFoo.ipdl")
    assert "cannot read `PFoo.ipdl`: permission denied [IPDL0001]" in result.err


def test_an_include_that_cannot_be_read_is_told_where_it_is_named(here: Path) -> None:
    """It is found, but is gone when it is opened: here, because a link of /proc says so."""
    (here / "Bar.ipdlh").symlink_to("/proc/self/mem")
    (here / "PFoo.ipdl").write_text("include Bar;\n" + GOOD)
    result = ipdl(here, "check", "PFoo.ipdl")
    assert 1 == result.code
    assert result.err.startswith("PFoo.ipdl:1:9: error: cannot read `Bar.ipdlh`: ")


# --- Names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("directory", ["a\nb", "a\x1b[31mb", "a b", "a\udcffb", "-a", "ä"])
def test_any_directory_will_do(here: Path, directory: str) -> None:
    inner = here / directory
    inner.mkdir()
    (inner / "S.ipdlh").write_text("struct S { int x; };\n")
    path = f"{directory}/S.ipdlh"
    arguments = ["-I", f"./{directory}", "--", path]
    assert (0, "", "") == answers.run(here, "check", *arguments)
    assert (0, "", "") == answers.run(here, "gen", "-o", f"./{directory}/out", *arguments)
    assert ["S.cc", "S.h"] == sorted(os.listdir(inner / "out"))
    (inner / "S.ipdlh").write_text("struct S { int x };")
    code, _, err = answers.run(here, "check", *arguments)
    assert (1, 1) == (code, err.count(": error: "))
    assert "\x1b" not in err and 5 == err.count("\n")


def test_a_depfile_names_what_it_can(here: Path) -> None:
    for directory in ("a\nb", "a\udcffb $#"):
        (here / directory).mkdir()
        (here / directory / "S.ipdlh").write_text("struct S { int x; };\n")
    odd = answers.run(here, "gen", "a\udcffb $#/S.ipdlh", "-o", "out", "--depfile", "rules.d")
    assert (0, "", "") == odd
    assert b" a\xffb\\ $$\\#/S.ipdlh " in (here / "rules.d").read_bytes()
    code, _, err = answers.run(here, "gen", "a\nb/S.ipdlh", "-o", "other", "--depfile", "rules.d")
    assert 1 == code
    assert "a make rule cannot name a file with a line end in its name [IPDL0702]" in err
    assert not (here / "other").exists()


def test_a_name_that_is_no_text_is_refused(here: Path) -> None:
    (here / "S\udcff.ipdlh").write_text("struct S { int x; };\n")
    code, _, err = answers.run(here, "gen", "S\udcff.ipdlh", "-o", "out")
    assert 1 == code
    assert "[IPDL0017]" in err
    assert not (here / "out").exists()


# --- Outputs -------------------------------------------------------------------------------------


def test_something_else_in_the_place_of_an_output_is_replaced(here: Path) -> None:
    (here / "out").mkdir()
    os.mkfifo(here / "out" / "PFoo.h")
    (here / "out" / "PFoo.cc").symlink_to("/dev/zero")
    (here / "out" / "PFooChild.h").symlink_to("../PFoo.ipdl")
    result = ipdl(here, "gen", "PFoo.ipdl", "-o", "out")
    assert (0, "") == (result.code, result.err)
    assert all((here / "out" / name).is_file() for name in OUTPUTS)
    assert GOOD == (here / "PFoo.ipdl").read_text()


def test_two_compilers_at_once_leave_whole_files(here: Path) -> None:
    """On one output directory and one cache that is empty."""
    command = [sys.executable, "-m", "ipdl", "gen", "PFoo.ipdl", "-o", "out"]
    environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(here / "cache")}
    runs = [
        subprocess.Popen(command, cwd=here, env=environment, stderr=subprocess.PIPE)
        for _ in range(6)
    ]
    for run in runs:
        _, err = run.communicate(timeout=60)
        assert (0, b"") == (run.returncode, err)
    assert 0 == ipdl(here, "gen", "PFoo.ipdl", "-o", "alone").code
    assert OUTPUTS == sorted(os.listdir(here / "out"))
    for name in OUTPUTS:
        assert (here / "alone" / name).read_bytes() == (here / "out" / name).read_bytes()
    assert 1 == len(os.listdir(here / "cache" / "ipdl"))


@pytest.mark.parametrize("after", range(4))
def test_an_interrupt_while_writing_leaves_all_files_or_none(
    here: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """It comes while file number `after` is put into its place."""
    monkeypatch.chdir(here)
    seen: list[str] = []
    replace = os.replace

    def replace_interrupted(source: str, target: str) -> None:
        if len(seen) == after:
            signal.raise_signal(signal.SIGINT)
        seen.append(target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", replace_interrupted)
    assert 130 == cli.main(["gen", "PFoo.ipdl", "-o", "out"])
    assert OUTPUTS == sorted(os.listdir("out"))


def test_an_interrupt_before_that_leaves_none(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    write = output._write

    def write_interrupted(path: str, data: bytes, destination: str) -> None:
        write(path, data, destination)
        if destination.endswith("PFooChild.h"):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(output, "_write", write_interrupted)
    assert 130 == cli.main(["gen", "PFoo.ipdl", "-o", "out"])
    assert [] == os.listdir("out")


def test_outputs_can_be_written_beside_the_main_thread(here: Path) -> None:
    """Where signals cannot be handled."""
    reporter = Reporter()
    files = [(str(here / "out" / "a"), "a")]
    thread = threading.Thread(target=output.write_all, args=(files, reporter))
    thread.start()
    thread.join()
    assert ([], "a") == (reporter.findings(), (here / "out" / "a").read_text())


@pytest.mark.parametrize("module", ["ipdl", "ipdl.cli", "ipdl.compile", "ipdl.emit"])
def test_an_interrupt_while_it_starts_is_silent(here: Path, module: str) -> None:
    """Whichever module is being loaded."""
    (here / "start.py").write_text(
        "import builtins, runpy, signal, sys\n"
        "load = builtins.__import__\n"
        "def interrupted(name, *rest, **more):\n"
        f"    if name == '{module}' or name + '.emit' == '{module}' and 'emit' in (rest[2] or ()):\n"
        "        builtins.__import__ = load\n"
        "        signal.raise_signal(signal.SIGINT)\n"
        "    return load(name, *rest, **more)\n"
        "sys.argv[1:] = ['gen', 'PFoo.ipdl', '-o', 'out']\n"
        "import ipdl.__main__ as main\n"
        "builtins.__import__ = interrupted\n"
        "sys.exit(main.start())\n"
    )
    done = subprocess.run(
        [sys.executable, "start.py"], cwd=here, env=ENVIRONMENT, capture_output=True, timeout=60
    )
    assert (130, b"", b"") == (done.returncode, done.stdout, done.stderr)
    assert not (here / "out").exists()
