"""Collects what the stages of the compiler find: the one way in which anything is reported.

It never prints and never stops a stage. How findings look is in `render`; what can be found is in
`diagnostics`. Every stage is handed the reporter; only the command line reads it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ipdl import diagnostics
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
    # Findings of a run that are kept. Nobody reads more, and each costs memory and output.
    LIMIT = 10_000

    _findings: list[Finding] = field(default_factory=list)
    _seen: set[tuple[Problem, str, int, int]] = field(default_factory=set)
    _severities: set[Severity] = field(default_factory=set)
    _files: dict[SourceFile, Span | None] = field(default_factory=dict)
    _more: bool = False  # than LIMIT

    def enter(self, file: SourceFile, included_from: Span | None) -> None:
        """A file is about to be read. The order of these calls is the order of the output."""
        self._files.setdefault(file, included_from)

    def report(self, problem: Problem, span: Span, *notes: Note, fix: Fix | None = None) -> None:
        """The same problem at the same place is kept once."""
        key = (problem, span.file.path, span.start, span.end)
        self._keep(key, Finding(problem, span, span.file.path, notes, fix))

    def report_file(self, problem: Problem, path: str) -> None:
        """A problem with a file as a whole, or ("") with the run."""
        self._keep((problem, path, 0, 0), Finding(problem, None, path))

    def _keep(self, key: tuple[Problem, str, int, int], finding: Finding) -> None:
        if key in self._seen:
            return
        self._severities.add(finding.problem.severity)
        if len(self._findings) == self.LIMIT:
            self._more = True
            return
        self._seen.add(key)
        self._findings.append(finding)

    def withdraw(self, gone: Callable[[Finding], bool]) -> None:
        """Takes back what was reported."""
        self._findings = [finding for finding in self._findings if not gone(finding)]
        if not self._more:  # else an error may be among those that were not kept
            self._severities = {finding.problem.severity for finding in self._findings}

    def count_in(self, file: SourceFile) -> int:
        return sum(1 for f in self._findings if f.span is not None and f.span.file is file)

    def has_errors(self) -> bool:
        return Severity.ERROR in self._severities

    def has_warnings(self) -> bool:
        return Severity.WARNING in self._severities

    def findings(self) -> list[Finding]:
        """In the order in which the files were read, then by place; at most LIMIT, and one that
        says that there are more."""
        order = {file: index for index, file in enumerate(self._files)}

        def key(finding: Finding) -> tuple[int, int, int, int]:
            if finding.span is None:
                return (-1, 0, 0, finding.problem.number)
            span = finding.span
            index = order.get(span.file, len(order))
            return (index, span.start, span.end, finding.problem.number)

        found = sorted(self._findings, key=key)
        if self._more:
            found.append(Finding(diagnostics.too_many_findings(self.LIMIT), None, ""))
        return found

    def include_chain(self, file: SourceFile, most: int) -> tuple[list[Span], bool]:
        """The includes through which a file was first read, the nearest first, and whether there
        are more of them than asked for."""
        chain: list[Span] = []
        place = self._files.get(file)
        while place is not None and len(chain) < most:
            chain.append(place)
            place = self._files.get(place.file)
        return chain, place is not None
