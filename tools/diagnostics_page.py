"""Makes docs/diagnostics.md, the index of all messages of the compiler, from the compiler's table.

    python3 tools/diagnostics_page.py             says whether the page is as it should be
    python3 tools/diagnostics_page.py --update    writes it

A test runs the first. The pages to which it links are the ones that `ipdl explain` shows.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/diagnostics.md"
sys.path.insert(0, str(ROOT))

from ipdl.diagnostics import TABLE, Severity  # noqa: E402
from ipdl.explain import page as pages  # noqa: E402

_HEAD = """\
# All messages of the compiler

<!-- Made by tools/diagnostics_page.py; change the table in ipdl/diagnostics or the pages in
ipdl/explain/pages instead. -->

Each number leads to a page with the reason for the rule, an example that breaks it, and what to
write instead; `ipdl explain IPDL0042` shows it in a terminal. `…` stands for what differs from case
to case. A number is never used again for something else.
"""

_GROUPS = {
    0: "Files",
    1: "Characters and grammar",
    2: "Names and types",
    3: "Protocols",
    4: "Messages",
    5: "Attributes",
    6: "Lists of messages",
    7: "Outputs",
    8: "Lint",
    9: "The language of old",
}


def page() -> str:
    parts = [_HEAD]
    group = -1
    for number in sorted(TABLE):
        if number // 100 != group:
            group = number // 100
            parts.append(f"\n## {_GROUPS[group]}\n\n| Number | Message | Page |\n|---|---|---|\n")
        path = pages.path_of(number).relative_to(ROOT)
        title = pages.read(number).title
        parts.append(f"| IPDL{number:04} | {_message(number)} | [{title}](../{path}) |\n")
    return "".join(parts)


def _message(number: int) -> str:
    entry = TABLE[number]
    text = re.sub(r"(?<!\{)\{\w+(?::\w+)?\}(?!\})", "…", entry.text)
    text = re.sub("…{2,}", "…", text).replace("{{", "{").replace("}}", "}").replace("|", "\\|")
    return f"*warning:* {text}" if entry.severity is Severity.WARNING else text


def main(arguments: list[str]) -> int:
    if arguments == ["--update"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if arguments:
        print(__doc__)
        return 2
    if PAGE.read_text(encoding="utf-8") != page():
        print("docs/diagnostics.md is out of date: python3 tools/diagnostics_page.py --update")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
