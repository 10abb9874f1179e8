"""`ipdl graph`: the facts of the picture, and a picture in which nothing hides anything else."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipdl.compile import compile_files
from ipdl.graph.dot import dot
from ipdl.graph.layout import Card, lay_out
from ipdl.graph.relations import nodes_of, tree_of
from ipdl.graph.svg import fragment, svg
from ipdl.model import Protocol, Unit, UnitKind
from ipdl.reporter import Reporter
from ipdl.source import SourceFile, Span
from tests.compiler.command import ipdl

SVG = "{http://www.w3.org/2000/svg}"
FILES = {
    "PWindow.ipdl": "include protocol PLayer;\ninclude protocol PMenu;\ninclude protocol PAudio;\n"
    "[ChildProc=anychild] sync protocol PWindow { manages PLayer; manages PMenu;\n"
    "parent: async Title(); sync Size();\n"
    "child: async Listen(Endpoint<PAudioChild>? audio);\nboth: async Ping(); };\n",
    "PLayer.ipdl": "include protocol PWindow;\ninclude protocol PMenu;\n"
    "protocol PLayer { manager PWindow or PMenu or PLayer; manages PLayer;\n"
    "child: async __delete__(); };\n",
    "PMenu.ipdl": "include protocol PWindow;\ninclude protocol PLayer;\n"
    "protocol PMenu { manager PWindow; manages PLayer; parent: async __delete__(); };\n",
    "PAudio.ipdl": "protocol PAudio { parent: async Play(); };\n",
}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def protocols(here: Path, monkeypatch: pytest.MonkeyPatch) -> list[Protocol]:
    monkeypatch.chdir(here)
    reporter = Reporter()
    units = compile_files(["PWindow.ipdl"], reporter).units.values()
    assert not reporter.findings()
    return [unit.protocol for unit in units if unit.protocol is not None]


def test_the_facts(protocols: list[Protocol]) -> None:
    window, layer, menu, audio = nodes_of(protocols)
    assert ["PWindow", "PLayer", "PMenu", "PAudio"] == [p.name for p in protocols]
    assert ["Parent", "anychild"] == list(window.places.values())
    assert ["Parent", "anychild"] == list(layer.places.values())
    assert ["Parent", "any"] == list(audio.places.values())
    assert [2, 3] == list(window.sends.values())
    assert [1, 0] == list(layer.sends.values())
    assert (layer.protocol, menu.protocol) == window.managed
    assert (False, True) == (window.manages_itself, layer.manages_itself)
    assert (audio.protocol,) == window.hands_over


def test_a_tree_is_all_that_is_above_and_below(protocols: list[Protocol]) -> None:
    window, layer, menu, audio = protocols
    assert {window, layer, menu} == set(tree_of(menu))
    assert {window, layer, menu} == set(tree_of(layer))
    assert [audio] == tree_of(audio)


def test_dot_has_every_relation_once(protocols: list[Protocol]) -> None:
    lines = [line.strip() for line in dot(protocols).splitlines()]
    assert [
        '"PWindow" -> "PLayer";',
        '"PWindow" -> "PMenu";',
        '"PWindow" -> "PAudio" [style=dashed, constraint=false, label="hands over"];',
        '"PLayer" -> "PLayer";',
        '"PMenu" -> "PLayer";',
    ] == [line for line in lines if "->" in line]
    assert "digraph ipdl {" == lines[0] and "}" == lines[-1]
    sides = "<tr><td>Parent</td><td>&larr; 3 &nbsp; 2 &rarr;</td><td>anychild</td></tr>"
    assert sides in dot(protocols)


def test_a_protocol_stands_behind_all_its_managers(protocols: list[Protocol]) -> None:
    layout = lay_out(nodes_of(protocols))
    assert [0, 2, 1, 0] == [card.column for card in layout.cards]
    assert 3 == len(layout.lines) and 1 == len(layout.arcs)


def test_svg_is_well_formed_and_says_what_is_in_it(protocols: list[Protocol]) -> None:
    root = ElementTree.fromstring(svg(protocols))
    texts = [text.text for text in root.iter(SVG + "text")]
    for expected in ("PWindow", "PLayer", "sync", "manages itself too", "hands over PAudio"):
        assert expected in texts
    title = root.find(SVG + "title")
    assert title is not None and "Who manages whom: PWindow, PLayer, PMenu, PAudio" == title.text
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for rect in root.iter(SVG + "rect"):
        assert float(rect.get("x", 0)) + float(rect.attrib["width"]) <= width
        assert float(rect.get("y", 0)) + float(rect.attrib["height"]) <= height
    assert "script" not in svg(protocols) and "http" not in svg(protocols).replace(SVG[1:-1], "")


def test_a_fragment_marks_its_own_protocol_and_links_the_others(protocols: list[Protocol]) -> None:
    root = ElementTree.fromstring(
        fragment(
            protocols, protocols[1], lambda p: None if p.name == "PAudio" else f"{p.name}.html"
        )
    )
    links = [link.attrib["href"] for link in root.iter(SVG + "a")]
    assert ["PWindow.html", "PLayer.html", "PMenu.html"] == links
    assert 1 == sum(rect.get("class") == "card here" for rect in root.iter(SVG + "rect"))


def _program(managed: list[list[int]]) -> list[Protocol]:
    """Protocol i manages those with the numbers managed[i]."""
    file = SourceFile("PX.ipdl", "")
    protocols = []
    for number in range(len(managed)):
        unit = Unit(f"P{number}", UnitKind.PROTOCOL, file, "std")
        protocols.append(Protocol(f"P{number}", (), unit, Span(file, 0, 0)))
    for protocol, numbers in zip(protocols, managed):
        protocol.manages = [protocols[number] for number in numbers]
        for other in protocol.manages:
            other.managers.append(protocol)
    return protocols


def _apart(first: Card, second: Card) -> bool:
    beside = first.x + first.width <= second.x or second.x + second.width <= first.x
    return beside or first.y + first.height <= second.y or second.y + second.height <= first.y


@st.composite
def _programs(draw: st.DrawFn) -> list[Protocol]:
    count = draw(st.integers(1, 12))
    managed = [
        sorted(draw(st.sets(st.integers(number, count - 1), max_size=4))) for number in range(count)
    ]
    return _program(managed)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(_programs())
def test_no_card_covers_another(protocols: list[Protocol]) -> None:
    layout = lay_out(nodes_of(protocols))
    assert len(protocols) == len(layout.cards)
    for first, second in combinations(layout.cards, 2):
        assert _apart(first, second)
    for card in layout.cards:
        assert 0 <= card.x and card.x + card.width <= layout.width
        assert 0 <= card.y and card.y + card.height <= layout.height
    for source, target in layout.lines:
        assert source.column < target.column


def test_a_long_chain_is_drawn() -> None:
    """Longer than Python's own limit of recursion."""
    chain = _program([[number + 1] for number in range(1499)] + [[]])
    assert 1500 == svg(chain).count('class="card"')


