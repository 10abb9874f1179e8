"""Findings as text with carets, as gcc-like lines, or as JSON. Data in, text out; prints nothing.

Text of a source file is shown with control characters replaced, so that a hostile file cannot
write to the reader's terminal, and a very long line is shown around its caret only.
"""

from __future__ import annotations

import unicodedata

from ipdl.diagnostics import Severity
from ipdl.reporter import Finding, Note, Reporter
from ipdl.source import Span

FORMATS = ("text", "gcc", "json")
MAX_CHAIN = 5  # includes shown between a finding and the file on the command line
MAX_COLUMNS = 110  # of a source line


def render(reporter: Reporter, format_: str, werror: bool) -> str:
    findings = reporter.findings()
    if format_ == "json":
        return _json(reporter, findings, werror)
    show = _gcc if format_ == "gcc" else _text
    return "".join(show(reporter, finding, werror) for finding in findings)


def summary(reporter: Reporter, werror: bool) -> str:
    """`2 errors, 1 warning`, or "" if there is nothing."""
    severities = [_severity(finding, werror) for finding in reporter.findings()]
    counts = [(severities.count(kind.value), kind.value) for kind in Severity]
    return ", ".join(f"{n} {kind}{'s' if n > 1 else ''}" for n, kind in counts if n)


def printable(text: str) -> str:
    """The text with everything replaced that would not show as one sign."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or sign == "\t" else "\N{REPLACEMENT CHARACTER}" for sign in text
    )


def _severity(finding: Finding, werror: bool) -> str:
    return Severity.ERROR.value if werror else finding.problem.severity.value


def _place(span: Span) -> str:
    return f"{printable(span.file.path)}:{span.line}:{span.column}"


def _head(finding: Finding, werror: bool) -> str:
    if finding.span is not None:
        place = _place(finding.span)
    else:
        place = printable(finding.path) if finding.path else "ipdl"
    problem = finding.problem
    text = printable(problem.text)
    return f"{place}: {_severity(finding, werror)}: {text} [{problem.code}]\n"


def _text(reporter: Reporter, finding: Finding, werror: bool) -> str:
    parts = [_head(finding, werror)]
    if finding.span is not None:
        parts.append(_snippet(finding.span))
        chain, more = reporter.include_chain(finding.span.file, MAX_CHAIN)
        parts.extend(f"  included from {_place(span)}\n" for span in chain)
        if more:
            parts.append("  ... and so on\n")
    parts.extend(
        f"{_place(note.span)}: note: {printable(note.text)}\n{_snippet(note.span)}"
        for note in finding.notes
    )
    if finding.problem.help:
        parts.append(f"  help: {printable(finding.problem.help)}\n")
    return "".join(parts)


def _gcc(reporter: Reporter, finding: Finding, werror: bool) -> str:
    lines = []
    if finding.span is not None:
        for span in reversed(reporter.include_chain(finding.span.file, MAX_CHAIN)[0]):
            place = f"{printable(span.file.path)}:{span.line}"
            lines.append(f"In file included from {place}:\n")
    head = _head(finding, werror)
    lines.append(head)
    lines.extend(f"{_place(note.span)}: note: {printable(note.text)}\n" for note in finding.notes)
    if finding.problem.help:
        place = head.split(f": {_severity(finding, werror)}: ")[0]
        lines.append(f"{place}: note: {printable(finding.problem.help)}\n")
    return "".join(lines)


def _width(text: str) -> int:
    """How many columns of a terminal the text takes (tabs are treated by the caller)."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def _snippet(span: Span) -> str:
    """The line of the span's start, and carets under what the span covers of it."""
    line, column = span.file.position(span.start)
    first = column - 1
    length = span.file.line_length(line)
    last = min(max(first + span.end - span.start, first + 1), max(length, first + 1))
    left, right = 0, length
    if length > MAX_COLUMNS:
        left = max(0, first - MAX_COLUMNS // 2)
        right = min(left + MAX_COLUMNS, length)
    # Only this part is copied: a line can be as long as a file, and have a finding in each word.
    text = span.file.line_text(line, left, right)
    text = ("..." if left else "") + text + ("..." if right < length else "")
    shift = left - (3 if left else 0)
    first, last = first - shift, min(last - shift, max(len(text), first - shift + 1))
    text = printable(text)
    lead = "".join("\t" if sign == "\t" else " " * _width(sign) for sign in text[:first])
    carets = "^" * max(1, _width(text[first:last].replace("\t", " ")))
    number = f"{line:5}"
    return f"{number} | {text}".rstrip() + f"\n{' ' * len(number)} | {lead}{carets}\n"


def _json(reporter: Reporter, findings: list[Finding], werror: bool) -> str:
    import json  # here, because the other formats do not need it

    def place(span: Span) -> dict[str, object]:
        line, column = span.file.position(span.start)
        end_line, end_column = span.file.position(span.end)
        return {
            "file": span.file.path,
            "line": line,
            "column": column,
            "endLine": end_line,
            "endColumn": end_column,
        }

    def note(note: Note) -> dict[str, object]:
        return place(note.span) | {"message": note.text}

    def whole(finding: Finding) -> dict[str, object]:
        span = finding.span
        at: dict[str, object] = {"file": finding.path or None}
        chain: list[Span] = []
        if span is not None:
            at = place(span)
            chain, _ = reporter.include_chain(span.file, MAX_CHAIN)
        fix = finding.fix
        about: dict[str, object] = {
            "severity": _severity(finding, werror),
            "number": finding.problem.code,
            "message": finding.problem.text,
            "help": finding.problem.help or None,
            "fix": None if fix is None else place(fix.span) | {"text": fix.text},
            "notes": [note(n) for n in finding.notes],
            "includedFrom": [place(s) for s in chain],
        }
        return at | about

    return json.dumps([whole(finding) for finding in findings], indent=2) + "\n"
