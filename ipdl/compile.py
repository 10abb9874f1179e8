"""The pipeline in one call: load, resolve, check. No file is written and nothing is printed.

Called by the command line; a library user can call it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ipdl import check, loader
from ipdl import message_metadata as metadata
from ipdl import prelude, suppression, sync_list
from ipdl.loader import LoadedFile
from ipdl.model import NEWEST_EDITION, Unit
from ipdl.output import output_names, report_clashes
from ipdl.reporter import Reporter
from ipdl.resolve import resolve
from ipdl.source import SourceFile


@dataclass(frozen=True)
class Compilation:
    """What a run understood. Trust the model only if the reporter has no errors."""

    roots: list[Unit]  # the files of the command line, in their order
    files: list[LoadedFile]  # all that were read
    units: dict[LoadedFile, Unit]


def compile_files(
    paths: Sequence[str],
    reporter: Reporter,
    include_dirs: Sequence[str] = (),
    prelude_name: str = prelude.DEFAULT,
    sync_allow: str | None = None,
    message_metadata: str | None = None,
    edition: str = NEWEST_EDITION,
) -> Compilation:
    """`sync_allow`, `message_metadata`: paths of such files, if there are any."""
    program = loader.load(paths, include_dirs, reporter)
    units = resolve(program, prelude.load(prelude_name), reporter, edition)
    roots = [units[loaded] for loaded in program.roots]
    check.check(units.values(), roots, reporter)
    outputs = [
        (unit.file.path, output_names(unit.name, unit.kind, "both")) for unit in units.values()
    ]
    report_clashes(outputs, reporter)
    for path, rules in ((sync_allow, sync_list.check), (message_metadata, metadata.check)):
        if path is None:
            continue
        text = loader.read_text(path, reporter)
        if text is not None:
            file = SourceFile(path, text)
            reporter.enter(file, None)
            rules(roots, file, reporter)
    sources = [unit.file for unit in units.values()]
    suppression.apply(reporter, sources, [unit.file for unit in roots])
    return Compilation(roots, program.files, units)