# --- The command ---------------------------------------------------------------------------------


def test_the_format_follows_the_name_of_the_output(here: Path) -> None:
    plain = ipdl(here, "graph", "PWindow.ipdl")
    assert (0, "") == (plain.code, plain.err)
    assert plain.out.startswith("<svg ")
    for name, begin in (("g.svg", "<svg "), ("g.dot", "digraph "), ("g", "<svg ")):
        result = ipdl(here, "graph", "PWindow.ipdl", "-o", name)
        assert (0, "", "") == (result.code, result.out, result.err)
        assert (here / name).read_text().startswith(begin)
    asked = ipdl(here, "graph", "PWindow.ipdl", "--format", "dot")
    assert asked.out == (here / "g.dot").read_text()


def test_without_a_protocol_there_is_nothing_to_draw(here: Path) -> None:
    result = ipdl(here, "graph", "-", stdin=b"struct S { bool b; };\n")
    expected = "ipdl graph: error: there is nothing to draw: none of the files has a protocol\n"
    assert (2, "", expected) == (result.code, result.out, result.err)


def test_a_file_with_errors_has_no_picture(here: Path) -> None:
    (here / "PAudio.ipdl").write_text("protocol PAudio { parent: async Play() };\n")
    result = ipdl(here, "graph", "PWindow.ipdl")
    assert (1, "") == (result.code, result.out)
    assert "[IPDL0106]" in result.err


def test_the_picture_does_not_depend_on_the_hash_seed(here: Path) -> None:
    pictures = {
        ipdl(here, "graph", "PWindow.ipdl", environment={"PYTHONHASHSEED": seed}).out
        for seed in ("1", "2", "3")
    }
    assert 1 == len(pictures)
