"""`ipdl check`: finds mistakes and writes nothing."""

from __future__ import annotations

import argparse

from ipdl.commands import findings, inputs, usage


def configure(parser: argparse.ArgumentParser) -> None:
    usage.describe(
        parser,
        "Reads protocols with all they include and reports every mistake.",
        """
ipdl check PFoo.ipdl
ipdl check -I protocols --werror protocols/*.ipdl
ipdl check --sync-allow sync.ini PFoo.ipdl
""",
    )
    inputs.add_reading(parser)
    parser.add_argument(
        "--sync-allow",
        metavar="FILE",
        help="the list of sync messages that are allowed, each with a reason: sections "
        "[PFoo::Message] with `description = ...`; without it all are",
    )
    findings.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    from ipdl.reporter import Reporter  # here, so that --help need not load the compiler

    reporter = Reporter()
    inputs.compiled(arguments, reporter, arguments.sync_allow)
    return findings.show(reporter, arguments.format, arguments.werror)
