"""How the property tests are run: how many examples, from which seed.

    pytest tests/compiler                        a few examples of each, the same in every run
    IPDL_PROPERTIES=long pytest tests/compiler   many, from a seed that a failure prints
    IPDL_SEED=123 pytest ...                     from this seed

Not here: what the examples are. Used as a decorator by the tests named test_property_*.py and by
others that have a property among them.
"""

from __future__ import annotations

import functools
import os
import random
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, seed, settings

LONG = os.environ.get("IPDL_PROPERTIES") == "long"


def _chosen_seed() -> int:
    given = os.environ.get("IPDL_SEED")
    if given is not None:
        return int(given)
    return random.SystemRandom().randrange(1 << 32) if LONG else 0


SEED = _chosen_seed()


def property_test(quick: int, long: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorates what `given` made of a test: `quick` examples, or `long` of them when asked for.
    There is no time limit for an example, because a loaded machine is no failure."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        profile = settings(
            max_examples=long if LONG else quick,
            deadline=None,
            database=None,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        )
        prepared = seed(SEED)(profile(test))

        @functools.wraps(prepared)
        def run(*args: Any, **kwargs: Any) -> None:
            try:
                prepared(*args, **kwargs)
            except BaseException as error:
                how = "IPDL_PROPERTIES=long " if LONG else ""
                error.add_note(f"again with: {how}IPDL_SEED={SEED}")
                raise

        return run

    return decorate
