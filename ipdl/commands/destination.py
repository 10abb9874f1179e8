"""Where a command's one output goes: standard output, or the file of its option -o."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipdl.reporter import Reporter


def add_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="write here instead of to standard output; a file that would not change is not touched",
    )


def put(text: str, path: str | None, reporter: Reporter) -> None:
    from ipdl import output  # here, so that --help need not load it

    if path is None:
        sys.stdout.write(text)
    else:
        output.write_all([(path, text)], reporter)
