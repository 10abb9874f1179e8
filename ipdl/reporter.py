"""Collects what the stages of the compiler find: the one way in which anything is reported.

It never prints and never stops a stage. How findings look is in `render`; what can be found is in
`diagnostics`. Every stage is handed the reporter; only the command line reads it back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ipdl.diagnostics import Problem, Severity
from ipdl.source import SourceFile, Span


@dataclass(frozen=True)
class Note:
    """A second place that explains the first: "first declared here"."""

    text: str
    span: Span


@dataclass(frozen=True)
class Fix:
    """Replacing the span's text by this one would cure the mistake."""

    span: Span
    text: str


@dataclass(frozen=True)
class Finding:
    problem: Problem
    span: Span | None  # None: it concerns a whole file, or none
    path: str  # of the file it concerns; "" if none
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None


@dataclass
class Reporter:
    """Findings of one run, and how each included file came to be read."""

    # Per file and for mistakes of spelling and grammar only: after so many, junk is junk.
    SYNTAX_LIMIT = 100

    _findings: list[Finding] = field(default_factory=list)
    _seen: set[tuple[Problem, str, int, int]] = field(default_factory=set)
    _files: dict[SourceFile, Span | None] = field(default_factory=dict)

    def enter(self, file: SourceFile, included_from: Span | None) -> None:
        """A file is about to be read. The order of these calls is the order of the output."""
        self._files.setdefault(file, included_from)

    def report(self, problem: Problem, span: Span, *notes: Note, fix: Fix | None = None) -> None:
        """The same problem at the same place is kept once."""
        key = (problem, span.file.path, span.start, span.end)
        if key not in self._seen:
            self._seen.add(key)
            self._findings.append(Finding(problem, span, span.file.path, notes, fix))

    def report_file(self, problem: Problem, path: str) -> None:
        """A problem with a file as a whole, or ("") with the run."""
        key = (problem, path, 0, 0)
        if key not in self._seen:
            self._seen.add(key)
            self._findings.append(Finding(problem, None, path))

    def count_in(self, file: SourceFile) -> int:
        return sum(1 for f in self._findings if f.span is not None and f.span.file is file)

    def has_errors(self) -> bool:
        return any(f.problem.severity is Severity.ERROR for f in self._findings)

    def has_warnings(self) -> bool:
        return any(f.problem.severity is Severity.WARNING for f in self._findings)

    def findings(self) -> list[Finding]:
        """In the order in which the files were read, then by place."""
        order = {file: index for index, file in enumerate(self._files)}

        def key(finding: Finding) -> tuple[int, int, int, int]:
            if finding.span is None:
                return (-1, 0, 0, finding.problem.number)
            span = finding.span
            index = order.get(span.file, len(order))
            return (index, span.start, span.end, finding.problem.number)

        return sorted(self._findings, key=key)

    def include_chain(self, file: SourceFile) -> list[Span]:
        """The includes through which a file was first read, the nearest first."""
        chain = []
        place = self._files.get(file)
        while place is not None:
            chain.append(place)
            place = self._files.get(place.file)
        return chain
