"""The name that was probably meant: the one among those known that is most like what was written.

Comparing is slow, so it is done for short words only, and a run has a budget of comparisons: when
a file has a thousand mistakes, its last ones are answered without a guess. Called by whoever reports
an unknown name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

MAX_LENGTH = 60  # of a word that is compared
BUDGET = 200_000  # comparisons of a run; each takes a microsecond or a few


class Guesser:
    """One for a run, because the budget is the run's."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._left = budget

    def nearest(
        self, word: str, known: Callable[[], Iterable[str]], cutoff: float = 0.75
    ) -> str | None:
        """`known` is asked for only if there is something left of the budget."""
        if len(word) > MAX_LENGTH or self._left <= 0:
            return None
        from difflib import get_close_matches  # here, because only mistakes need it

        candidates = [name for name in islice(known(), self._left) if len(name) <= MAX_LENGTH]
        self._left -= len(candidates) + 1
        close = get_close_matches(word, candidates, n=1, cutoff=cutoff)
        return close[0] if close else None
