"""The command line: the only part of the compiler that prints, and that knows exit codes.

Reads arguments, calls the pipeline (`compile`), shows what the reporter has (`render`), writes what
the emitter made (`output`). Called by `__main__` and by the installed launcher.

Exit codes: 0 nothing to complain about; 1 findings; 2 wrong usage; 70 a mistake of the compiler's
own; 130 interrupted; 141 nobody reads the output any more.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ipdl import VERSION

OK, FINDINGS, USAGE, INTERNAL, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 70, 130, 141

_EPILOG = """\
exit codes: 0 ok, 1 findings, 2 wrong usage, 70 a mistake of the compiler's own.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        arguments = _parser().parse_args(argv)
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return BROKEN_PIPE
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else USAGE
    except OSError as error:
        _forget_stdout()
        _complain(f"ipdl: error: cannot write: {error.strerror or error}")
        return FINDINGS
    except Exception as error:
        return _internal_error(error)


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
    return INTERNAL


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


# --- Arguments -----------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ipdl",
        description="The IPDL compiler: protocols between processes, from .ipdl to C++.",
        epilog=_EPILOG + "`ipdl COMMAND --help` tells more about a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"ipdl {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_check(commands)
    _add_gen(commands)
    return parser


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "check",
        help="find mistakes; write nothing",
        description="Reads protocols with all they include and reports every mistake.",
        epilog=_EPILOG + "JSON goes to standard output, the other formats to standard error.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_common(command)
    command.add_argument(
        "--sync-allow",
        metavar="FILE",
        help="the list of sync messages that are allowed, each with a reason: sections "
        "[PFoo::Message] with `description = ...`; without it all are",
    )
    command.add_argument(
        "--format",
        choices=("text", "gcc", "json"),
        default="text",
        help="how findings look: with the line and carets (text, the default), one line each as "
        "compilers print them (gcc), or for programs (json)",
    )
    command.add_argument("--werror", action="store_true", help="treat warnings as errors")
    command.set_defaults(run=_check)


def _add_gen(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "gen",
        help="generate C++",
        description="Generates the C++ of protocols and headers. PFoo.ipdl makes PFoo.h, PFoo.cc and "
        "the same\nfor PFooParent and PFooChild; Name.ipdlh makes Name.h and Name.cc. A file that "
        "would not\nchange is not touched; with any error nothing is written.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_common(command)
    command.add_argument(
        "-o", "--output-dir", metavar="DIR", help="where to write; made if missing"
    )
    command.add_argument(
        "--side",
        choices=("parent", "child", "both"),
        default="both",
        help="leave out the actor classes of the other side (default: both)",
    )
    command.add_argument(
        "--depfile",
        metavar="FILE",
        help="also write a make rule with all files that were read, the compiler's own included",
    )
    command.add_argument(
        "--list-outputs",
        action="store_true",
        help="print the names of the outputs, one per line, and do nothing else",
    )
    command.set_defaults(run=_gen)


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="an .ipdl or .ipdlh file; - reads " "one from standard input",
    )
    command.add_argument(
        "-I",
        dest="include_dirs",
        metavar="DIR",
        action="append",
        default=[],
        help="look for included files here; may be repeated, the first that has the file wins; the "
        "current directory comes last",
    )
    command.add_argument(
        "--prelude",
        choices=("std", "gecko"),
        default="std",
        help="the names of builtin types and of process kinds: ours (std, the default) or Gecko's",
    )


# --- Commands ------------------------------------------------------------------------------------


def _check(arguments: argparse.Namespace) -> int:
    from ipdl.compile import compile_files  # here, so that --help need not load the compiler
    from ipdl.render import render, summary
    from ipdl.reporter import Reporter

    reporter = Reporter()
    compile_files(
        arguments.files,
        reporter,
        arguments.include_dirs,
        arguments.prelude,
        arguments.sync_allow,
    )
    text = render(reporter, arguments.format, arguments.werror)
    if arguments.format == "json":
        sys.stdout.write(text)
    else:
        sys.stderr.write(text)
        counts = summary(reporter, arguments.werror)
        if counts and arguments.format == "text":
            print(counts, file=sys.stderr)
    failed = reporter.has_errors() or (arguments.werror and reporter.has_warnings())
    return FINDINGS if failed else OK


def _gen(arguments: argparse.Namespace) -> int:
    from ipdl import output

    if arguments.list_outputs:
        for name in _outputs_of(arguments):
            print(name)
        return OK
    directory: str | None = arguments.output_dir
    if directory is None:
        return _usage(arguments, "the following arguments are required: -o/--output-dir")

    from ipdl.compile import compile_files
    from ipdl.depfile import depfile
    from ipdl.generate import generate_all
    from ipdl.loader import STDIN_NAME
    from ipdl.render import render, summary
    from ipdl.reporter import Reporter

    reporter = Reporter()
    compilation = compile_files(
        arguments.files, reporter, arguments.include_dirs, arguments.prelude
    )
    files = generate_all(compilation, arguments.side, reporter)
    if not reporter.has_errors():
        written = [(os.path.join(directory, name), text) for name, text in files]
        if arguments.depfile is not None:
            outputs = [path for path, _ in written]
            sources = [loaded.tree.source.path for loaded in compilation.files]
            rule = depfile(outputs, (path for path in sources if path != STDIN_NAME))
            written.append((arguments.depfile, rule))
        output.write_all(written, reporter)
    sys.stderr.write(render(reporter, "text", werror=False))
    counts = summary(reporter, werror=False)
    if counts:
        print(counts, file=sys.stderr)
    return FINDINGS if reporter.has_errors() else OK


def _usage(arguments: argparse.Namespace, complaint: str) -> int:
    print(f"ipdl {arguments.command}: error: {complaint}", file=sys.stderr)
    return USAGE


def _outputs_of(arguments: argparse.Namespace) -> list[str]:
    """By the names of the files alone: a build system asks before they can be read."""
    from ipdl.model import UnitKind
    from ipdl.output import output_names

    names: list[str] = []
    for path in dict.fromkeys(arguments.files):
        stem, extension = os.path.splitext(os.path.basename(path))
        kind = next((kind for kind in UnitKind if kind.extension == extension), None)
        if kind is None:
            raise SystemExit(
                _usage(arguments, f"--list-outputs: {path} is neither .ipdl nor .ipdlh")
            )
        names += output_names(stem, kind, arguments.side)
    return names
