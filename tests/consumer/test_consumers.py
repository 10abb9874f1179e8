"""One user's project, two ways to get the library: as a meson subproject and as an installed copy.

The project in counter/ is the same in both, its meson.build included. It compiles a protocol of
its own, and its two programs talk in two processes. The project in portals/ is in C and knows only
the portal library.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ipdl.commands import COMMANDS
from tests.consumer import projects
from tools.dev.tree import ROOT

_COUNTER = Path(__file__).with_name("counter")
_PORTALS = Path(__file__).with_name("portals")


def test_a_project_uses_the_library_as_a_subproject(tmp_path: Path) -> None:
    project = _project(tmp_path)
    (project / "subprojects").mkdir()
    (project / "subprojects" / "ipdl").symlink_to(ROOT)

    build = projects.build(project, projects.environment())

    _expect_counted(build)


def test_a_project_uses_an_installed_copy(tmp_path: Path, installed: Path) -> None:
    env = projects.uses_installed(installed, projects.environment())

    build = projects.build(_project(tmp_path), env)

    _expect_counted(build)


def test_an_installed_copy_does_not_refer_to_the_tree(installed: Path) -> None:
    texts = [
        p for p in installed.rglob("*") if p.is_file() and p.suffix in ("", ".pc", ".py", ".h")
    ]

    assert [] == [str(p) for p in texts if str(ROOT).encode() in p.read_bytes()]


def test_an_installed_compiler_has_all_of_its_commands(tmp_path: Path, installed: Path) -> None:
    """Their pages and style sheets are data that an installation could forget."""
    protocol = str(_COUNTER / "PCounter.ipdl")
    env = projects.uses_installed(installed, projects.environment())
    for command in COMMANDS:
        arguments = ["IPDL0412"] if command == "explain" else [protocol]
        output = ["-o", "out"] if command in ("gen", "doc") else []
        projects.run(["ipdl", command, *arguments, *output], tmp_path, env)


def test_only_what_a_changed_protocol_touches_is_built_again(
    tmp_path: Path, installed: Path
) -> None:
    project = _project(tmp_path)
    env = projects.uses_installed(installed, projects.environment())
    build = projects.build(project, env)
    protocol = project / "PCounter.ipdl"

    protocol.write_text(protocol.read_text() + "\n// A comment changes nothing.\n")
    after_comment = projects.run(["ninja", "-C", str(build)], project, env)
    protocol.write_text(protocol.read_text().replace("Count(", "CountAll("))
    sources = ["launcher.cc", "CounterChild.h"]
    projects.run(
        ["sed", "-i", "s/Count(/CountAll(/; s/CountRes/CountAllRes/", *sources], project, env
    )
    projects.run(["ninja", "-C", str(build)], project, env)

    assert "Generating" in after_comment
    assert "Compiling" not in after_comment
    _expect_counted(build)


def test_an_error_in_a_protocol_stops_the_build_and_shows_where(
    tmp_path: Path, installed: Path
) -> None:
    project = _project(tmp_path)
    env = projects.uses_installed(installed, projects.environment())
    protocol = project / "PCounter.ipdl"
    protocol.write_text(protocol.read_text().replace("string text", "sting text"))

    with pytest.raises(AssertionError, match=r"PCounter\.ipdl:\d+:\d+.*\[?IPDL\d{4}"):
        projects.build(project, env)


@pytest.mark.parametrize("linked", ["shared", "static"])
def test_a_project_in_c_uses_the_portal_library_alone(
    tmp_path: Path, installed: Path, linked: str
) -> None:
    env = projects.uses_installed(installed, projects.environment())
    build = projects.build(Path(shutil.copytree(_PORTALS, tmp_path / "portals")), env)
    if linked == "shared":
        env["LD_LIBRARY_PATH"] = env["PKG_CONFIG_PATH"].removesuffix("/pkgconfig")

    said = projects.run([f"./{linked}"], build, env)

    assert "hello through a portal\n" == said


def _project(directory: Path) -> Path:
    """A copy of the user's project."""
    return Path(shutil.copytree(_COUNTER, directory / "counter"))


def _expect_counted(build: Path) -> None:
    said = projects.run(["./launcher", "./worker"], build, projects.environment())

    assert "the worker counted 5 words\n" == said
