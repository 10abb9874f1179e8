"""`ipdl doc`: every link leads somewhere, every text is escaped, everything that is declared is there."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ipdl.doc.comments import comment, summary
from ipdl.doc.html import Html, element, escaped
from tests.compiler.command import ROOT, ipdl
from tests.compiler.test_model_command import FILES

HOSTILE = "</p><script>alert(1)</script> & \"'`</code><img src=x onerror=y>` \x1b[2J \u202e"


class _Page(HTMLParser):
    """What a page links to and what can be linked to; complains about what is not closed."""

    VOID = {"meta", "link", "br"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()
        assert [] == self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert name in ("id", "href", "class") or not name.startswith("on"), name
            if name == "href" and value is not None:
                self.links.append(value)
            if name == "id" and value is not None:
                self.ids.append(value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data


def _pages(directory: Path) -> dict[str, _Page]:
    return {path.name: _Page(path.read_text("utf-8")) for path in sorted(directory.glob("*.html"))}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def pages(here: Path) -> dict[str, _Page]:
    result = ipdl(here, "doc", "PFoo.ipdl", "-I", "lib", "-o", "out/pages")
    assert (0, "out/pages/index.html\n", "") == (result.code, result.out, result.err)
    return _pages(here / "out/pages")


def _check_links(pages: dict[str, _Page], directory: Path) -> None:
    for name, page in pages.items():
        assert sorted(set(page.ids)) == sorted(page.ids), name
        for link in page.links:
            target, _, fragment = link.partition("#")
            assert (directory / (target or name)).is_file(), (name, link)
            if fragment:
                assert fragment in pages[target or name].ids, (name, link)


def test_every_link_leads_somewhere(here: Path, pages: dict[str, _Page]) -> None:
    _check_links(pages, here / "out/pages")


def test_the_links_of_our_own_protocols_lead_somewhere(tmp_path: Path) -> None:
    for directory in ("protocols", "tests/generated", "tests/actors/protocols"):
        sources = sorted(str(path) for path in (ROOT / directory).glob("*.ipdl*"))
        out = tmp_path / directory
        result = ipdl(ROOT, "doc", *sources, "-I", directory, "-o", str(out))
        assert 0 == result.code, result.err
        _check_links(_pages(out), out)


def test_there_is_a_page_for_every_file_that_is_read(pages: dict[str, _Page]) -> None:
    expected = ["PBar.ipdl", "PEye.ipdl", "PFoo.ipdl", "Values.ipdlh", "index"]
    assert [f"{name}.html" for name in expected] == list(pages)
    for page in pages.values():
        assert "script" not in page.tags and "ipdl.css" in page.links


def test_a_protocol_page_says_everything(pages: dict[str, _Page]) -> None:
    page = pages["PFoo.ipdl.html"]
    text = " ".join(page.text.split())
    for expected in (
        "protocol PFoo",
        "The shelf. It has books.",
        "class other::Foo, derived from PFooParent; lives in Parent",
        "any class derived from PFooChild; lives in Child",
        "Nested up to inside_sync",
        "From the child to the parent: Ping, PBar",
        "async Ping(Point[] p, Image i, nullable Surface s) returns (map<Mode, string>? m)",
        "Says hello.",
        "tainted: values must be validated",
        "compressed: only the newest of all queued arrives",
        "priority input",
        "at most 4294967295 elements; not tainted (passback)",
        "constructor",
        "carries one end of a connection; sending takes it",
        "using gfx::Image",
        "cannot be copied, but sending only reads it",
    ):
        assert expected in text, expected
    assert {"to-parent", "to-child", "message-Ping", "message-PBar", "using-Image"} <= set(page.ids)
    assert "svg" in page.tags
    assert {"Values.ipdlh.html#struct-Point", "Values.ipdlh.html#enum-Mode"} <= set(page.links)


def test_a_header_page_says_everything(pages: dict[str, _Page]) -> None:
    text = " ".join(pages["Values.ipdlh.html"].text.split())
    for expected in (
        "const uint64_t kMost = 0xFFFFFFFF",
        "enum Mode : uint8_t",
        "kB 4",
        "struct Point can be compared Fields x int32_t name string at most 16 bytes",
        "union Shape One of Point Shape[]",
    ):
        assert expected in text, expected


def test_the_index_lists_everything(pages: dict[str, _Page]) -> None:
    page = pages["index.html"]
    text = " ".join(page.text.split())
    assert "PFoo The shelf." in text
    assert "Values.ipdlh Point, Shape, Mode, kMost, kYes" in text
    assert "kMost constant of Values.ipdlh" in text
    assert {"PFoo.ipdl.html", "Values.ipdlh.html#constant-kYes"} <= set(page.links)


def test_whatever_a_file_says_is_shown_as_text(here: Path) -> None:
    lines = HOSTILE.replace("\n", " ")
    text = f"/// {lines}\nprotocol PEye {{\nparent:\n  /// {lines}\n  /// - {lines}\n"
    (here / "PEye.ipdl").write_text(text + f"  async Look(\n    /// {lines}\n    bool b);\n}};\n")
    result = ipdl(here, "doc", "PEye.ipdl", "-o", "out", "--title", HOSTILE)
    assert (0, "") == (result.code, result.err)
    for name, page in _pages(here / "out").items():
        assert not {"script", "img"} & page.tags
        assert "<script>alert(1)</script> & \"'" in page.text
        raw = (here / "out" / name).read_text("utf-8")
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", raw)


def test_pages_do_not_depend_on_the_hash_seed_and_stay_untouched(here: Path) -> None:
    run = ["doc", "PFoo.ipdl", "-I", "lib", "-o", "out"]
    ipdl(here, *run, environment={"PYTHONHASHSEED": "1"})
    before = {
        path.name: (path.read_bytes(), path.stat().st_ino) for path in (here / "out").iterdir()
    }
    ipdl(here, *run, environment={"PYTHONHASHSEED": "2"})
    after = {
        path.name: (path.read_bytes(), path.stat().st_ino) for path in (here / "out").iterdir()
    }
    assert before == after
    assert not any(str(here).encode() in data for data, _ in after.values())


def test_a_file_with_errors_has_no_pages(here: Path) -> None:
    (here / "PEye.ipdl").write_text("protocol PEye { parent: async Look(Eye e); };\n")
    result = ipdl(here, "doc", "PFoo.ipdl", "-I", "lib", "-o", "out")
    assert (1, "") == (result.code, result.out)
    assert not (here / "out").exists()


def _names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def test_pages_of_files_that_are_gone_are_removed(tmp_path: Path) -> None:
    for name in "ABCDE":
        (tmp_path / f"{name}.ipdlh").write_text(f"struct S{name} {{ bool b; }};\n")
    out = tmp_path / "out"
    everything = [f"{name}.ipdlh" for name in "ABCDE"]
    assert 0 == ipdl(tmp_path, "doc", *everything, "-o", "out").code
    (out / "mine.html").write_text("not a page of ours")
    (out / "B.ipdlh.html").write_text("changed by hand")
    (out / "C.ipdlh.html").rename(tmp_path / "moved.html")
    (out / "C.ipdlh.html").symlink_to(tmp_path / "moved.html")
    assert 0 == ipdl(tmp_path, "doc", "A.ipdlh", "D.ipdlh", "-o", "out").code
    kept = {"A.ipdlh.html", "D.ipdlh.html", "index.html", "ipdl.css", ".ipdl-doc"}
    assert kept | {"mine.html", "B.ipdlh.html", "C.ipdlh.html"} == _names(out)
    assert (tmp_path / "moved.html").exists()


def test_with_an_error_no_page_is_removed(tmp_path: Path) -> None:
    for name, type_ in ("A", "bool"), ("B", "bool"):
        (tmp_path / f"{name}.ipdlh").write_text(f"struct S{name} {{ {type_} b; }};\n")
    assert 0 == ipdl(tmp_path, "doc", "A.ipdlh", "B.ipdlh", "-o", "out").code
    before = _names(tmp_path / "out")
    (tmp_path / "A.ipdlh").write_text("struct S { Unknown b; };\n")
    assert 1 == ipdl(tmp_path, "doc", "A.ipdlh", "-o", "out").code
    assert before == _names(tmp_path / "out")


@pytest.mark.parametrize("name", ["../A.html", "/A.html", "sub/A.html", ".html\0", "A.txt", ".."])
def test_a_list_of_pages_that_was_tampered_with_removes_nothing_else(
    tmp_path: Path, name: str
) -> None:
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # of nothing
    (tmp_path / "A.ipdlh").write_text("struct S { bool b; };\n")
    (tmp_path / "out" / "sub").mkdir(parents=True)
    for path in ("A.html", "out/A.txt", "out/sub/A.html"):
        (tmp_path / path).write_text("")
    (tmp_path / "out" / ".ipdl-doc").write_bytes(f"{digest}  {name}\n\xff junk\n".encode("latin-1"))
    assert 0 == ipdl(tmp_path, "doc", "A.ipdlh", "-o", "out").code
    assert all((tmp_path / path).exists() for path in ("A.html", "out/A.txt", "out/sub/A.html"))


def test_names_that_differ_in_case_alone_are_refused(here: Path) -> None:
    (here / "values.ipdlh").write_text("struct V { bool b; };\n")
    result = ipdl(here, "doc", "lib/Values.ipdlh", "values.ipdlh", "-o", "out")
    assert (1, "") == (result.code, result.out)
    assert "[IPDL0701]" in result.err


def test_the_directory_must_be_given_and_writable(here: Path) -> None:
    missing = ipdl(here, "doc", "PEye.ipdl")
    assert (2, "") == (missing.code, missing.out)
    file = ipdl(here, "doc", "PEye.ipdl", "-o", "PEye.ipdl")
    assert (1, "") == (file.code, file.out)
    assert "`PEye.ipdl` is not a directory [IPDL0702]" in file.err


# --- Comments ------------------------------------------------------------------------------------


def _known(name: str) -> str | None:
    return "PFoo.html" if name == "PFoo" else None


def test_comments_have_paragraphs_lists_and_code() -> None:
    text = "One\nline of `PFoo`.\n\nRules:\n- `x` first\n  and more\n* second\n"
    expected = (
        '<p>One line of <a href="PFoo.html"><code>PFoo</code></a>.</p>\n<p>Rules:</p>\n'
        "<ul><li><code>x</code> first and more</li>\n<li>second</li>\n</ul>\n"
    )
    assert expected == comment(text, _known)
    assert "" == comment("", _known) == comment("\n \n", _known)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", ""),
        ("Says hello. And more.", "Says hello."),
        ("Version 2.5 of it.\nMore.", "Version 2.5 of it."),
        ("No end\n\nSecond paragraph.", "No end"),
        ("a " * 200, ("a " * 79) + "a ..."),
    ],
)
def test_the_summary_is_the_first_sentence(text: str, expected: str) -> None:
    assert expected == summary(text, _known)


def test_only_html_is_not_escaped() -> None:
    assert "<b>&lt;i&gt;<i></i></b>" == element("b", "<i>", element("i"))
    assert '<a href="&quot;&gt;">&amp;</a>' == element("a", "&", href='">')
    assert "&lt;" == escaped("<") == escaped(Html("&lt;"))
    assert isinstance(Html("a") + "<", Html) and "a&lt;" == Html("a") + "<"
