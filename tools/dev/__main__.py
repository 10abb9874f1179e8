"""The second half of ./dev: what each command does once its packages are there.

Called by ./dev (POSIX sh) only, which has checked that the command exists. Exit codes: 0 done,
1 something failed (and was reported), 2 wrong usage, 128 + N stopped by signal N.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Run as a directory, Python puts tools/dev first; the modules are named from the root.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from tools.dev import (
    build_dir,
    children,
    cross_macos,
    fuzz,
    lint,
    model,
    mutants,
    programs,
    report,
    test_run,
)  # noqa: E402


def main(argv: list[str]) -> int:
    command, *arguments = argv
    children.adopt_orphans()
    children.stop_on_signals()
    try:
        match command:
            case "demo":
                programs.demo(arguments)
            case "bench":
                programs.bench(arguments)
            case "test":
                return test_run.command(arguments)
            case "model":
                return model.command(arguments)
            case "mutants":
                return mutants.command(arguments)
            case "fuzz":
                return fuzz.command(arguments)
            case "build":
                _no_arguments(command, arguments)
                build_dir.configure(build_dir.DEBUG, with_tests=False)
                build_dir.build(build_dir.DEBUG)
                return 0
            case "cross":
                match arguments:
                    case ["macos", *architectures]:
                        return cross_macos.command(architectures)
                    case _:
                        raise report.Usage("'cross' needs the system to build for: macos")
            case "format":
                _no_arguments(command, arguments)
                return lint.lay_out()
            case "lint":
                _no_arguments(command, arguments)
                return lint.check()
            case _:
                raise report.Usage(f"there is no command '{command}'")
    except report.Usage as error:
        report.warn(f"{error}; './dev help' shows how")
        return 2
    except report.Failed as error:
        report.warn(str(error))
        return 1
    except children.Interrupted as stop:
        report.warn("stopped")
        return 128 + stop.number
    finally:
        children.end_children()


def _no_arguments(command: str, arguments: list[str]) -> None:
    if arguments:
        raise report.Usage(f"'{command}' takes no arguments (got '{arguments[0]}')")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
