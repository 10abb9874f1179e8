"""How reading goes on after a mistake: one mistake is one error, wherever the file is cut or torn."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipdl import ast, parser
from ipdl.compile import compile_files
from ipdl.render import FORMATS, render
from ipdl.reporter import Reporter
from ipdl.source import SourceFile
from tests.compiler import examples

GOOD = [
    (name, text)
    for example in examples.all_in("ok")
    for name, text in example.files.items()
    if name.endswith((".ipdl", ".ipdlh"))
]


def parse(text: str) -> tuple[ast.File, Reporter]:
    reporter = Reporter()
    source = SourceFile("PFoo.ipdl", text)
    reporter.enter(source, None)
    return parser.parse(source, reporter), reporter


def assert_parsing_answers(text: str) -> None:
    """Parsing ends; every place lies within the text; every format can show every finding."""
    tree, reporter = parse(text)
    for finding in reporter.findings():
        assert finding.span is not None
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
    for format_ in FORMATS:
        render(reporter, format_, werror=False)
    assert reporter.has_errors() or not tree.incomplete


@pytest.mark.parametrize("name, text", GOOD, ids=[name for name, _ in GOOD])
def test_every_prefix_of_a_good_file_is_answered(name: str, text: str) -> None:
    if len(text) < 400:
        for end in range(len(text)):
            assert_parsing_answers(text[:end])


def test_one_mistake_gives_one_error() -> None:
    """Leaving out any one `;` or closing bracket of a good file is not answered with a cascade."""
    counts = []
    for _, text in GOOD:
        for at, sign in enumerate(text):
            if sign in ";})]":
                _, reporter = parse(text[:at] + text[at + 1 :])
                counts.append(len(reporter.findings()))
    assert 0 not in counts
    assert counts.count(1) >= 0.95 * len(counts)
    assert max(counts) <= 3


def test_files_given_in_any_order_give_the_same_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for example in examples.all_in("error"):
        if example.command[0] != "check" or len(example.command) > 2:
            continue
        example.unpack(tmp_path)
        names = [name for name in example.files if name.endswith((".ipdl", ".ipdlh"))]
        found = []
        for order in (names, names[::-1]):
            reporter = Reporter()
            compile_files(order, reporter)
            shown = [(f.problem, f.path, f.span and f.span.start) for f in reporter.findings()]
            found.append(sorted(map(repr, shown)))
        assert found[0] == found[1], example.path.name
