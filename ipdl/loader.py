"""Finds, reads and parses the files of a run: those on the command line and all they include.

A file is read once and known by its name; a cycle of includes is an ordinary thing, because a file
is registered before what it includes is looked for. Reports what cannot be found or read. Nothing
is resolved here. Called by `compile`; calls `parser`.

An include is looked for in each include directory in order, then relative to the current directory;
a file of that name on the command line is taken if it is found nowhere. There is no search beside
the including file, but the message says if that is where the file is.
"""

from __future__ import annotations

import os
import sys
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass, field

from ipdl import ast, diagnostics
from ipdl.model import UnitKind
from ipdl.opening import read_some
from ipdl.parser import MAX_FILE_BYTES, parse
from ipdl.reporter import Reporter
from ipdl.source import SourceFile, Span

STDIN = "-"
STDIN_NAME = "<stdin>"


@dataclass(eq=False)
class LoadedFile:
    """A parsed file and the files that its include statements name."""

    name: str  # without the extension
    kind: UnitKind
    tree: ast.File
    # In the order of the include statements; None where a file could not be found or read.
    includes: list[tuple[ast.Include, LoadedFile | None]] = field(default_factory=list)


@dataclass
class Program:
    files: list[LoadedFile]  # all of them, those of the command line first
    roots: list[LoadedFile]  # those of the command line


def load(paths: Sequence[str], include_dirs: Sequence[str], reporter: Reporter) -> Program:
    loader = _Loader(include_dirs, reporter)
    roots = [loaded for loaded in map(loader.load_root, paths) if loaded is not None]
    loader.follow_includes()
    return Program(loader.files, list(dict.fromkeys(roots)))


class _Loader:
    def __init__(self, include_dirs: Sequence[str], reporter: Reporter) -> None:
        self._include_dirs = include_dirs
        self._reporter = reporter
        self.files: list[LoadedFile] = []
        self._by_name: dict[str, LoadedFile | None] = {}  # "PFoo.ipdl"; None: unreadable
        self._paths: dict[str, str] = {}  # by the same key: where it was found

    def load_root(self, path: str) -> LoadedFile | None:
        if path == STDIN:
            return self._load_stdin()
        file_name = os.path.basename(path)
        kind = _kind_of(file_name)
        if kind is None:
            self._reporter.report_file(diagnostics.unknown_extension(file_name), path)
            return None
        if file_name in self._by_name:
            first = self._paths[file_name]
            if not _same(first, path):
                problem = diagnostics.read_from_two_places(file_name, first, path)
                self._reporter.report_file(problem, path)
            return self._by_name[file_name]
        return self._read(file_name, kind, path, None)

    def follow_includes(self) -> None:
        """Reads what is included, file after file; the list grows while it is walked."""
        for loaded in self.files:
            for include in _includes(loaded.tree):
                kind = UnitKind.PROTOCOL if include.is_protocol else UnitKind.HEADER
                loaded.includes.append((include, self._include(include, kind)))

    def _include(self, include: ast.Include, kind: UnitKind) -> LoadedFile | None:
        file_name = include.name.text + kind.extension
        path = self._search(file_name)
        known = file_name in self._by_name
        if path is None:
            if not known:
                self._report_missing(include, file_name)
                return None
        elif not known:
            return self._read(file_name, kind, path, include.name.span)
        elif not _same(self._paths[file_name], path):
            first = self._paths[file_name]
            problem = diagnostics.read_from_two_places(file_name, first, path)
            # What comes from standard input stands for the file of its name: an editor sends it
            # before it is saved.
            if first != STDIN_NAME:
                self._reporter.report(problem, include.name.span)
        return self._by_name[file_name]

    def _search(self, file_name: str) -> str | None:
        for directory in (*self._include_dirs, ""):
            path = os.path.normpath(os.path.join(directory, file_name))
            if os.path.isfile(path):
                return path
        return None

    def _report_missing(self, include: ast.Include, file_name: str) -> None:
        span = include.name.span
        beside = os.path.dirname(span.file.path) or "."
        looked = [f"`{directory}`" for directory in (*self._include_dirs, ".")]
        shown = ", ".join(looked[:6]) + (", ..." if len(looked) > 6 else "")
        hint = f"looked in {shown}; name its directory with -I"
        other = ".ipdlh" if include.is_protocol else ".ipdl"
        if span.file.path != STDIN_NAME and os.path.isfile(os.path.join(beside, file_name)):
            hint = f"it is beside the including file: add `-I {beside}`"
        elif self._search(include.name.text + other) is not None:
            written = f"include {include.name.text};"
            if not include.is_protocol:
                written = f"include protocol {include.name.text};"
            hint = f"there is a `{include.name.text}{other}`: write `{written}`"
        self._reporter.report(diagnostics.include_not_found(file_name, hint), span)

    # --- Reading -------------------------------------------------------------------------------

    def _load_stdin(self) -> LoadedFile | None:
        text = read_text(STDIN, self._reporter)
        if text is None:
            return None
        source = SourceFile(STDIN_NAME, text)
        self._reporter.enter(source, None)
        tree = parse(source, self._reporter)
        protocol = first_protocol(tree)
        name = protocol.name.text if protocol is not None else "stdin"
        kind = UnitKind.PROTOCOL if protocol is not None else UnitKind.HEADER
        return self._register(name + kind.extension, LoadedFile(name, kind, tree), STDIN_NAME)

    def _read(
        self, file_name: str, kind: UnitKind, path: str, included: Span | None
    ) -> LoadedFile | None:
        self._by_name[file_name] = None
        self._paths[file_name] = path
        text = read_text(path, self._reporter, included)
        if text is None:
            return None
        source = SourceFile(path, text)
        self._reporter.enter(source, included)
        tree = parse(source, self._reporter)
        name = file_name.removesuffix(kind.extension)
        return self._register(file_name, LoadedFile(name, kind, tree), path)

    def _register(self, file_name: str, loaded: LoadedFile, path: str) -> LoadedFile:
        self._by_name[file_name] = loaded
        self._paths[file_name] = path
        self.files.append(loaded)
        return loaded


