"""Every file keeps the rules of tree_rules.py; and each rule finds what it forbids."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house import tree_rules
from tests.house.tree_rules import Rule
from tools.dev.tree import ROOT, own_files

_NOT_OURS = ("LICENSE",)


@pytest.mark.parametrize("rule", tree_rules.ALL, ids=[rule.__name__ for rule in tree_rules.ALL])
def test_every_file_keeps(rule: Rule) -> None:
    findings = [
        f"{name}:{finding}" for name, text in _texts().items() for finding in rule(name, text)
    ]

    assert [] == findings, "\n".join(findings)


def test_the_tree_is_seen() -> None:
    assert "meson.build" in _texts()


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (tree_rules.no_machine_paths, "a.md", "see /ho" + "me/someone/x"),
        (tree_rules.no_machine_paths, "a.md", "see /wo" + "rk/x"),
        (tree_rules.no_machine_paths, "a.md", "see ../sha" + "red/x"),
        (tree_rules.no_tracker_numbers, "a.md", "as iss" + "ue 2 says"),
        (tree_rules.no_tracker_numbers, "a.md", "fix" + "es #12"),
        (tree_rules.nothing_left_for_later, "a.cc", "// TO" + "DO: all of it"),
        (tree_rules.one_idea_per_file, "a.cc", "\n" * 701),
        (tree_rules.one_idea_per_file, "string_utils.h", ""),
        (tree_rules.headers_are_included_once, "a.h", "// A header.\nint x;\n"),
        (tree_rules.headers_are_included_once, "a.h", "#ifndef A_H\n#define B_H\n#endif\n"),
        (tree_rules.begins_with_a_comment, "a.cc", "int x;\n"),
        (tree_rules.begins_with_a_comment, "a.py", "import os\n"),
        (tree_rules.vocabulary_of_headers, "a.h", "absl::string_view x;"),
        (tree_rules.vocabulary_of_headers, "a.cc", "absl::Mutex m;"),
    ],
)
def test_a_breach_is_found(rule: Rule, name: str, text: str) -> None:
    assert 1 == len(list(rule(name, text)))


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (tree_rules.no_machine_paths, "a.md", "/usr/include and /tmp/x and build/work"),
        (tree_rules.one_idea_per_file, "a.cc", "\n" * 700),
        (tree_rules.headers_are_included_once, "a.h", "#ifndef A_H\n#define A_H\n#endif\n"),
        (tree_rules.headers_are_included_once, "a.h", "// A.\n#pragma once\n"),
        (tree_rules.begins_with_a_comment, "x/a.cc", '#include "x/a.h"\n'),
        (tree_rules.begins_with_a_comment, "a.py", '#!/usr/bin/python3\n"""What."""\n'),
        (tree_rules.begins_with_a_comment, "__init__.py", ""),
        (tree_rules.vocabulary_of_headers, "a.cc", "absl::string_view x;"),
    ],
)
def test_what_is_allowed_passes(rule: Rule, name: str, text: str) -> None:
    assert [] == list(rule(name, text))


def _texts() -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in own_files():
        name = str(path.relative_to(ROOT))
        if name in _NOT_OURS or "golden" in path.relative_to(ROOT).parts or path.is_symlink():
            continue
        text = _text(path)
        if text is not None:
            texts[name] = text
    return texts


def _text(path: Path) -> str | None:
    """The file's text; nothing for a picture or other binary file."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
