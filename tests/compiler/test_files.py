"""Files that cannot be read or are no text of ours: one clear finding each, never a traceback."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ipdl import cli

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _in_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _check(capfd: Capture, *arguments: str) -> str:
    code = cli.main(["check", *arguments])
    out, err = capfd.readouterr()
    assert (1, "") == (code, out)
    return err


def test_a_missing_file(capfd: Capture) -> None:
    expected = (
        "PFoo.ipdl: error: cannot read `PFoo.ipdl`: no such file or directory [IPDL0001]\n1 error\n"
    )
    assert expected == _check(capfd, "PFoo.ipdl")


def test_a_directory(capfd: Capture) -> None:
    os.mkdir("PFoo.ipdl")
    expected = "PFoo.ipdl: error: cannot read `PFoo.ipdl`: is a directory [IPDL0001]\n1 error\n"
    assert expected == _check(capfd, "PFoo.ipdl")


def test_a_name_with_a_nul_character(capfd: Capture) -> None:
    err = _check(capfd, "P\0.ipdl")
    assert "embedded null byte [IPDL0001]" in err
    assert "\0" not in err


def test_a_missing_sync_list(capfd: Capture) -> None:
    Path("PFoo.ipdl").write_text("protocol PFoo { parent: async Ping(); };")
    err = _check(capfd, "PFoo.ipdl", "--sync-allow", "sync.ini")
    assert err.startswith("sync.ini: error: cannot read `sync.ini`: no such file or directory")


def test_bytes_that_are_not_utf8(capfd: Capture) -> None:
    Path("PFoo.ipdl").write_bytes(b"protocol P\xff { };")
    expected = (
        "PFoo.ipdl: error: not UTF-8 text: the byte 0xff in line 1, at offset 10, does not fit [IPDL0004]\n"
        "  help: save the file as UTF-8\n1 error\n"
    )
    assert expected == _check(capfd, "PFoo.ipdl")


@pytest.mark.parametrize("mark, offset", [(b"", 13), (b"\xef\xbb\xbf", 16)])
def test_bytes_are_counted_with_the_byte_order_mark(
    capfd: Capture, mark: bytes, offset: int
) -> None:
    Path("PFoo.ipdl").write_bytes(mark + "// Größe\n\n ".encode() + b"\xe4 \xff")
    err = _check(capfd, "PFoo.ipdl")
    assert f"the byte 0xe4 in line 3, at offset {offset}, does not fit" in err


def test_an_included_file_that_is_not_utf8_does_not_cascade(capfd: Capture) -> None:
    Path("PFoo.ipdl").write_text("include Bar;\nprotocol PFoo { parent: async Ping(Bar b); };")
    Path("Bar.ipdlh").write_bytes(b"struct Bar { int32_t \xe9; };")
    err = _check(capfd, "PFoo.ipdl")
    assert err.startswith("Bar.ipdlh: error: not UTF-8 text") and err.endswith("\n1 error\n")


def test_a_byte_order_mark_is_skipped() -> None:
    Path("PFoo.ipdl").write_bytes(b"\xef\xbb\xbfprotocol PFoo { parent: async Ping(); };")
    assert 0 == cli.main(["check", "PFoo.ipdl"])


def test_ten_megabytes_of_junk(capfd: Capture) -> None:
    Path("PFoo.ipdl").write_bytes(os.urandom(10 << 20))
    expected = (
        "PFoo.ipdl: error: the file is larger than 1048576 bytes, the most that the compiler reads "
        "[IPDL0005]\n"
        "  help: is it the right file? what is too large can be divided into headers and managed "
        "protocols\n1 error\n"
    )
    assert expected == _check(capfd, "PFoo.ipdl")


def test_a_device_without_end(capfd: Capture) -> None:
    os.symlink("/dev/zero", "PFoo.ipdl")
    assert "[IPDL0005]" in _check(capfd, "PFoo.ipdl")


@pytest.mark.parametrize("junk", ["} ", '"', "/* "])
def test_as_much_junk_as_is_read(capfd: Capture, junk: str) -> None:
    Path("PFoo.ipdl").write_text(junk * ((1 << 20) // len(junk)))
    start = time.monotonic()
    err = _check(capfd, "PFoo.ipdl")
    assert time.monotonic() - start < 120  # for hangs only
    assert err.count("\n") < 1000
    assert len(err) < 100_000


def test_many_mistakes_end_in_giving_up(capfd: Capture) -> None:
    Path("PFoo.ipdl").write_text("struct S { int; };\n" * 200)
    err = _check(capfd, "PFoo.ipdl")
    assert 100 == err.count("[IPDL0104]")
    last = "PFoo.ipdl:101:15: error: more than 100 mistakes in this file; the rest of it was not "
    assert last + "looked at [IPDL0008]" in err


def test_unknown_characters_end_in_giving_up_too(capfd: Capture) -> None:
    Path("PFoo.ipdl").write_text("@ " * 101)
    err = _check(capfd, "PFoo.ipdl")
    assert 100 == err.count("[IPDL0101]") and 1 == err.count("[IPDL0008]")


@pytest.mark.parametrize(
    "text",
    [
        "struct S { " + "UniquePtr<" * 10_000 + "int" + ">" * 10_000 + " x; };",
        "struct S { int" + "[]" * 10_000 + " x; };",
        "struct S { int" + "?" * 10_000 + " x; };",
        "namespace n { " * 10_000 + "struct S { };" + "}" * 10_000,
        "namespace n { " * 10_000,
        "struct S { " + "UniquePtr<" * 10_000,
        "struct S { " * 10_000,
        "[" * 10_000,
        "struct S { UniquePtr<" + "a::" * 10_000 + "b x; };",
    ],
    ids=lambda text: str(text)[:24].strip(),
)
def test_nesting_to_a_depth_of_ten_thousand(capfd: Capture, text: str) -> None:
    Path("S.ipdlh").write_text(text)
    err = _check(capfd, "S.ipdlh")
    assert "[IPDL" in err
    assert len(err) < 100_000


def test_deep_chains_of_structs_and_files_do_not_recurse() -> None:
    structs = "".join(f"struct S{i} {{ S{i + 1}[] s; }};\n" for i in range(3000))
    Path("S.ipdlh").write_text("union S3000 { S0; int32_t; };\n" + structs)
    for index in range(2000):
        Path(f"H{index}.ipdlh").write_text(f"include H{index + 1};\nstruct T{index} {{ }};\n")
    Path("H2000.ipdlh").write_text("struct T2000 { };\n")
    assert 0 == cli.main(["check", "H0.ipdlh"])
    assert 0 == cli.main(["check", "S.ipdlh"])


def test_terminal_sequences_in_a_file_are_not_passed_on(capfd: Capture) -> None:
    Path("PFoo.ipdl").write_text("protocol \x1b]0;title\x07 PFoo { };")
    err = _check(capfd, "PFoo.ipdl")
    assert "\x1b" not in err and "\x07" not in err


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_line_counts_once_however_it_ends(capfd: Capture, line_end: str) -> None:
    Path("PFoo.ipdl").write_bytes(
        line_end.join(["// one", "/* two", "*/", "protocol PFoo {", "\tx", "};", ""]).encode()
    )
    err = _check(capfd, "PFoo.ipdl")
    assert err.startswith("PFoo.ipdl:5:2: error: ")
    assert "    5 | \tx\n      | \t^\n" in err
