"""[MaxLength] and [MaxBytes] as calls of runtime/value_checks.h, beside where values are read and
written. Called by `traits`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ipdl.model import Bound, Field, NO_BOUNDS, Param

HEADER = '"runtime/value_checks.h"'


def headers(members: Iterable[Field | Param]) -> list[str]:
    """What files need that read or write these."""
    return [HEADER] if any(member.bounds is not NO_BOUNDS for member in members) else []


def checks(member: Field | Param, ipdl: str, stream: str, name: str, value: str) -> list[str]:
    """Calls, one for each bound: expressions for a Reader, statements without `;` for a Writer.
    `ipdl`: qualifier of the namespace, "" inside it."""
    return [
        f'{ipdl}{function}({stream}, "{name}", {value}, {bound.limit})'
        for function, bound in _bounds(member)
    ]


def _bounds(member: Field | Param) -> Iterator[tuple[str, Bound]]:
    if member.bounds.max_length is not None:
        yield "CheckLength", member.bounds.max_length
    if member.bounds.max_bytes is not None:
        yield "CheckBytes", member.bounds.max_bytes
