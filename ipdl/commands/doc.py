"""`ipdl doc`: writes pages about protocols and headers."""

from __future__ import annotations

import argparse
import os

from ipdl.commands import findings, inputs, usage


def configure(parser: argparse.ArgumentParser) -> None:
    usage.describe(
        parser,
        "Writes HTML pages, one for each protocol and header that is read, and an index: messages by\n"
        "who may send them, types, limits, `///` comments, and who manages whom as a picture. The\n"
        "pages need no server, no script and no network. Pages that an earlier run wrote there and\n"
        "this one does not are removed. Prints the path of the index.",
        """
ipdl doc -I protocols protocols/*.ipdl -o pages
ipdl doc PFoo.ipdl -o pages --title "The protocols of Foo"
""",
    )
    inputs.add_reading(parser)
    parser.add_argument(
        "-o",
        "--output-dir",
        metavar="DIR",
        required=True,
        help="where to write; made if missing. A page that would not change is not touched",
    )
    parser.add_argument(
        "--title", default="Protocols", help="the title of the index (default: Protocols)"
    )


def run(arguments: argparse.Namespace) -> int:
    from ipdl import output  # here, so that --help need not load the compiler
    from ipdl.doc import stale
    from ipdl.doc.links import INDEX, page_of
    from ipdl.doc.site import pages_of
    from ipdl.reporter import Reporter

    reporter = Reporter()
    units = list(inputs.compiled(arguments, reporter).units.values())
    output.report_clashes([(unit.file.path, [page_of(unit)]) for unit in units], reporter)
    if not reporter.has_errors():
        directory: str = arguments.output_dir
        pages = pages_of(units, arguments.title)
        earlier = stale.read_list(directory)
        files = [*pages, stale.list_of(pages)]
        output.write_all([(os.path.join(directory, name), text) for name, text in files], reporter)
        if not reporter.has_errors():
            stale.remove(directory, earlier, pages)
            print(os.path.join(directory, INDEX))
    return findings.show(reporter)
