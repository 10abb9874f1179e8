"""Opens a file for reading without waiting for anybody: a pipe may lie where a file should.

Not here: what is read, and how much. Called by whatever reads files: `loader`, `output`, `tables`.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from typing import BinaryIO


def open_now(path: str | os.PathLike[str]) -> BinaryIO:
    """Like open(path, "rb"), but a pipe that nobody writes to is at its end instead of waiting for
    somebody. What a writer has begun is read to its end, as usual."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.set_blocking(handle, True)
        return open(handle, "rb")  # refuses directories
    except BaseException:
        os.close(handle)
        raise


def read_some(path: str, most: int) -> bytes:
    """Up to so many bytes of a file, or of a pipe that somebody writes to."""
    with open_now(path) as file:
        data = file.read(most)
        if not data and stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.ENODATA, "it is a pipe into which nothing was written")
        return data


def read_regular(
    path: str | os.PathLike[str], most: int, trusted: Callable[[os.stat_result], bool] | None = None
) -> bytes | None:
    """Up to so many bytes of a regular file; None if there is none, or it cannot be read, or what
    is known about it is not to be trusted."""
    try:
        with open_now(path) as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or (trusted is not None and not trusted(about)):
                return None
            return file.read(most)
    except OSError:
        return None
