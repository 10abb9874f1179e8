"""Counts test cases in the JUnit XML that GoogleTest and pytest write.

Both use the same elements for what matters: a `testcase` that holds `failure` or `error` failed,
one that holds `skipped` or that GoogleTest marks as not run was skipped. Called by test_run.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Failure:
    name: str
    message: str


@dataclass(frozen=True)
class Counts:
    passed: int = 0
    skipped: int = 0
    failures: tuple[Failure, ...] = ()

    @property
    def failed(self) -> int:
        return len(self.failures)

    @property
    def total(self) -> int:
        return self.passed + self.failed + self.skipped

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed,
            self.skipped + other.skipped,
            self.failures + other.failures,
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def count(report: Path) -> Counts:
    """The cases of one report; a report that cannot be parsed counts as one failure."""
    try:
        cases = ElementTree.parse(report).iter("testcase")
    except ElementTree.ParseError as error:
        return Counts(failures=(Failure(report.name, f"the test report is not XML: {error}"),))
    passed = skipped = 0
    failures: list[Failure] = []
    for case in cases:
        problem = case.find("failure")
        if problem is None:
            problem = case.find("error")
        if problem is not None:
            name = f"{case.get('classname', '')}.{case.get('name', '')}"
            # pytest puts the whole traceback into the text, GoogleTest the same words in both.
            failures.append(Failure(name, (problem.get("message") or problem.text or "").strip()))
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            skipped += 1
        else:
            passed += 1
    return Counts(passed, skipped, tuple(failures))
