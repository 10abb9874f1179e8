"""The number of a diagnostic as people write it: IPDL0042, ipdl42, 42, or copied as [IPDL0042]."""

from __future__ import annotations

import re

from ipdl.commands.usage import WrongUsage

_NUMBER = re.compile(r"(?:IPDL)?0*(\d{1,4})", re.IGNORECASE)


def parse(text: str) -> int:
    """A number of the table."""
    from ipdl.diagnostics import RETIRED, TABLE  # here, so that --help need not load the table

    match = _NUMBER.fullmatch(text.strip("[]"))
    if match is None:
        raise WrongUsage(f"`{text}` is not a number of a message; they look like IPDL0042")
    number = int(match[1])
    if number in RETIRED:
        raise WrongUsage(f"IPDL{number:04} is no longer used; `ipdl explain --list` shows all")
    if number not in TABLE:
        nearest = min(TABLE, key=lambda known: abs(known - number))
        raise WrongUsage(
            f"there is no IPDL{number:04}; the nearest is IPDL{nearest:04}, and "
            "`ipdl explain --list` shows all"
        )
    return number
