"""`ipdl explain`: prints the page of a diagnostic's number."""

from __future__ import annotations

import argparse
import re
import shutil
import sys

from ipdl import exit_codes
from ipdl.commands import usage
from ipdl.commands.numbers import parse

_IN_TEXT = re.compile(r"\bIPDL(\d{4})\b")
MAX_COLUMNS = 100  # longer lines are hard to read, however wide the terminal is


def configure(parser: argparse.ArgumentParser) -> None:
    usage.describe(
        parser,
        "Tells what the number of a message means: why the rule exists, an example that breaks it,\n"
        "and what to write instead.",
        """
ipdl explain IPDL0412
ipdl explain 412 307
ipdl check PFoo.ipdl 2>&1 | ipdl explain -
ipdl explain --list
""",
    )
    parser.add_argument(
        "numbers",
        nargs="*",
        metavar="NUMBER",
        help="as in IPDL0042, or just 42; - explains every number in the text on standard input",
    )
    parser.add_argument(
        "--list", action="store_true", help="print all numbers with their titles, one per line"
    )


def run(arguments: argparse.Namespace) -> int:
    from ipdl.diagnostics import TABLE  # here, so that --help need not load the table
    from ipdl.explain import terminal

    if arguments.list:
        if arguments.numbers:
            raise usage.WrongUsage("--list takes no number")
        for number in sorted(TABLE):
            sys.stdout.write(terminal.index_line(number))
        return exit_codes.OK
    if not arguments.numbers:
        raise usage.WrongUsage("give a number, as in `ipdl explain IPDL0042`, or --list")
    numbers: list[int] = []
    for text in arguments.numbers:
        numbers += _in_standard_input() if text == "-" else [parse(text)]
    width = min(shutil.get_terminal_size().columns, MAX_COLUMNS)
    pages = (terminal.page(number, width) for number in dict.fromkeys(numbers))
    sys.stdout.write(("\n" + "-" * min(width, 72) + "\n\n").join(pages))
    return exit_codes.OK


def _in_standard_input() -> list[int]:
    from ipdl.diagnostics import TABLE

    text = sys.stdin.buffer.read().decode("utf-8", errors="replace")
    return [number for number in map(int, _IN_TEXT.findall(text)) if number in TABLE]
