"""`ipdl gen`: generates the C++ of protocols and headers."""

from __future__ import annotations

import argparse
import os

from ipdl import exit_codes
from ipdl.commands import findings, inputs, usage


def configure(parser: argparse.ArgumentParser) -> None:
    usage.describe(
        parser,
        "Generates the C++ of protocols and headers. PFoo.ipdl makes PFoo.h, PFoo.cc and the same\n"
        "for PFooParent and PFooChild; Name.ipdlh makes Name.h and Name.cc. A file that would not\n"
        "change is not touched; with any error nothing is written.",
        """
ipdl gen PFoo.ipdl -o generated
ipdl gen -I protocols PFoo.ipdl -o generated --depfile generated/PFoo.d
ipdl gen --list-outputs PFoo.ipdl
""",
    )
    inputs.add_reading(parser)
    inputs.add_lists(parser)
    parser.add_argument("-o", "--output-dir", metavar="DIR", help="where to write; made if missing")
    parser.add_argument(
        "--side",
        choices=("parent", "child", "both"),
        default="both",
        help="leave out the actor classes of the other side (default: both)",
    )
    parser.add_argument(
        "--depfile",
        metavar="FILE",
        help="also write a make rule with all files that were read, the compiler's own included",
    )
    parser.add_argument(
        "--list-outputs",
        action="store_true",
        help="print the names of the outputs, one per line, and do nothing else",
    )


def run(arguments: argparse.Namespace) -> int:
    if arguments.list_outputs:
        for name in _outputs_of(arguments):
            print(name)
        return exit_codes.OK
    directory: str | None = arguments.output_dir
    if directory is None:
        raise usage.WrongUsage("the following arguments are required: -o/--output-dir")

    from ipdl import diagnostics, output  # here, so that --help need not load the compiler
    from ipdl.depfile import depfile
    from ipdl.generate import generate_all
    from ipdl.loader import STDIN_NAME
    from ipdl.reporter import Reporter

    reporter = Reporter()
    compilation = inputs.compiled(arguments, reporter)
    files = generate_all(compilation, arguments.side, reporter)
    if not reporter.has_errors():
        written = [(os.path.join(directory, name), text) for name, text in files]
        if arguments.depfile is not None:
            outputs = [path for path, _ in written]
            sources = [loaded.tree.source.path for loaded in compilation.files]
            sources += [path for path in inputs.lists_of(arguments) if path is not None]
            rule = depfile(outputs, (path for path in sources if path != STDIN_NAME))
            if rule is None:
                reason = "a make rule cannot name a file with a line end in its name"
                reporter.report_file(diagnostics.cannot_write(arguments.depfile, reason), "")
                written = []
            else:
                written.append((arguments.depfile, rule))
        output.write_all(written, reporter)
    return findings.show(reporter)


def _outputs_of(arguments: argparse.Namespace) -> list[str]:
    """By the names of the files alone: a build system asks before they can be read."""
    from ipdl.model import UnitKind
    from ipdl.output import output_names

    names: list[str] = []
    for path in dict.fromkeys(arguments.files):
        stem, extension = os.path.splitext(os.path.basename(path))
        kind = next((kind for kind in UnitKind if kind.extension == extension), None)
        if kind is None:
            raise usage.WrongUsage(f"--list-outputs: {path} is neither .ipdl nor .ipdlh")
        names += output_names(stem, kind, arguments.side)
    return names
