"""`ipdl model`: the whole model is in it, documented key by key, and alike wherever it is made."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.compiler.command import ROOT, ipdl

FOO = """\
include protocol PBar;
include protocol PEye;
include Values;
include "app/foo.h";
[MoveOnly=data] using class gfx::Image from "gfx/image.h";
[RefCounted] using struct gfx::Surface from "gfx/surface.h";
namespace demo {
/// The shelf.
/// It has books.
[ChildImpl=virtual, ParentImpl="other::Foo", NestedUpTo=inside_sync, NeedsOtherPid, ChildProc=Child]
sync protocol PFoo {
  manages PBar;
parent:
  /// Says hello.
  [Tainted, Priority=input, Compress=all] async Ping([NoTaint=passback, MaxLength=kMost] Point[] p,
      Image i, nullable Surface s) returns (map<Mode, string>? m);
  async PBar(UniquePtr<Shape> shape);
child:
  async Open(Endpoint<PEyeChild> eye, ManagedEndpoint<PBarParent> bar, nullable PBar other);
};
}
"""
FILES = {
    "PFoo.ipdl": FOO,
    "PBar.ipdl": "include protocol PFoo;\nnamespace demo { protocol PBar { manager PFoo; "
    "child: async __delete__(); }; }\n",
    "PEye.ipdl": "protocol PEye { parent: sync Look(); };\n".replace("protocol", "sync protocol"),
    "lib/Values.ipdlh": "const uint64_t kMost = 0xFFFFFFFF;\nconst bool kYes = true;\n"
    "enum Mode : uint8_t { kA, kB = 4 };\n"
    "[Comparable] struct Point { int32_t x; [MaxBytes=16] string name; };\n"
    "union Shape { Point; Shape[]; };\n",
}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _model(here: Path) -> Any:
    result = ipdl(here, "model", "PFoo.ipdl", "-I", "lib")
    assert (0, "") == (result.code, result.err)
    return json.loads(result.out)


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(_keys, value.values()))
    return set().union(*map(_keys, value)) if isinstance(value, list) else set()


def test_the_documentation_has_every_key_and_no_other(here: Path) -> None:
    page = (ROOT / "docs/model.md").read_text(encoding="utf-8")
    rows = [row.split(" | ") for row in page.splitlines() if row.startswith("| ")]
    documented = {key for row in rows for key in re.findall(r"`(\w+)`", row[0])}
    # Keys that are explained within the row of the object that has them.
    documented |= {"maxLength", "maxBytes", "class", "cxx", "category", "nullable", "side", "of"}
    documented |= {"parent", "child", "key"}
    assert documented == _keys(_model(here))


def test_every_file_that_was_read_is_there(here: Path) -> None:
    model = _model(here)
    assert ("ipdl-model", 1, "std") == (model["schema"], model["version"], model["prelude"])
    expected = [("PFoo.ipdl", True), ("PBar.ipdl", False), ("PEye.ipdl", False)]
    expected.append(("lib/Values.ipdlh", False))
    assert expected == [(file["path"], file["given"]) for file in model["files"]]
    assert ["PBar.ipdl", "PEye.ipdl", "Values.ipdlh"] == model["files"][0]["includes"]
    assert ["app/foo.h"] == model["files"][0]["cxxIncludes"]


def test_a_protocol_tells_all_about_itself(here: Path) -> None:
    protocol = _model(here)["files"][0]["protocol"]
    assert "The shelf.\nIt has books." == protocol["doc"]
    assert {"line": 11, "column": 15, "endLine": 11, "endColumn": 19} == protocol["at"]
    facts = ("qualified", "semantics", "toplevel", "manages", "nestedUpTo", "needsOtherPid")
    expected = ["demo::PFoo", "sync", True, ["demo::PBar"], "inside_sync", True]
    assert expected == [protocol[fact] for fact in facts]
    assert {
        "actor": "PFooParent",
        "implementation": {"kind": "class", "class": "other::Foo"},
        "process": {"name": "Parent", "kinds": ["Parent"]},
    } == protocol["sides"]["parent"]
    assert "virtual" == protocol["sides"]["child"]["implementation"]["kind"]


def test_a_message_tells_all_about_itself(here: Path) -> None:
    ping, constructor, opened = _model(here)["files"][0]["protocol"]["messages"]
    facts = ("direction", "senders", "receivers", "semantics", "hasReply", "compress", "priority")
    expected = ["parent", ["child"], ["parent"], "async", True, "all", "input"]
    assert expected == [ping[fact] for fact in facts]
    assert (True, "Says hello.") == (ping["tainted"], ping["doc"])
    first = ping["params"][0]
    assert {"kind": "array", "of": {"kind": "struct", "qualified": "Point"}} == first["type"]
    assert ("Point[]", "passback") == (first["spelling"], first["noTaint"])
    assert {"maxLength": 0xFFFFFFFF, "maxBytes": None} == first["bounds"]
    assert [False, True, False] == [param["moveOnly"] for param in ping["params"]]
    (reply,) = ping["returns"]
    assert "map" == reply["type"]["of"]["kind"]
    assert "Mode" == reply["type"]["of"]["key"]["qualified"]
    assert ("constructor", "demo::PBar", "PBarConstructor", None) == tuple(
        constructor[fact] for fact in ("kind", "constructs", "cxxName", "returns")
    )
    assert [["endpoints"], ["actors"], ["actors"]] == [p["carries"] for p in opened["params"]]
    kinds = [(p["type"]["kind"], p["type"]["protocol"]) for p in opened["params"]]
    expected = [("endpoint", "PEye"), ("managedEndpoint", "demo::PBar"), ("actor", "demo::PBar")]
    assert expected == kinds


def test_values_are_told_as_text_and_as_written(here: Path) -> None:
    header = _model(here)["files"][3]
    constants = [(c["name"], c["type"], c["value"], c["written"]) for c in header["constants"]]
    assert ("kMost", "uint64_t", "4294967295", "0xFFFFFFFF") == constants[0]
    assert ("kYes", "bool", "true", "true") == constants[1]
    assert [("kA", "0"), ("kB", "4")] == [
        (v["name"], v["value"]) for v in header["enums"][0]["values"]
    ]
    assert [False, True] == [c["boxed"] for c in header["unions"][0]["components"]]


def test_it_does_not_depend_on_the_hash_seed_nor_on_the_directory(
    here: Path, tmp_path: Path
) -> None:
    texts = {
        ipdl(here, "model", "PFoo.ipdl", "-I", "lib", environment={"PYTHONHASHSEED": seed}).out
        for seed in ("1", "2")
    }
    assert 1 == len(texts)
    assert str(tmp_path) not in texts.pop()


def test_a_file_with_errors_has_no_model(here: Path) -> None:
    (here / "PEye.ipdl").write_text("protocol PEye { parent: async Look(Eye e); };\n")
    result = ipdl(here, "model", "PFoo.ipdl", "-I", "lib", "-o", "model.json")
    assert (1, "") == (result.code, result.out)
    assert "[IPDL0209]" in result.err
    assert not (here / "model.json").exists()


def test_the_output_can_be_a_file(here: Path) -> None:
    result = ipdl(here, "model", "PEye.ipdl", "-o", "out/model.json")
    assert (0, "", "") == (result.code, result.out, result.err)
    assert "PEye" == json.loads((here / "out/model.json").read_text())["files"][0]["name"]
    result = ipdl(here, "model", "PEye.ipdl", "-o", "PEye.ipdl/model.json")
    assert (1, "") == (result.code, result.out)
    assert "cannot write `PEye.ipdl/model.json`: `PEye.ipdl` is not a directory" in result.err
