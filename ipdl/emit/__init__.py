"""The C++ emitter: a resolved, checked unit in, the texts of its generated files out.

What it is not: a checker (units with errors never get here) or a writer of files (the command line
is). Generation is a pure function: the same unit gives the same bytes, wherever its file lies.

    generate(unit, "both")  ->  [("PFoo.h", "..."), ("PFoo.cc", "..."), ...]
    clashes(unit)           ->  what C++ cannot have beside each other, to be reported first
"""

from __future__ import annotations

from ipdl.emit import side_files, unit_files
from ipdl.emit.actor_class import ActorClass
from ipdl.emit.clashes import clashes
from ipdl.model import Side, Unit

SIDES = {
    "both": (Side.PARENT, Side.CHILD),
    "parent": (Side.PARENT,),
    "child": (Side.CHILD,),
}


def output_names(unit: Unit, side: str = "both") -> list[str]:
    """The names of the files that `generate` makes, in its order."""
    stems = [unit.name]
    if unit.protocol is not None:
        stems += [unit.protocol.actor_class(each) for each in SIDES[side]]
    return [stem + extension for stem in stems for extension in (".h", ".cc")]


def generate(unit: Unit, side: str = "both") -> list[tuple[str, str]]:
    """(file name, text) of each output. `side`: "parent", "child" or "both"."""
    texts = [unit_files.emit_header(unit), unit_files.emit_source(unit, SIDES[side])]
    if unit.protocol is not None:
        for each in SIDES[side]:
            actor = ActorClass(unit, unit.protocol, each)
            texts += [
                side_files.emit_header(actor, SIDES[side]),
                side_files.emit_source(actor, SIDES[side]),
            ]
    return list(zip(output_names(unit, side), texts))


__all__ = ["SIDES", "clashes", "generate", "output_names"]
