"""`ipdl format`: loses nothing, changes no meaning, has one answer; and how the answer looks."""

from __future__ import annotations

import dataclasses
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipdl import ast, lexer, parser
from ipdl.format.layout import formatted
from ipdl.reporter import Reporter
from ipdl.source import SourceFile, Span
from tests.compiler import examples
from tests.compiler.command import ROOT, ipdl

_COMMENT = re.compile(r"//[^\n]*|/\*(?s:.*?)\*/")


def _parse(text: str) -> tuple[ast.File, bool]:
    """(the tree, is it without mistakes?)"""
    reporter = Reporter()
    source = SourceFile("PFoo.ipdl", text)
    reporter.enter(source, None)
    tree = parser.parse(source, reporter)
    return tree, not reporter.findings()


def _format(text: str) -> str:
    return formatted(text, lexer.tokenize(SourceFile("PFoo.ipdl", text), Reporter()).tokens)


def _meaning(node: Any) -> Any:
    """A tree without the places of its parts."""
    if isinstance(node, (Span, SourceFile)):
        return None
    if dataclasses.is_dataclass(node):
        return [type(node), *(_meaning(getattr(node, f.name)) for f in dataclasses.fields(node))]
    if isinstance(node, tuple):
        return [_meaning(part) for part in node]
    return node


def _tokens(text: str) -> list[str]:
    return [t.text for t in lexer.tokenize(SourceFile("PFoo.ipdl", text), Reporter()).tokens]


def _comments(text: str) -> list[list[str]]:
    """The words of each comment: a layout may move the lines of a long one."""
    strings_out = re.sub(r'"[^"\n]*"|(//[^\n]*|/\*(?s:.*?)\*/)', lambda m: m[1] or "", text)
    return [comment.split() for comment in _COMMENT.findall(strings_out)]


def _keeps_its_promises(text: str) -> None:
    tree, good = _parse(text)
    assert good
    result = _format(text)
    assert _tokens(text) == _tokens(result)
    assert _comments(text) == _comments(result)
    assert _meaning(tree) == _meaning(_parse(result)[0]), result
    assert result == _format(result)
    bare = _COMMENT.sub("//", result)
    assert "\n\n\n" not in bare and not re.search(r"[ \t]\n", bare)
    assert result.endswith("\n") and not result.startswith("\n")


GOOD = [
    text
    for example in examples.all_in("ok")
    for name, text in example.files.items()
    if name.endswith((".ipdl", ".ipdlh")) and _parse(text)[1]
]
OURS = sorted(
    path
    for top in ("protocols", "bench", "demo", "tests")
    for path in (ROOT / top).rglob("*.ipdl*")
    if path.suffix in (".ipdl", ".ipdlh") and path.parent.name not in ("ok", "error")
)


def test_good_files_keep_their_meaning() -> None:
    for text in GOOD + [path.read_text(encoding="utf-8") for path in OURS]:
        _keeps_its_promises(text)


BETWEEN = [
    " ",
    "  ",
    "\n",
    "\n\n",
    "\n\n\n",
    "\t",
    "\r\n",
    " /* a */ ",
    " /* a\n  b\n*/ ",
    " // c\n",
]
BETWEEN += [
    "\n// d\n",
    "\n\n// e\n\n",
    "\n/// f\n",
    "\n/// g\n/// h\n",
    " /// i\n",
    "\n/* j */ /* k */ ",
]
BETWEEN += ["\n/// l\n/* m */ /// n\n", "\n  /* o\n   * p\n   */\n"]


@st.composite
def _scattered(draw: st.DrawFn) -> str:
    """A good file with other blanks, and with comments everywhere."""
    tokens = _tokens(draw(st.sampled_from(GOOD)))[:-1]
    calm = draw(st.integers(1, 30))
    parts = [draw(st.sampled_from(BETWEEN))]
    for token in tokens:
        between = " " if draw(st.integers(0, calm)) else draw(st.sampled_from(BETWEEN))
        parts += [token, between]
    return "".join(parts)


