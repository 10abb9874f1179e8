"""`ipdl graph`: draws who manages whom, and which side lives where."""

from __future__ import annotations

import argparse

from ipdl.commands import destination, findings, inputs, usage


def configure(parser: argparse.ArgumentParser) -> None:
    usage.describe(
        parser,
        "Draws protocols: who manages whom, in which kinds of process the two sides live, how many\n"
        "messages each side may send, and whose connections are handed over. All files that are\n"
        "read are in the picture. No other program is needed for SVG.",
        """
ipdl graph PFoo.ipdl -o protocols.svg
ipdl graph -I protocols protocols/*.ipdl --format dot | dot -Tpdf -o protocols.pdf
""",
    )
    inputs.add_reading(parser)
    parser.add_argument(
        "--format",
        choices=("svg", "dot"),
        help="a picture (svg), or the language of Graphviz (dot); without it the name behind -o "
        "decides, and svg if there is none",
    )
    destination.add_option(parser)


def run(arguments: argparse.Namespace) -> int:
    from ipdl.graph.dot import dot  # here, so that --help need not load the compiler
    from ipdl.graph.svg import svg
    from ipdl.reporter import Reporter

    is_dot = arguments.format == "dot"
    if arguments.format is None and arguments.output is not None:
        is_dot = arguments.output.endswith((".dot", ".gv"))
    reporter = Reporter()
    units = inputs.compiled(arguments, reporter).units.values()
    if not reporter.has_errors():
        protocols = [unit.protocol for unit in units if unit.protocol is not None]
        if not protocols:
            raise usage.WrongUsage("there is nothing to draw: none of the files has a protocol")
        text = dot(protocols) if is_dot else svg(protocols)
        destination.put(text, arguments.output, reporter)
    return findings.show(reporter)
