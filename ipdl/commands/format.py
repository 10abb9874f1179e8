"""`ipdl format`: lays out files in the house style."""

from __future__ import annotations

import argparse
import difflib
import io
import os
import sys
from typing import TYPE_CHECKING

from ipdl import exit_codes
from ipdl.commands import findings, inputs, usage

if TYPE_CHECKING:
    from ipdl.reporter import Reporter
    from ipdl.source import SourceFile


def configure(parser: argparse.ArgumentParser) -> None:
    usage.describe(
        parser,
        "Lays out files: indentation, spaces, line ends and blank lines. It changes no word and\n"
        "loses no comment, and what it has laid out once it leaves as it is. Without an option the\n"
        "result is printed. A file that does not parse is left alone.",
        """
ipdl format PFoo.ipdl
ipdl format -w protocols/*.ipdl
ipdl format --check protocols/*.ipdl
ipdl format - < PFoo.ipdl
""",
    )
    inputs.add_files(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "-w", "--write", action="store_true", help="change the files; print which were changed"
    )
    how.add_argument(
        "--check",
        action="store_true",
        help="change nothing; print which files would be changed, and exit with 1 if there is one",
    )
    how.add_argument(
        "--diff",
        action="store_true",
        help="change nothing; print what would be changed, and exit with 1 if anything would",
    )


def run(arguments: argparse.Namespace) -> int:
    from ipdl import loader, output  # here, so that --help need not load the compiler
    from ipdl.reporter import Reporter
    from ipdl.source import SourceFile

    if arguments.write and loader.STDIN in arguments.files:
        raise usage.WrongUsage("-w cannot change standard input; leave it out to print the result")
    reporter = Reporter()
    changed: list[tuple[SourceFile, str]] = []
    for path in dict.fromkeys(arguments.files):
        text = loader.read_text(path, reporter)
        if text is None:
            continue
        source = SourceFile(loader.STDIN_NAME if path == loader.STDIN else path, text)
        result = _formatted(source, reporter)
        if result is None:
            continue
        if not (arguments.write or arguments.check or arguments.diff):
            sys.stdout.write(result)
        elif result != text:
            changed.append((source, result))
    if arguments.write:
        # Through a link, so that the file which it names is changed and the link stays one.
        output.write_all([(os.path.realpath(s.path), result) for s, result in changed], reporter)
    if not (arguments.write and reporter.has_errors()):
        for source, result in changed:
            sys.stdout.write(_diff(source, result) if arguments.diff else source.path + "\n")
    code = findings.show(reporter)
    return code if arguments.write or not changed else exit_codes.FINDINGS


def _formatted(source: SourceFile, reporter: Reporter) -> str | None:
    """None after reporting why it cannot be laid out."""
    from ipdl.format.layout import formatted
    from ipdl.lexer import tokenize
    from ipdl.parser import parse

    reporter.enter(source, None)
    parse(source, reporter)
    if reporter.count_in(source):
        return None
    return formatted(source.text, tokenize(source, reporter).tokens)


def _diff(source: SourceFile, result: str) -> str:
    old, new = io.StringIO(source.text).readlines(), io.StringIO(result).readlines()
    lines = difflib.unified_diff(old, new, source.path, f"{source.path} (formatted)")
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)
