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
    inputs.add_lists(parser)
    findings.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    from ipdl.reporter import Reporter  # here, so that --help need not load the compiler

    reporter = Reporter()
    inputs.compiled(arguments, reporter)
    return findings.show(reporter, arguments.format, arguments.werror)
