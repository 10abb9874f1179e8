"""What a lint rule is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ipdl.model import Unit
from ipdl.reporter import Reporter


@dataclass(frozen=True)
class Rule:
    number: int
    # Looks at one file; the others are all files of the run.
    look: Callable[[Unit, tuple[Unit, ...], Reporter], None]
    on: bool = True  # unless it is asked for by --enable
