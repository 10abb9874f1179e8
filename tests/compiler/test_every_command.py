"""What is true of all commands: help, exit codes, and one clear line whatever the system does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ipdl import cli
from ipdl.commands import COMMANDS
from tests.compiler import examples
from tests.compiler.command import ROOT, ipdl

GOOD = "protocol PFoo {\nparent:\n  async Ping();\n};\n"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}

# What each command needs beside a file.
MORE = {"gen": ["-o", "out"], "doc": ["-o", "out"]}
READERS = [name for name in COMMANDS if name != "explain"]
# Those that print what they were asked for, with what they are asked.
PRINTERS = {
    "gen": ["--list-outputs", "PFoo.ipdl"],
    "explain": ["--list"],
    "lint": ["--list-rules"],
    "format": ["PFoo.ipdl"],
    "doc": ["PFoo.ipdl", "-o", "out"],
    "graph": ["PFoo.ipdl"],
    "model": ["PFoo.ipdl"],
    "check": ["--format", "json", "PFoo.ipdl"],
}


def _has_lists(example: examples.Example) -> bool:
    """Its command takes a list of messages, which only some commands do."""
    return any(word in ("--sync-allow", "--message-metadata") for word in example.command)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "PFoo.ipdl").write_text(GOOD)
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_examples_and_exit_codes_on_a_narrow_screen(here: Path, name: str) -> None:
    result = ipdl(here, name, "--help", environment={"COLUMNS": "80"})
    assert (0, "") == (result.code, result.err)
    assert f"\nexamples:\n  ipdl {name} " in result.out
    assert result.out.endswith(
        "\nexit codes: 0 ok, 1 findings, 2 wrong usage, 70 a mistake of the " "compiler's own.\n"
    )
    assert 95 >= max(map(len, result.out.splitlines()))


def test_the_help_of_all_lists_the_commands(here: Path) -> None:
    result = ipdl(here, "--help")
    for name, line in COMMANDS.items():
        assert f"    {name:<10}{line}\n" in result.out


@pytest.mark.parametrize("name", READERS)
def test_a_good_file_is_taken_from_the_disk_and_from_standard_input(here: Path, name: str) -> None:
    for file in ("PFoo.ipdl", "-"):
        result = ipdl(here, name, file, *MORE.get(name, []), stdin=GOOD.encode())
        assert (0, "") == (result.code, result.err)


@pytest.mark.parametrize("name", ["lint", "format", "doc", "graph", "model"])
def test_every_good_example_is_answered(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for example in examples.all_in("ok"):
        if example.command[0] != "check" or _has_lists(example):
            continue
        here = tmp_path / example.path.stem
        here.mkdir()
        example.unpack(here)
        monkeypatch.chdir(here)
        arguments = example.command[1:]
        if name == "format":
            arguments = [word for word in arguments if word.endswith((".ipdl", ".ipdlh"))]
        code = cli.main([name, *arguments, *MORE.get(name, [])])
        err = capfd.readouterr().err
        # A header alone has nothing to draw.
        assert 0 == code or (name, code) == ("graph", 2), (example.path.name, err)


@pytest.mark.parametrize("name", READERS)
def test_what_cannot_be_read_is_one_line(here: Path, name: str) -> None:
    (here / "PDir.ipdl").mkdir()
    for file, reason in (
        ("PNone.ipdl", "no such file or directory"),
        ("PDir.ipdl", "is a directory"),
        ("PFoo.ipdl/PBar.ipdl", "not a directory"),
        ("", "no such file or directory"),
    ):
        result = ipdl(here, name, file, *MORE.get(name, []))
        assert (1, "") == (result.code, result.out)
        known = f"error: cannot read `{file}`: {reason} [IPDL0001]\n"
        unknown = f"`{file}` is neither a protocol (.ipdl) nor a header (.ipdlh)"
        assert known in result.err or unknown in result.err
        assert not (here / "out").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_option_is_wrong_usage(here: Path, name: str) -> None:
    result = ipdl(here, name, "PFoo.ipdl", *MORE.get(name, []), "--no-such-option")
    assert (2, "") == (result.code, result.out)
    assert "ipdl: error: unrecognized arguments: --no-such-option" in result.err


@pytest.mark.parametrize("name", PRINTERS)
def test_a_full_disk_behind_standard_output_is_one_line(here: Path, name: str) -> None:
    command = [sys.executable, "-m", "ipdl", name, *PRINTERS[name]]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command, cwd=here, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert (1, b"ipdl: error: cannot write: No space left on device\n") == (
        done.returncode,
        done.stderr,
    )


@pytest.mark.parametrize("name", PRINTERS)
def test_a_reader_that_is_gone_is_no_error_of_ours(here: Path, name: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "ipdl", name, *PRINTERS[name]]
    done = subprocess.run(
        command, cwd=here, env=ENVIRONMENT, stdout=writer, stderr=subprocess.PIPE, timeout=60
    )
    os.close(writer)
    assert (141, b"") == (done.returncode, done.stderr)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_interrupt_ends_it_without_a_traceback(here: Path, name: str) -> None:
    """It waits for standard input when the signal comes: more than a pipe holds was read by it."""
    command = [sys.executable, "-m", "ipdl", name, "-", *MORE.get(name, [])]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=here, env=ENVIRONMENT, stdin=pipe, stdout=pipe, stderr=pipe
    ) as run:
        assert run.stdin is not None
        run.stdin.write(b" " * (1 << 18))
        run.stdin.flush()
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert (130, b"", b"") == (run.returncode, out, err)


@pytest.mark.parametrize("name", ["gen", "doc", "graph", "model"])
def test_an_output_below_a_file_is_one_line_that_names_the_file(here: Path, name: str) -> None:
    result = ipdl(here, name, "PFoo.ipdl", "-o", "PFoo.ipdl/out")
    assert (1, "") == (result.code, result.out)
    assert "`PFoo.ipdl` is not a directory [IPDL0702]\n1 error\n" in result.err
    assert GOOD == (here / "PFoo.ipdl").read_text()


@pytest.mark.parametrize("name", ["graph", "model"])
def test_an_output_that_is_a_directory_is_one_line(here: Path, name: str) -> None:
    result = ipdl(here, name, "PFoo.ipdl", "-o", ".")
    assert (1, "") == (result.code, result.out)
    assert "ipdl: error: cannot write `.`: is a directory [IPDL0702]\n1 error\n" == result.err