def read_text(path: str, reporter: Reporter, included: Span | None = None) -> str | None:
    """A file's text ("-": standard input); None after reporting why not."""
    shown = STDIN_NAME if path == STDIN else path
    try:
        if path == STDIN:
            data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
        else:
            data = read_some(path, MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        problem = diagnostics.cannot_read(shown, reason)
        if included is None:
            reporter.report_file(problem, shown)
        else:
            reporter.report(problem, included)
        return None
    if len(data) > MAX_FILE_BYTES:
        reporter.report_file(diagnostics.file_too_large(MAX_FILE_BYTES), shown)
        return None
    body = data.removeprefix(BOM_UTF8)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        offset = len(data) - len(body) + error.start
        problem = diagnostics.not_utf8(data[offset], offset, line)
        reporter.report_file(problem, shown)
        return None


def first_protocol(tree: ast.File) -> ast.Protocol | None:
    """The file's protocol, in whatever namespace."""
    stack: list[ast.Item] = list(reversed(tree.items))
    while stack:
        item = stack.pop()
        if isinstance(item, ast.Protocol):
            return item
        if isinstance(item, ast.Namespace):
            stack.extend(reversed(item.items))
    return None


def _includes(tree: ast.File) -> list[ast.Include]:
    """The include statements, also those that stand where they must not."""
    found: list[ast.Include] = []
    stack: list[ast.Item] = list(reversed(tree.items))
    while stack:
        item = stack.pop()
        if isinstance(item, ast.Include):
            found.append(item)
        elif isinstance(item, ast.Namespace):
            stack.extend(reversed(item.items))
    return found


def _kind_of(file_name: str) -> UnitKind | None:
    for kind in UnitKind:
        if file_name.endswith(kind.extension) and file_name != kind.extension:
            return kind
    return None


def _same(first: str, second: str) -> bool:
    return os.path.realpath(first) == os.path.realpath(second)
