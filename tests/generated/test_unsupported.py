"""What the language has and the generated code has not is refused by name, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipdl.compile import compile_files
from ipdl.emit import unsupported
from ipdl.reporter import Reporter

PROTOCOL = """
[RefCounted] using class a::Counted from "a.h";
namespace n {{
{before}
{attribute} sync protocol PFoo {{
{inside}
parent:
  {message}
}};
}}
"""


def _findings(directory: Path, prelude: str = "std", **parts: str) -> list[str]:
    path = directory / "PFoo.ipdl"
    process = "[ChildProc=any]" if prelude == "gecko" else ""
    defaults = {"before": "", "attribute": process, "inside": "", "message": "async X();"}
    path.write_text(PROTOCOL.format(**{**defaults, **parts}), encoding="utf-8")
    reporter = Reporter()
    compilation = compile_files([str(path)], reporter, [str(directory)], prelude)
    assert [] == [str(finding.problem.text) for finding in reporter.findings()]
    return [what for _, what in unsupported(compilation.roots[0])]


@pytest.mark.parametrize(
    "parts",
    [
        {"message": "[Nested=not, Priority=normal] async X();"},
        {
            "attribute": "[NestedUpTo=inside_cpow]",
            "message": "[Nested=inside_cpow] async X(); [Nested=inside_sync] sync Y();",
        },
        {"attribute": "[NestedUpTo=not, NeedsOtherPid]"},
        {"message": "[VirtualSendImpl] async X(nullable Counted[] y, Counted[]? z);"},
        {"message": "[Tainted] async X(bool y, [NoTaint=allvalid] bool z);"},
        {"before": "union U { int; uint64_t; U[]; U?; };"},
        {"before": "union U { nsresult; uint32_t; };", "prelude": "gecko"},
        {"before": "[Comparable] struct S { FileDescriptor? y; };", "prelude": "gecko"},
        {"message": "async X(nullable PFoo[] y);"},
        {"before": "struct S { Shmem[] y; };", "message": "async X(S y, Shmem? z);"},
    ],
)
def test_is_generated(parts: dict[str, str], tmp_path: Path) -> None:
    assert [] == _findings(tmp_path, **parts)


def test_managed_endpoints_are_refused(tmp_path: Path) -> None:
    (tmp_path / "PBar.ipdl").write_text(
        "include protocol PFoo; protocol PBar " "{ manager PFoo; child: async __delete__(); };",
        encoding="utf-8",
    )
    path = tmp_path / "PFoo.ipdl"
    path.write_text(
        "include protocol PBar; protocol PFoo { manages PBar; "
        "child: async X(ManagedEndpoint<PBarChild> y); };",
        encoding="utf-8",
    )
    reporter = Reporter()
    paths = [str(path), str(tmp_path / "PBar.ipdl")]
    compilation = compile_files(paths, reporter, [str(tmp_path)])
    assert [] == reporter.findings()
    found = [what for unit in compilation.roots for _, what in unsupported(unit)]
    assert ["ManagedEndpoint"] == found
