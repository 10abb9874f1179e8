"""`ipdl lint`: warns of what is allowed, but seldom meant."""

from __future__ import annotations

import argparse
import sys

from ipdl import exit_codes
from ipdl.commands import findings, inputs, usage
from ipdl.commands.numbers import parse


def configure(parser: argparse.ArgumentParser) -> None:
    usage.describe(
        parser,
        "Checks files, and warns of what is allowed but seldom meant: names that differ from the\n"
        "others, arrays and strings whose size a less trusted side decides, what nobody uses. Give\n"
        "all files of a program in one run: some rules look for a use in the others. A comment\n"
        "`// ipdl:ignore IPDL0814 reason` silences a finding on its line and on the next.",
        """
ipdl lint PFoo.ipdl
ipdl lint -I protocols --werror protocols/*.ipdl
ipdl lint --disable IPDL0814 --enable IPDL0822 PFoo.ipdl
ipdl lint --list-rules
""",
    )
    inputs.add_reading(parser, required=False)
    parser.add_argument(
        "--enable",
        metavar="NUMBER",
        action="append",
        default=[],
        help="apply this rule too, which is off by default; may be repeated",
    )
    parser.add_argument(
        "--disable",
        metavar="NUMBER",
        action="append",
        default=[],
        help="do not apply this rule; may be repeated",
    )
    parser.add_argument(
        "--list-rules",
        action="store_true",
        help="print the rules, one per line, and do nothing else",
    )
    findings.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    from ipdl import lint, suppression  # here, so that --help need not load the compiler
    from ipdl.reporter import Reporter

    if arguments.list_rules:
        _list_rules()
        return exit_codes.OK
    if not arguments.files:
        raise usage.WrongUsage("the following arguments are required: FILE")
    enabled = set(lint.DEFAULT) | _rules(arguments.enable)
    numbers = enabled - _rules(arguments.disable)

    reporter = Reporter()
    compilation = inputs.compiled(arguments, reporter)
    if not reporter.has_errors():
        lint.lint(compilation.roots, compilation.units.values(), numbers, reporter)
        sources = [unit.file for unit in compilation.units.values()]
        suppression.apply(reporter, sources, [root.file for root in compilation.roots], numbers)
    return findings.show(reporter, arguments.format, arguments.werror)


def _rules(texts: list[str]) -> set[int]:
    from ipdl import lint

    numbers = set(map(parse, texts))
    for number in sorted(numbers):
        if number not in lint.NUMBERS:
            raise usage.WrongUsage(
                f"IPDL{number:04} is no lint rule; `ipdl lint --list-rules` shows them"
            )
    return numbers


def _list_rules() -> None:
    from ipdl import lint
    from ipdl.explain import terminal

    for number in lint.NUMBERS:
        state = "on " if number in lint.DEFAULT else "off"
        sys.stdout.write(f"{state}  {terminal.index_line(number)}")
