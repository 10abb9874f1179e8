"""No file includes what stands above its floor; and the check itself finds one that does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.include_graph import violations
from tools.dev.tree import ROOT, own_files


def test_no_include_points_upward() -> None:
    found = [str(v) for v in violations(ROOT, _sources())]

    assert [] == found, "\n".join(found)


def test_the_check_sees_the_tree() -> None:
    # An empty listing would make the test above pass whatever the tree holds.
    assert any(path.is_relative_to(ROOT / "runtime") for path in _sources())


@pytest.mark.parametrize(
    ("file", "include"),
    [
        ("runtime/reader.h", '"runtime/channel/channel.h"'),
        ("runtime/reader.h", '"glue/actor.h"'),
        ("runtime/reader.h", "<glue/actor.h>"),
        ("runtime/mach/port.h", '"runtime/channel/channel.h"'),
        ("runtime/channel/socket_channel.cc", '"runtime/portal/router.h"'),
        ("runtime/portal/router.cc", '"runtime/limits.h"'),
        ("runtime/portal/router.cc", '"runtime/driver/driver.h"'),
        ("runtime/portal/router.cc", "<sys/mman.h>"),
        ("runtime/portal/router.cc", "<unistd.h>"),
        ("runtime/driver/driver.cc", '"mach_bridge/bridge.h"'),
        ("mach_bridge/bridge.cc", '"glue/actor.h"'),
        ("glue/actor.cc", '"protocols/texture.h"'),
        ("glue/actor.cc", '"PTexture.h"'),
        ("glue/actor.cc", '"actor.h"'),
        ("protocols/texture.cc", '"demo/scene.h"'),
        ("demo/scene.cc", '"tests/support/runner.h"'),
        ("stray/file.cc", "<vector>"),
    ],
)
def test_a_wrong_include_is_found(tmp_path: Path, file: str, include: str) -> None:
    path = _write(tmp_path, file, f"// A file.\n\n  #  include {include}\n")

    found = list(violations(tmp_path, [path]))

    assert [file] == [v.file for v in found]


@pytest.mark.parametrize(
    ("file", "include"),
    [
        ("runtime/reader.cc", '"runtime/reader.h"'),
        ("runtime/reader.cc", "<sys/mman.h>"),
        ("runtime/reader.cc", '"absl/types/span.h"'),
        ("runtime/reader_test.cc", '"tests/support/runner.h"'),
        ("runtime/portal/router.cc", '"runtime/portal/router.h"'),
        ("runtime/portal/router.cc", '"absl/base/thread_annotations.h"'),
        ("runtime/portal/router.cc", "<vector>"),
        ("runtime/portal/api.h", "<stdint.h>"),
        ("runtime/driver/driver.cc", '"runtime/portal/ipcz.h"'),
        ("glue/actor.cc", '"mach_bridge/bridge.h"'),
        ("protocols/texture.cc", '"PTexture.h"'),
        ("demo/scene.cc", '"protocols/texture.h"'),
        ("tests/actors/life_test.cc", '"glue/actor.h"'),
    ],
)
def test_a_right_include_passes(tmp_path: Path, file: str, include: str) -> None:
    path = _write(tmp_path, file, f"// A file.\n#include {include}\n")

    assert [] == list(violations(tmp_path, [path]))


def _sources() -> list[Path]:
    # Golden files are the compiler's output, and a consumer is a project of its own.
    return [
        path
        for path in own_files(".h", ".cc", ".c", ".mm")
        if not {"golden", "consumer"} & set(path.relative_to(ROOT).parts)
    ]


def _write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path
