"""Pages of an earlier run that this one did not write: found by a list that each run leaves.

`.ipdl-doc` in the directory has a line for each page, its SHA-256 and its name. A page is removed
only if it is in that list, is no longer made, and is byte for byte what was written: what somebody
else wrote or changed stays. Called by the command `doc`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from contextlib import suppress

from ipdl.opening import read_regular

LIST = ".ipdl-doc"
_LINE = re.compile(r"([0-9a-f]{64})  ([^/\0]+\.html)")  # of this directory; never the list itself
_MOST_BYTES = 1 << 24  # of a list, and of a page that is looked at


def list_of(pages: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """(name, text) of the list, to be written with the pages."""
    lines = [
        f"{_digest(text.encode('utf-8', 'surrogateescape'))}  {name}\n" for name, text in pages
    ]
    return LIST, "".join(sorted(lines, key=lambda line: line.partition("  ")[2]))


def read_list(directory: str) -> dict[str, str]:
    """Name -> digest of what an earlier run wrote; to be asked before this one writes."""
    data = read_regular(os.path.join(directory, LIST), _MOST_BYTES) or b""
    matches = map(_LINE.fullmatch, data.decode("utf-8", "surrogateescape").splitlines())
    return {match[2]: match[1] for match in matches if match is not None}


def remove(directory: str, earlier: dict[str, str], pages: Sequence[tuple[str, str]]) -> None:
    """Removes what `earlier` has and `pages` does not. One that cannot be removed stays: it does no
    harm, because no page leads to it."""
    made = {name.lower() for name, _ in pages}  # some file systems do not tell them apart
    for name in sorted(earlier):
        path = os.path.join(directory, name)
        if name.lower() in made or os.path.islink(path):
            continue
        data = read_regular(path, _MOST_BYTES)
        if data is not None and _digest(data) == earlier[name]:
            with suppress(OSError):
                os.unlink(path)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
