"""Reads a prelude: the type names and process kinds that need no declaration.

The preludes are data files beside this package's code (`prelude/*.ipdlp`); how their lines read is
said at the top of `prelude/std.ipdlp`. They ship with the compiler, so a malformed one is a bug and
not a finding. Called by `resolve` and, for the depfile, by `depfile`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ipdl.model import BuiltinEntry, Category, Passing, ProcessSet

DIRECTORY = Path(__file__).with_name("prelude")
NAMES = ("std", "gecko")
DEFAULT = "std"


@dataclass(frozen=True)
class Prelude:
    name: str
    types: dict[str, BuiltinEntry]
    processes: dict[str, ProcessSet]  # kinds and groups alike
    defaults: dict[str, ProcessSet]  # "ChildProc", "ParentProc"
    parent_kind: str

    def process(self, name: str) -> ProcessSet | None:
        return self.processes.get(name)


def path_of(name: str) -> Path:
    return DIRECTORY / f"{name}.ipdlp"


@lru_cache(maxsize=None)
def load(name: str) -> Prelude:
    """The prelude of this name, one of NAMES."""
    types: dict[str, BuiltinEntry] = {}
    processes: dict[str, ProcessSet] = {}
    defaults: dict[str, ProcessSet] = {}
    parent_kind = ""
    for line in path_of(name).read_text(encoding="utf-8").splitlines():
        words = ["" if word == "-" else word for word in line.split()]
        match words:
            case ["type", short, cxx, category, passing, header, *view]:
                types[short] = BuiltinEntry(
                    short, cxx, header, Category(category), Passing(passing), *view
                )
            case ["process", *kinds]:
                parent_kind = kinds[0]
                processes.update({kind: ProcessSet(kind, (kind,)) for kind in kinds})
            case ["group", group, *kinds]:
                assert all(kind in processes for kind in kinds), f"{line}: unknown kind"
                processes[group] = ProcessSet(group, tuple(kinds))
            case ["default", attribute, value]:
                defaults[attribute] = processes[value]
            case _:
                assert not words or words[0].startswith("#"), f"{name} prelude: {line}"
    return Prelude(name, types, processes, defaults, parent_kind)
