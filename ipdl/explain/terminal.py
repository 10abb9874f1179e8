"""A page as text for a terminal. Data in, text out; called by the command `explain`."""

from __future__ import annotations

import textwrap

from ipdl.diagnostics import TABLE
from ipdl.explain.page import Fence, Section, read


def page(number: int, width: int) -> str:
    content = read(number)
    head = f"{code(number)} ({TABLE[number].severity.value}): {content.title}\n"
    return head + "".join("\n" + _section(section, width) for section in content.sections)


def index_line(number: int) -> str:
    return f"{code(number)}  {TABLE[number].severity.value:<7}  {read(number).title}\n"


def code(number: int) -> str:
    return f"IPDL{number:04}"


def _section(section: Section, width: int) -> str:
    indent = "  " if section.title else ""
    blocks = []
    for block in section.blocks:
        if isinstance(block, Fence):
            mark = "$ " if block.language == "sh" else ""
            lines = (mark + line if line else "" for line in block.text.splitlines())
            blocks.append(textwrap.indent("\n".join(lines), indent + "  "))
        else:
            blocks.append(
                textwrap.fill(
                    block.text,
                    width,
                    initial_indent=indent,
                    subsequent_indent=indent,
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            )
    title = f"{section.title}\n" if section.title else ""
    return title + "\n\n".join(blocks) + "\n"
