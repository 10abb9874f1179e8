"""Where a finding is: line and column at the end of a file, behind tabs and wide signs, with every
kind of line end, inside includes; and several mistakes of one file, each told once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipdl.compile import compile_files
from ipdl.render import render
from ipdl.reporter import Reporter


def _places(here: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> list[str]:
    """`file:line:column number` of each finding, of a run over PFoo.ipdl."""
    for name, text in files.items():
        (here / name.replace("_", ".")).write_bytes(text.encode("utf-8"))
    monkeypatch.chdir(here)
    reporter = Reporter()
    compile_files(["PFoo.ipdl"], reporter)
    places = []
    for finding in reporter.findings():
        span = finding.span
        assert span is not None
        places.append(f"{span.file.path}:{span.line}:{span.column} {finding.problem.number}")
    for format_ in ("text", "gcc", "json"):
        render(reporter, format_, werror=False)
    return places


BODY = "struct S {\n  Unknown a;\n};\nprotocol PFoo {\nparent:\n  async Ping(S s);\n};\n"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_each_kind_of_line_end_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line_end: str, last: bool
) -> None:
    text = BODY.replace("\n", line_end)
    found = _places(tmp_path, monkeypatch, PFoo_ipdl=text if last else text.rstrip())
    assert ["PFoo.ipdl:2:3 207"] == found


def test_a_carriage_return_alone_ends_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = BODY.replace("struct S {\n", "struct S {\r", 1)
    assert ["PFoo.ipdl:1:14 207"] == _places(tmp_path, monkeypatch, PFoo_ipdl=text)


def test_a_tab_is_one_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = BODY.replace("  Unknown", "\t\tUnknown")
    assert ["PFoo.ipdl:2:3 207"] == _places(tmp_path, monkeypatch, PFoo_ipdl=text)


def test_columns_count_signs_not_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = BODY.replace("  Unknown", "/* \u00e4\u20ac\U0001f600 */Unknown")
    assert ["PFoo.ipdl:2:10 207"] == _places(tmp_path, monkeypatch, PFoo_ipdl=text)


def test_a_byte_order_mark_takes_no_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\ufeffstruct S { Unknown a; };\n" + BODY[BODY.index("protocol") :]
    assert ["PFoo.ipdl:1:12 207"] == _places(tmp_path, monkeypatch, PFoo_ipdl=text)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("protocol PFoo {\nparent:\n  async Ping();\n}", "PFoo.ipdl:4:2 106"),
        ("protocol PFoo {\nparent:\n  async Ping();\n", "PFoo.ipdl:3:16 107"),
        ("protocol PFoo {\nparent:\n  async Ping()\n", "PFoo.ipdl:3:15 107"),
        ("protocol PFoo {\nparent:\n  async Ping(int a", "PFoo.ipdl:3:19 107"),
        ("protocol PFoo {\nparent:\n  async Ping();\n};\n\n\nstruct", "PFoo.ipdl:7:7 104"),
        ("protocol PFoo {\nparent:\n  async Ping();\n}; /* open", "PFoo.ipdl:4:4 102"),
        ('protocol PFoo {\nparent:\n  async Ping();\n}; include "x', "PFoo.ipdl:4:12 103"),
        ("protocol PFoo {\nparent:\n  async Ping();\n}; const int k = ", "PFoo.ipdl:4:17 104"),
        (
            "protocol PFoo {\nparent:\n  async Ping();\n};\nenum E : uint8_t { kA,",
            "PFoo.ipdl:5:23 107",
        ),
    ],
)
def test_a_mistake_at_the_end_of_the_file_is_behind_the_last_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    assert expected in _places(tmp_path, monkeypatch, PFoo_ipdl=text)


def test_a_mistake_in_an_include_is_told_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _places(
        tmp_path,
        monkeypatch,
        PFoo_ipdl="include A;\nprotocol PFoo { parent: async Ping(A1 a); };\n",
        A_ipdlh="// Comment.\r\ninclude B;\r\nstruct A1 { B1 b; };",
        B_ipdlh="\n\n\tstruct B1 { Nowhere x; }",
    )
    assert ["B.ipdlh:3:14 207", "B.ipdlh:3:26 106"] == found


def test_each_of_many_mistakes_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of spelling, of grammar, of names, of meaning; what stands between them is understood."""
    text = """\
include Missing;
using struct a::Size from "size.h"
const uint8_t kBig = 300;
enum Mode : uint8_t { kA; kB };
struct Good { Size size; };
struct Twice { int32_t a; bool a; };
struct Loop { Loop[] loops; };
union Same { int; int32_t; };
[Unknown] protocol PFoo {
  manages PFoo;
parent:
  asynch First(Good good);
  async Second([MaxLength=kBig] Good[] goods, int parent);
  sync Third();
  async Fourth(Good good) retuns (Good other);
child:
  [Compress] async __delete__();
  async Fifth(map<Good, int> table);
  async Sixth(int a int b);
  async Seventh(Good good);
};
"""
    found = _places(tmp_path, monkeypatch, PFoo_ipdl=text)
    expected = [
        "1:9 2",  # Missing.ipdlh
        "2:35 106",  # `;` after the using statement
        "3:22 222",  # 300 is no uint8_t
        "4:25 136",  # `;` between values
        "6:32 201",  # a
        "7:8 210",  # Loop
        "8:19 228",  # int and int32_t
        "9:2 501",  # [Unknown]
        "12:3 128",  # asynch
        "13:51 105",  # parent
        "14:8 409",  # sync in an async protocol
        "15:27 128",  # retuns
        "17:4 415",  # [Compress] __delete__
        "18:15 227",  # a struct as key
        "19:21 104",  # `,` between parameters
    ]
    assert [f"PFoo.ipdl:{place}" for place in expected] == found
