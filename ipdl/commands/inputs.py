"""The files that a command reads, and how: the arguments, and the compilation that they ask for.

Used by every command that compiles. A new option that changes how sources are understood goes here,
so that no command forgets it.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipdl.compile import Compilation
    from ipdl.reporter import Reporter


def add_files(parser: argparse.ArgumentParser, required: bool = True) -> None:
    parser.add_argument(
        "files",
        nargs="+" if required else "*",
        metavar="FILE",
        help="an .ipdl or .ipdlh file; - reads one from standard input",
    )


def add_reading(parser: argparse.ArgumentParser, required: bool = True) -> None:
    """The files, and what else decides what they mean."""
    add_files(parser, required)
    parser.add_argument(
        "-I",
        dest="include_dirs",
        metavar="DIR",
        action="append",
        default=[],
        help="look for included files here; may be repeated, the first that has the file wins; the "
        "current directory comes last",
    )
    parser.add_argument(
        "--prelude",
        choices=("std", "gecko"),
        default="std",
        help="the names of builtin types and of process kinds: ours (std, the default) or Gecko's",
    )
    parser.add_argument(
        "--edition",
        choices=("2024", "2025"),
        default="2025",
        help="the form of the language: 2024 does without rules that came later (the name of a "
        "protocol begins with P); the default is 2025",
    )


def add_lists(parser: argparse.ArgumentParser) -> None:
    """Files about messages, beside those that declare them."""
    parser.add_argument(
        "--sync-allow",
        metavar="FILE",
        help="the list of sync messages that are allowed, each with a reason: sections "
        "[PFoo::Message] with `description = ...`; without it all are",
    )
    parser.add_argument(
        "--message-metadata",
        metavar="FILE",
        help="what is known of single messages, in Gecko's form: sections [PFoo::Message] with "
        "`segment_capacity = ...`; checked, and not used otherwise",
    )


def lists_of(arguments: argparse.Namespace) -> tuple[str | None, str | None]:
    """The paths that `add_lists` took, for a command that has them."""
    return getattr(arguments, "sync_allow", None), getattr(arguments, "message_metadata", None)


def compiled(arguments: argparse.Namespace, reporter: Reporter) -> Compilation:
    """Loads, resolves and checks what the arguments name."""
    from ipdl import compile  # here, so that --help need not load the compiler

    return compile.compile_files(
        arguments.files,
        reporter,
        arguments.include_dirs,
        arguments.prelude,
        *lists_of(arguments),
        edition=arguments.edition,
    )
