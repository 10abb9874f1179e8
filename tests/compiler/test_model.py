"""What the resolved model says of a program, and the facts about its types."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipdl.compile import compile_files
from ipdl.model import (
    Array,
    Compress,
    Direction,
    ImplKind,
    MoveOnly,
    Nesting,
    NoTaint,
    Optional,
    Priority,
    Protocol,
    Side,
    Struct,
    Type,
    Union,
    Unit,
    UniquePtr,
)
from ipdl.reporter import Reporter
from ipdl.type_facts import (
    carries_actor,
    carries_endpoint,
    carries_handles,
    consumed_by_send,
    definition_order,
    is_move_only,
    spelling,
)

FOO = """
include protocol PBar;
include protocol PEye;
include Shapes;
include "app/foo.h";
[MoveOnly=data] using class gfx::Image from "gfx/image.h";
[RefCounted, MoveOnly=send] using struct gfx::Surface from "gfx/surface.h";
using gfx::Vec<int> from "gfx/vec.h";
namespace demo { namespace inner {
/// A pixel.
/// It has a place.
struct Pixel { Place at; /// not a comment of the next field
  int32_t[] values; };
struct Place { int32_t x; };
/// The protocol.
[ChildImpl=virtual, ParentImpl="other::Foo", NestedUpTo=inside_sync, NeedsOtherPid, ChildProc=Child]
sync protocol PFoo {
  manages PBar;
parent:
  /// Says hello.
  [Tainted, Priority=input, Compress=all] async Ping([NoTaint=passback] Pixel p, Image i);
  [Nested=inside_sync, VirtualSendImpl] sync Add(int a, int b) returns (int sum);
  async PBar(nullable PBar[]? bars);
child:
  [LazySend, ReplyPriority=vsync] async Take(Endpoint<PEyeChild> eye, Vec<int> v) returns ();
both:
  async Both(FileDescriptor fd, nullable Surface s, UniquePtr<Shape>[] shapes);
};
} }
"""
FILES = {
    "PFoo.ipdl": FOO,
    "PBar.ipdl": "include protocol PFoo; namespace demo { protocol PBar { manager PFoo; "
    "parent: async __delete__(); }; }",
    "PEye.ipdl": "protocol PEye { parent: async Look(); };",
    "Shapes.ipdlh": "struct Circle { Shape[] inside; }; union Shape { Circle; string; Shape?; };",
}


@pytest.fixture
def unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Unit:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    reporter = Reporter()
    compilation = compile_files(["PFoo.ipdl"], reporter)
    assert [] == [f.problem.text for f in reporter.findings()]
    return compilation.roots[0]


@pytest.fixture
def protocol(unit: Unit) -> Protocol:
    assert unit.protocol is not None
    return unit.protocol


def test_a_unit_knows_what_it_includes_and_defines(unit: Unit) -> None:
    assert ("PFoo", "PFoo.ipdl", "std") == (unit.name, unit.basename, unit.prelude)
    assert ["PBar", "PEye", "Shapes"] == [included.name for included in unit.includes]
    assert ["PBar", "PEye"] == [included.name for included in unit.included_protocols]
    assert ["Circle", "Shape"] == [aggregate.name for aggregate in unit.imported_types]
    assert ["Pixel", "Place"] == [aggregate.name for aggregate in unit.types]
    assert ["app/foo.h"] == unit.cxx_includes
    assert ["gfx::Image", "gfx::Surface", "gfx::Vec<int>"] == [using.cxx for using in unit.usings]
    assert [MoveOnly.DATA, MoveOnly.SEND, MoveOnly.NO] == [u.move_only for u in unit.usings]


def test_doc_comments_belong_to_what_follows_them(unit: Unit, protocol: Protocol) -> None:
    pixel = unit.types[0]
    assert isinstance(pixel, Struct)
    assert "A pixel.\nIt has a place." == pixel.doc
    assert ["", ""] == [field.doc for field in pixel.fields]
    assert "The protocol." == protocol.doc
    assert ["Says hello.", "", "", "", ""] == [message.doc for message in protocol.messages]


def test_attributes_are_typed(protocol: Protocol) -> None:
    assert (True, True, Nesting.INSIDE_SYNC) == (
        protocol.sync,
        protocol.needs_other_pid,
        protocol.nested_up_to,
    )
    assert ImplKind.VIRTUAL is protocol.impl(Side.CHILD).kind
    assert "other::Foo" == protocol.impl(Side.PARENT).class_name
    assert protocol.child_proc is not None and ("Child",) == protocol.child_proc.kinds
    assert protocol.parent_proc is not None and ("Parent",) == protocol.parent_proc.kinds
    ping, add, bar, take, _ = protocol.messages
    assert (True, Priority.INPUT, Compress.ALL) == (ping.tainted, ping.priority, ping.compress)
    assert [NoTaint.PASSBACK, None] == [param.no_taint for param in ping.params]
    assert (True, Nesting.INSIDE_SYNC, True) == (add.sync, add.nested, add.virtual_send)
    assert (True, Priority.VSYNC) == (take.lazy, take.reply_priority)
    assert "PBarConstructor" == bar.cxx_name


def test_directions_and_replies(protocol: Protocol) -> None:
    ping, add, bar, take, both = protocol.messages
    assert [Direction.PARENT] * 3 + [Direction.CHILD, Direction.BOTH] == [
        message.direction for message in protocol.messages
    ]
    assert (Side.CHILD,) == ping.direction.senders
    assert (Side.PARENT, Side.CHILD) == both.direction.senders == both.direction.receivers
    assert [False, True, False, True, False] == [m.has_reply for m in protocol.messages]
    assert (True, []) == (take.has_returns, take.returns)
    assert bar.ctor_of is protocol.manages[0]
    delete = protocol.manages[0].delete_message
    assert delete is not None and delete.is_delete
    assert [protocol] == protocol.manages[0].managers


def _param(protocol: Protocol, message: int, param: int) -> Type:
    return protocol.messages[message].params[param].type


def test_facts_about_types(protocol: Protocol) -> None:
    image, bars = _param(protocol, 0, 1), _param(protocol, 2, 0)
    eye, vec = _param(protocol, 3, 0), _param(protocol, 3, 1)
    handle, surface, shapes = (_param(protocol, 4, index) for index in range(3))
    written = (
        "Image, nullable PBar[]?, Endpoint<PEyeChild>, Vec<int>, FileDescriptor, nullable Surface"
    )
    types = (image, bars, eye, vec, handle, surface, shapes)
    assert written + ", UniquePtr<Shape>[]" == ", ".join(map(spelling, types))
    assert isinstance(bars, Optional) and isinstance(bars.base, Array)
    assert isinstance(shapes, Array) and isinstance(shapes.base, UniquePtr)
    assert [True, False, True, False, True, False, True] == [is_move_only(t) for t in types]
    assert [False, False, True, False, True, True, False] == [consumed_by_send(t) for t in types]
    assert [handle] == [t for t in types if carries_handles(t)]
    assert [eye] == [t for t in types if carries_endpoint(t)]
    assert [bars] == [t for t in types if carries_actor(t)]


def test_a_recursive_union_knows_which_components_contain_it(unit: Unit) -> None:
    shape = unit.imported_types[1]
    assert isinstance(shape, Union)
    assert [True, False, True] == shape.boxed
    assert shape.recursive


def test_definitions_follow_what_they_hold(unit: Unit) -> None:
    assert ["Place", "Pixel"] == [aggregate.name for aggregate in definition_order(unit)]
    shapes = unit.included_headers[0]
    assert {"Circle", "Shape"} == {aggregate.name for aggregate in definition_order(shapes)}
