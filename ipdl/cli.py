"""The command line: finds the command that was asked for, runs it, and answers for whatever ends it.

The commands are in `commands`, which is the only part of the compiler that prints, besides this.
Called by `__main__` and by the installed launcher; the exit codes are in `exit_codes`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from ipdl import VERSION, exit_codes
from ipdl.commands import COMMANDS
from ipdl.commands.usage import WrongUsage


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        arguments = _parser(sys.argv[1:] if argv is None else argv).parse_args(argv)
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except WrongUsage as error:
        _complain(f"ipdl {arguments.command}: error: {error}")
        return exit_codes.USAGE
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return exit_codes.BROKEN_PIPE
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else exit_codes.USAGE
    except OSError as error:
        _forget_stdout()
        _complain(f"ipdl: error: cannot write: {error.strerror or error}")
        return exit_codes.FINDINGS
    except Exception as error:
        return _internal_error(error)


def _open_closed_streams() -> None:
    """A standard stream that was closed before the start becomes one with which everything fails:
    then what cannot be written is told, and no file that is opened later gets the stream's number.
    Of standard error nobody could be told, so it takes all and keeps nothing."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # Opened the other way round: whoever uses it gets "bad file descriptor".
            handle = os.open(os.devnull, os.O_RDONLY if name == "stdout" else os.O_WRONLY)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))


def _parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """Of the commands, only one that is named in the arguments is loaded."""
    parser = argparse.ArgumentParser(
        prog="ipdl",
        description="The IPDL compiler: protocols between processes, from .ipdl to C++.",
        epilog=f"{exit_codes.HELP}\n`ipdl COMMAND --help` tells more about a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"ipdl {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, line in COMMANDS.items():
        command = commands.add_parser(name, help=line, allow_abbrev=False)
        if name in argv:
            module = import_module(f"ipdl.commands.{name}")
            module.configure(command)
            command.set_defaults(run=module.run)
    return parser


def _internal_error(error: Exception) -> int:
    import traceback  # here, because nearly no run needs it

    if os.environ.get("IPDL_DEBUG") == "1":
        _complain(traceback.format_exc())
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}:{frame.lineno}"
    text = " ".join(str(error).split())[:200]
    _complain(
        f"ipdl: internal error: {type(error).__name__} at {place}: {text}\n"
        f"This is a mistake in the compiler (ipdl {VERSION}), not in your file. Please report it "
        "with the file and this line;\nIPDL_DEBUG=1 shows where it happened."
    )
    return exit_codes.INTERNAL


def _complain(text: str) -> None:
    try:
        print(text, file=sys.stderr)
    except OSError:
        pass


def _forget_stdout() -> None:
    """Keeps the interpreter from complaining, at its end, about what it could not write."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        pass