@settings(
    max_examples=400,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(_scattered())
def test_scattered_files_keep_their_meaning(text: str) -> None:
    _keeps_its_promises(text)


UGLY = """\


// About the file.
include   protocol PBook ;
using   struct   gfx :: Colour   from "gfx/colour.h";
namespace library {
const uint32_t   kMost=16 ;
enum Mode:uint8_t{ kRead,kWrite=4 };   // how
enum Other:uint8_t{ kRead,
kLast=4 };
struct Nothing {};
/* Where
   it is. */
[Comparable]struct Place { [ MaxLength = kMost ] uint8_t [ ] bytes;// as found
  map < string , uint32_t[] > index;   // by word


  string?label;
};
union Query { string; Place [] ?; };
// The shelf.
[ParentProc=Parent, ChildProc=Child]
sync protocol PShelf
{ manages PBook;
parent :
async Find ( Query query , nullable PBook near , uint32_t first , uint32_t last ) returns ( Place ? place );
sync Look(Endpoint<PBookParent> end, // where it goes
  uint32_t n);
  [Compress]  async AVeryLongNameOfAMessage(UniquePtr < Place > the_first_place, uint32_t second_number);
child: // what it hears
async None(  ) ; };
} // namespace library
"""

NEAT = """\
// About the file.
include protocol PBook;
using struct gfx::Colour from "gfx/colour.h";

namespace library {

const uint32_t kMost = 16;
enum Mode : uint8_t { kRead, kWrite = 4 };  // how

enum Other : uint8_t {
  kRead,
  kLast = 4
};

struct Nothing {};

/* Where
   it is. */
[Comparable] struct Place {
  [MaxLength=kMost] uint8_t[] bytes;  // as found
  map<string, uint32_t[]> index;      // by word

  string? label;
};

union Query {
  string;
  Place[]?;
};

// The shelf.
[ParentProc=Parent, ChildProc=Child]
sync protocol PShelf {
  manages PBook;

parent:
  async Find(Query query, nullable PBook near, uint32_t first, uint32_t last)
      returns (Place? place);
  sync Look(Endpoint<PBookParent> end,  // where it goes
            uint32_t n);
  [Compress]
  async AVeryLongNameOfAMessage(UniquePtr<Place> the_first_place, uint32_t second_number);

child:  // what it hears
  async None();
};

}  // namespace library
"""


def test_the_house_layout() -> None:
    _keeps_its_promises(UGLY)
    assert NEAT == _format(UGLY)


@pytest.mark.parametrize("more, lines", [(0, 1), (1, 2)])
def test_a_line_may_have_a_hundred_columns(more: int, lines: int) -> None:
    parameter = "a" * (100 - len("  async Ping(int ) returns (int b);") + more)
    result = _format(f"protocol P{{parent:async Ping(int {parameter})returns(int b);}};")
    assert lines == len(result.splitlines()) - 3
    assert 100 - more * len(" returns (int b);") + more == max(map(len, result.splitlines()))


def test_a_list_that_fits_nowhere_begins_on_its_own_line() -> None:
    long = "a_parameter_whose_name_fills_most_of_the_line_because_its_author_likes_it"
    text = f"protocol P{{parent:async Message{'X' * 20}(UniquePtr<Place> {long});}};"
    expected = (
        "protocol P {\nparent:\n"
        f"  async Message{'X' * 20}(\n      UniquePtr<Place> {long});\n}};\n"
    )
    assert expected == _format(text)


# --- The command ---------------------------------------------------------------------------------

PLAIN = "protocol PFoo{parent:async Ping();};\n"
LAID_OUT = "protocol PFoo {\nparent:\n  async Ping();\n};\n"
BROKEN = "protocol PFoo { parent: async Ping( };\n"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "PFoo.ipdl").write_text(PLAIN)
    (tmp_path / "PGood.ipdl").write_text(LAID_OUT.replace("PFoo", "PGood"))
    (tmp_path / "PBad.ipdl").write_text(BROKEN)
    return tmp_path


def test_without_an_option_the_result_is_printed(here: Path) -> None:
    result = ipdl(here, "format", "PFoo.ipdl")
    assert (0, LAID_OUT, "") == (result.code, result.out, result.err)
    assert PLAIN == (here / "PFoo.ipdl").read_text()


def test_standard_input_is_printed(here: Path) -> None:
    result = ipdl(here, "format", "-", stdin=b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode())
    assert (0, LAID_OUT, "") == (result.code, result.out, result.err)


def test_check_names_what_would_be_changed_and_changes_nothing(here: Path) -> None:
    result = ipdl(here, "format", "--check", "PGood.ipdl", "PFoo.ipdl")
    assert (1, "PFoo.ipdl\n", "") == (result.code, result.out, result.err)
    assert PLAIN == (here / "PFoo.ipdl").read_text()
    result = ipdl(here, "format", "--check", "PGood.ipdl")
    assert (0, "", "") == (result.code, result.out, result.err)


def test_diff_shows_what_would_be_changed(here: Path) -> None:
    result = ipdl(here, "format", "--diff", "PGood.ipdl", "PFoo.ipdl")
    assert (1, "") == (result.code, result.err)
    added = [line[1:] for line in result.out.splitlines() if line.startswith("+")][1:]
    assert LAID_OUT.splitlines() == added


def test_write_changes_only_what_differs_and_says_so(here: Path) -> None:
    (here / "PFoo.ipdl").chmod(0o640)
    (here / "link.ipdl").symlink_to("PFoo.ipdl")
    before = os.stat(here / "PGood.ipdl")
    result = ipdl(here, "format", "-w", "PGood.ipdl", "link.ipdl")
    assert (0, "link.ipdl\n", "") == (result.code, result.out, result.err)
    assert LAID_OUT == (here / "PFoo.ipdl").read_text()
    assert 0o640 == stat.S_IMODE(os.stat(here / "PFoo.ipdl").st_mode)
    assert (here / "link.ipdl").is_symlink()
    after = os.stat(here / "PGood.ipdl")
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    result = ipdl(here, "format", "-w", "link.ipdl")
    assert (0, "", "") == (result.code, result.out, result.err)


@pytest.mark.parametrize("option", [[], ["-w"], ["--check"], ["--diff"]])
def test_a_file_that_does_not_parse_is_left_alone(here: Path, option: list[str]) -> None:
    result = ipdl(here, "format", *option, "PBad.ipdl", "missing.ipdl", ".")
    assert (1, "") == (result.code, result.out)
    assert result.err.endswith("3 errors\n")
    assert "PBad.ipdl:1:37: error: expected a type or `)` after `(`" in result.err
    assert (
        "missing.ipdl: error: cannot read `missing.ipdl`: no such file or directory" in result.err
    )
    assert ".: error: cannot read `.`: is a directory" in result.err
    assert BROKEN == (here / "PBad.ipdl").read_text()


@pytest.mark.parametrize("arguments", [[], ["-w", "-"], ["-w", "--check", "PFoo.ipdl"]])
def test_what_cannot_be_done_is_wrong_usage(here: Path, arguments: list[str]) -> None:
    result = ipdl(here, "format", *arguments)
    assert (2, "") == (result.code, result.out)
    assert "ipdl format: error: " in result.err
