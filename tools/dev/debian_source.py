"""Sources of Debian packages, for building libraries for another system.

The machine's own package lists stay as they are: the list of sources and apt's state are private
to the directory that the caller names. apt checks the archive's signature. Called by the cross
builds; needs Debian and its network once.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.dev import children, report
from tools.dev.tree import LOGS

_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_ARCHIVE = "http://deb.debian.org/debian"


def unpacked(package: str, directory: Path) -> Path:
    """The unpacked upstream source of `package` (Debian's patches not applied), fetched if need be."""
    target = directory / package
    if not target.exists():
        fetched = _fetch(package, directory)
        scratch = directory / f"{package}.unpacking"
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.unpack_archive(fetched, scratch)
        (top,) = scratch.iterdir()
        top.rename(target)
        shutil.rmtree(scratch)
    return target


def _fetch(package: str, directory: Path) -> Path:
    state = directory / "apt"
    (state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    downloads = directory / f"{package}.download"
    downloads.mkdir(exist_ok=True)
    sources = state / "sources.list"
    sources.write_text(f"deb-src [signed-by={_KEYRING}] {_ARCHIVE} {_codename()} main\n")
    options = [
        f"Dir::Etc::sourcelist={sources}",
        "Dir::Etc::sourceparts=/dev/null",
        f"Dir::State::lists={state / 'lists'}",
        f"Dir::Cache={state}",
        # The sandbox user of apt may not be able to write here.
        "APT::Sandbox::User=root",
    ]
    apt = ["apt-get", *(word for option in options for word in ("-o", option))]
    log = LOGS / f"source-{package}.log"
    commands = [["source", "--download-only", package]]
    if not any((state / "lists").glob("*_Sources*")):
        commands.insert(0, ["update"])
    for arguments in commands:
        if children.run_logged([*apt, *arguments], log, cwd=downloads):
            raise report.Failed(f"apt-get {arguments[0]} failed\n{report.tail(log)}")
    found = sorted(downloads.glob("*.orig.tar.*"))
    archives = [path for path in found if path.suffix != ".asc"]
    if len(archives) != 1:
        raise report.Failed(f"the source of {package} has {len(archives)} upstream archives")
    return archives[0]


def _codename() -> str:
    words = dict(
        line.split("=", 1)
        for line in Path("/etc/os-release").read_text().splitlines()
        if "=" in line
    )
    if words.get("ID") != "debian":
        raise report.Failed("the cross builds take their libraries' sources from Debian only")
    return words["VERSION_CODENAME"].strip('"')
