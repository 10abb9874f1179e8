"""Comments that silence a warning where it is right after all:

    // ipdl:ignore IPDL0011 other files get the header through this one

It counts for its own line and for the next; several may stand above each other. The reason is not
optional. Errors cannot be silenced. What is wrong with such a comment is a warning, and so is one
that silences nothing. Called by `compile` for the warnings of the checks, by the command `lint` for
those of the lint rules.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ipdl import diagnostics, lexer
from ipdl.diagnostics import TABLE, Problem, Severity
from ipdl.reporter import Finding, Reporter
from ipdl.source import SourceFile, Span

MARK = "ipdl:ignore"
LINT = range(800, 900)  # the numbers of lint rules, which not every command applies

_COMMENT = re.compile(r"//\s*ipdl:ignore\b[ \t]*(?P<code>\S*)[ \t]*(?P<reason>[^\r]*)")
_CODE = re.compile(r"(?:IPDL)?(\d{1,4})")


@dataclass(frozen=True)
class Suppression:
    number: int
    span: Span  # the comment
    lines: tuple[int, int]  # for which it counts


def apply(
    reporter: Reporter,
    files: Iterable[SourceFile],
    roots: Collection[SourceFile],
    judged: Collection[int] | None = None,
) -> None:
    """Takes back what is silenced. `roots`: the files in which comments themselves are judged;
    `judged`: the lint rules that were applied; without it, the warnings of the checks are meant,
    and the form of the comments is looked at too."""
    # By the place and the number of what is silenced.
    effective: dict[tuple[SourceFile, int, int], list[Suppression]] = {}
    for file in files:
        if MARK not in file.text:
            continue
        for suppression in _read(file, reporter, is_told=judged is None and file in roots):
            number = suppression.number
            if number in judged if judged is not None else number not in LINT:
                for line in suppression.lines:
                    effective.setdefault((file, line, number), []).append(suppression)
    used: set[Suppression] = set()

    def is_silenced(finding: Finding) -> bool:
        span = finding.span
        if span is None:
            return False
        by = effective.get((span.file, span.line, finding.problem.number), ())
        used.update(by)
        return bool(by)

    if effective:
        reporter.withdraw(is_silenced)
    if reporter.has_errors():
        return  # not every rule has been applied
    for suppression in dict.fromkeys(one for by in effective.values() for one in by):
        if suppression not in used and suppression.span.file in roots:
            problem = diagnostics.unused_suppression(TABLE[suppression.number].code)
            reporter.report(problem, suppression.span)


def _read(file: SourceFile, reporter: Reporter, is_told: bool) -> Iterable[Suppression]:
    """The good ones. `is_told`: what is wrong with the others is reported."""
    marked = [span for span in lexer.comments(file) if MARK in span.text]
    # For what a comment on a line of its own counts, besides that line: the next one that is not
    # such a comment.
    next_line: dict[int, int] = {}
    for line in sorted((span.line for span in marked if _begins_line(span)), reverse=True):
        next_line[line] = next_line.get(line + 1, line + 1)
    for span in marked:
        match = _COMMENT.match(span.text)
        if match is None:
            continue  # a comment about such comments
        parsed = _parsed(match)
        if isinstance(parsed, Problem):
            if is_told:
                reporter.report(parsed, span)
            continue
        following = next_line.get(span.line + 1, span.line + 1)
        yield Suppression(parsed, span, (span.line, following))


def _begins_line(span: Span) -> bool:
    text = span.file.text
    return not text[text.rfind("\n", 0, span.start) + 1 : span.start].strip()


def _parsed(match: re.Match[str]) -> int | Problem:
    code, reason = match["code"], match["reason"].strip()
    number = _CODE.fullmatch(code)
    entry = TABLE.get(int(number[1])) if number is not None else None
    if entry is None:
        shown = code[:40] or "nothing"
        return diagnostics.bad_suppression(shown, "it is no number of a diagnostic")
    if entry.severity is Severity.ERROR:
        return diagnostics.bad_suppression(entry.code, "it is an error")
    if not reason:
        return diagnostics.suppression_without_reason(entry.code)
    return entry.number
