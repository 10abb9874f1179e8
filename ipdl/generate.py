"""From a checked compilation to the texts of all outputs: the one place that calls the emitter.

Refuses names that C++ cannot have beside each other. Called by the command line.
"""

from __future__ import annotations

from ipdl import diagnostics, output
from ipdl.compile import Compilation
from ipdl.loader import STDIN_NAME
from ipdl.model import UnitKind
from ipdl.reporter import Note, Reporter


def generate_all(compilation: Compilation, side: str, reporter: Reporter) -> list[tuple[str, str]]:
    """(name, text) of each output of the files on the command line; empty if there are errors."""
    roots = compilation.roots
    for unit in roots:
        if unit.file.path == STDIN_NAME and unit.kind is UnitKind.HEADER:
            reporter.report_file(diagnostics.nameless_header(), STDIN_NAME)
    names = {unit: output.output_names(unit.name, unit.kind, side) for unit in roots}
    if reporter.has_errors():
        return []

    from ipdl import emit  # here, so that checking alone does not load the emitter

    for unit in roots:
        for span, problem, other in emit.clashes(unit):
            notes = [] if other is None else [Note("the other one comes from here", other)]
            reporter.report(problem, span, *notes)
    if reporter.has_errors():
        return []
    files: list[tuple[str, str]] = []
    for unit in roots:
        generated = emit.generate(unit, side)
        assert [name for name, _ in generated] == names[unit], "the emitter knows its outputs"
        files += generated
    return files
