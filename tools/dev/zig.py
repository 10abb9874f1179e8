"""The cross compiler for macOS: Zig's clang, from the npm registry, pinned by version and hash.

Called by cross_macos. Nothing of npm is needed: a package is one archive at a known address.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import platform
import shutil
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

from tools.dev import report
from tools.dev.tree import ROOT

_PINNED = ROOT / "tools" / "cross" / "macos" / "zig.json"
_TIMEOUT_SECONDS = 300


def compiler(directory: Path) -> Path:
    """The `zig` program below `directory`, fetched if it is not there."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise report.Failed("the cross compiler for macOS is pinned for Linux on x86-64 only")
    pinned = json.loads(_PINNED.read_text())
    for name, integrity in pinned["packages"].items():
        # The program finds its own library beside itself, as in npm's directory.
        target = directory / f"zig-{pinned['version']}" / name
        if not target.exists():
            _unpack(_download(pinned["registry"], name, pinned["version"], integrity), target)
    return directory / f"zig-{pinned['version']}" / "@zigc" / "linux-x64" / "bin" / "zig"


def _download(registry: str, name: str, version: str, integrity: str) -> bytes:
    address = f"{registry}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    with report.step("fetch", address):
        try:
            with urllib.request.urlopen(address, timeout=_TIMEOUT_SECONDS) as response:
                archive: bytes = response.read()
        except (OSError, urllib.error.URLError) as error:
            raise report.Failed(f"{address}: {error}") from error
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if digest != integrity:
        raise report.Failed(f"{address}: expected {integrity}, got {digest}")
    return archive


def _unpack(archive: bytes, target: Path) -> None:
    scratch = target.with_name(target.name + ".unpacking")
    shutil.rmtree(scratch, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(scratch)
    for program in (scratch / "package").glob("bin/*"):
        program.chmod(0o755)
    (scratch / "package").rename(target)
    shutil.rmtree(scratch)
