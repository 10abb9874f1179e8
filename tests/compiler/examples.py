"""Example files for the front end: several sources, a command, and the text it must print, in one.

    //! file PFoo.ipdl          a file of the example; its lines follow
    ...
    //! run check PFoo.ipdl     the command; without it: `check` of the first file
    //! expect                  the rest, without "// ", is what the command prints
    // PFoo.ipdl:1:1: error: ...

`error/` holds files with mistakes, one or more for each number of the table, `ok/` the same files as
they should have been written: their command prints nothing. What is expected is rewritten by
`IPDL_BLESS=1 pytest tests/compiler/test_examples.py`; read the difference before committing it.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
EXPECT = "//! expect\n"


@dataclass
class Example:
    path: Path
    files: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    expected: str = ""

    @property
    def number(self) -> int:
        return int(self.path.name[:4])

    def unpack(self, directory: Path) -> None:
        for name, text in self.files.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_text(text, encoding="utf-8")

    def bless(self, printed: str) -> None:
        text = self.path.read_text(encoding="utf-8").partition(EXPECT)[0]
        comment = "".join(f"// {line}".rstrip() + "\n" for line in printed.splitlines())
        self.path.write_text(text + EXPECT + comment, encoding="utf-8")


def read(path: Path) -> Example:
    example = Example(path)
    text, _, expectation = path.read_text(encoding="utf-8").partition(EXPECT)
    name = ""
    for line in text.splitlines(keepends=True):
        if line.startswith("//! file "):
            name = line.split()[2]
            example.files[name] = ""
        elif line.startswith("//! run "):
            example.command = shlex.split(line)[2:]
        else:
            example.files[name] += line
    example.command = example.command or ["check", next(iter(example.files))]
    lines = expectation.splitlines()
    example.expected = "".join(line.removeprefix("//").removeprefix(" ") + "\n" for line in lines)
    return example


def all_in(directory: str) -> list[Example]:
    return [read(path) for path in sorted((HERE / directory).glob("*.ipdl"))]
