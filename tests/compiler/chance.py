"""Where the property tests' choices come from: a seeded generator, and texts made with it.

`chances()` is hypothesis' part in them: it draws seeds, so that an example can be as large as it
likes, at the price that a failing one is not made smaller.
"""

from __future__ import annotations

import random

from hypothesis import strategies as st


class Chance(random.Random):
    """Shows its seed, because that is how a failing example is made again: `Chance(seed)`."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._seed = seed

    def __repr__(self) -> str:
        return f"Chance({self._seed})"

    def odds(self, one_in: int) -> bool:
        """True once in so many times."""
        return self.randrange(one_in) == 0


def chances() -> st.SearchStrategy[Chance]:
    return st.integers(0, (1 << 32) - 1).map(Chance)
