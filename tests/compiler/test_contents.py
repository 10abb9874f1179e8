"""What structs and unions are said to contain is what is found by looking into each of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given

from ipdl.compile import compile_files
from ipdl.model import (
    Actor,
    Aggregate,
    Builtin,
    Category,
    Endpoint,
    Holds,
    Imported,
    ManagedEndpoint,
    MoveOnly,
    Type,
    Union,
    UniquePtr,
)
from ipdl.reporter import Reporter
from ipdl.type_facts import aggregate_of, member_types, walk
from tests.compiler import random_program
from tests.compiler.chance import Chance, chances
from tests.compiler.properties import property_test

_PARTS: dict[Holds, Callable[[Type], bool]] = {
    Holds.MOVE_ONLY: lambda part: isinstance(part, (Endpoint, ManagedEndpoint, UniquePtr))
    or (isinstance(part, Builtin) and part.entry.move_only)
    or (isinstance(part, Imported) and part.using.move_only in (MoveOnly.ALWAYS, MoveOnly.DATA)),
    Holds.CONSUMED: lambda part: isinstance(part, (Endpoint, ManagedEndpoint))
    or (isinstance(part, Builtin) and part.entry.move_only)
    or (isinstance(part, Imported) and part.using.move_only in (MoveOnly.ALWAYS, MoveOnly.SEND)),
    Holds.HANDLE: lambda part: isinstance(part, Builtin)
    and part.entry.category in (Category.HANDLE, Category.SHMEM),
    Holds.ENDPOINT: lambda part: isinstance(part, Endpoint),
    Holds.MANAGED_ENDPOINT: lambda part: isinstance(part, ManagedEndpoint),
    Holds.ACTOR: lambda part: isinstance(part, Actor),
}


def _holds(aggregate: Aggregate) -> Holds:
    parts = list(walk(*member_types(aggregate)))
    found = Holds.NOTHING
    for fact, holds_so in _PARTS.items():
        if any(holds_so(part) for part in parts):
            found |= fact
    return found | (Holds.ITSELF if _inside(aggregate, parts) else Holds.NOTHING)


def _inside(aggregate: Aggregate, parts: list[Type]) -> bool:
    return any(aggregate_of(part) is aggregate for part in parts)


def _assert_contents(paths: list[str], prelude: str) -> None:
    reporter = Reporter()
    compilation = compile_files(paths, reporter, [str(Path(paths[0]).parent)], prelude)
    assert not reporter.has_errors()
    for unit in compilation.units.values():
        for aggregate in unit.types:
            assert _holds(aggregate) == aggregate.holds, aggregate.name
            if isinstance(aggregate, Union):
                types = member_types(aggregate)
                assert [_inside(aggregate, list(walk(t))) for t in types] == aggregate.boxed


@property_test(quick=20, long=2_000)
@given(chances())
def test_of_any_program(chance: Chance) -> None:
    program = random_program.program(chance, size=4)
    with tempfile.TemporaryDirectory() as directory:
        for name, text in program.files.items():
            Path(directory, name).write_text(text, encoding="utf-8", newline="")
        _assert_contents([str(Path(directory, name)) for name in program.files], program.prelude)


def test_of_what_contains_itself_through_others(tmp_path: Path) -> None:
    path = tmp_path / "Tree.ipdlh"
    path.write_text(
        "union Tree { int; Branch; FileDescriptor; };\n"
        "struct Branch { Twig[] twigs; };\n"
        "struct Twig { map<string, Tree> leaves; };\n"
        "struct Garden { Tree tree; UniquePtr<int> key; };\n"
    )
    _assert_contents([str(path)], "std")
