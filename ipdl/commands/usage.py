"""How a command's --help is laid out, and how it refuses arguments that argparse cannot judge."""

from __future__ import annotations

import argparse

from ipdl import exit_codes


class WrongUsage(Exception):
    """The arguments are wrong in a way that only the command sees. `cli` prints the text."""


def describe(parser: argparse.ArgumentParser, description: str, examples: str) -> None:
    """Sets what --help says before and after the options. `examples`: one command per line."""
    parser.description = description
    indented = "".join(f"  {line}\n" for line in examples.strip().splitlines())
    parser.epilog = f"examples:\n{indented}\n{exit_codes.HELP}"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
