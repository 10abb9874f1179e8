"""Names and writing of the generated files. It knows nothing of what is in them.

A run writes all of its files or none: everything is first written beside its destination under a
temporary name, and renamed only when no more writing can fail. A file whose contents would be the
same is left alone, so that a build system sees it as unchanged. Called by the commands that write.
"""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from ipdl import diagnostics
from ipdl.model import Side, UnitKind
from ipdl.opening import read_regular
from ipdl.reporter import Reporter

SIDES = ("parent", "child", "both")


def output_names(name: str, kind: UnitKind, side: str) -> list[str]:
    """What a unit of this name makes; flat, because a build system's output may have no directory.

    `side` is one of SIDES."""
    stems = [name]
    if kind is UnitKind.PROTOCOL:
        stems += [name + each.suffix for each in Side if side in (each.value, "both")]
    return [stem + extension for stem in stems for extension in (".h", ".cc")]


def report_clashes(sources: Iterable[tuple[str, Sequence[str]]], reporter: Reporter) -> None:
    """`sources`: (source file, its outputs). No two outputs may be the same, nor be the same on a
    file system that does not tell upper from lower case."""
    owners: dict[str, str] = {}
    for source, outputs in sources:
        for output in outputs:
            owner = owners.setdefault(output.lower(), source)
            if owner != source:
                problem = diagnostics.output_twice(owner, source, output)
                reporter.report_file(problem, source)
                break


def write_all(files: Sequence[tuple[str, str]], reporter: Reporter) -> None:
    """Writes (path, text) pairs, all or none."""
    staged: list[tuple[str, str]] = []  # (temporary, destination), not yet renamed
    at_fault = ""
    try:
        for destination, text in files:
            at_fault = destination
            data = text.encode("utf-8", errors="surrogateescape")  # names of files as they are
            if read_regular(destination, len(data) + 1) == data:
                continue
            directory, name = os.path.split(destination)
            _make_directory(directory)
            if os.path.isdir(destination):
                raise IsADirectoryError(21, "is a directory")
            temporary = os.path.join(directory, f".{name}.{os.urandom(8).hex()}.tmp")
            staged.append((temporary, destination))
            _write(temporary, data, destination)
        with _uninterrupted():
            while staged:
                temporary, at_fault = staged[0]
                os.replace(temporary, at_fault)
                staged.pop(0)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        reason = reason[0].lower() + reason[1:]
        reporter.report_file(diagnostics.cannot_write(at_fault, reason), "")
    finally:
        for temporary, _ in staged:
            try:
                os.unlink(temporary)
            except OSError:
                pass


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Holds an interrupt back, so that there are all files or none."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _make_directory(path: str) -> None:
    try:
        os.makedirs(path or ".", exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        while path and not os.path.lexists(path):
            path = os.path.dirname(path)
        raise NotADirectoryError(error.errno, f"`{path}` is not a directory") from error


def _write(path: str, data: bytes, destination: str) -> None:
    """Creates the file with the permissions of the one that it will replace, or else with those that
    the user's umask leaves."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    with os.fdopen(handle, "wb") as file:
        try:
            os.fchmod(handle, stat.S_IMODE(os.stat(destination).st_mode))
        except FileNotFoundError:
            pass
        file.write(data)
