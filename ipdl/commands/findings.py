"""How a command shows what was found: the options for it, and the printing.

Used by every command that can find something. JSON goes to standard output, because programs read
it; the forms for people go to standard error.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ipdl import exit_codes

if TYPE_CHECKING:
    from ipdl.reporter import Reporter


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=("text", "gcc", "json"),
        default="text",
        help="how findings look: with the line and carets (text, the default), one line each as "
        "compilers print them (gcc), or for programs (json, to standard output)",
    )
    parser.add_argument("--werror", action="store_true", help="treat warnings as errors")


def show(reporter: Reporter, format_: str = "text", werror: bool = False) -> int:
    """Prints everything that was found, and returns the exit code that follows from it."""
    from ipdl.render import render, summary  # here, so that --help need not load it

    text = render(reporter, format_, werror)
    if format_ == "json":
        sys.stdout.write(text)
    else:
        sys.stderr.write(text)
        counts = summary(reporter, werror)
        if counts and format_ == "text":
            print(counts + _more(reporter), file=sys.stderr)
    failed = reporter.has_errors() or (werror and reporter.has_warnings())
    return exit_codes.FINDINGS if failed else exit_codes.OK


def _more(reporter: Reporter) -> str:
    """Where a person finds out more; programs that read the output need no such advice."""
    if not sys.stderr.isatty():
        return ""
    return f"; `ipdl explain {reporter.findings()[0].problem.code}` tells more"
