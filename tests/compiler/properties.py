"""How the property tests are run: how many examples, from which seed.

    pytest tests/compiler                              a few of each, the same in every run
    pytest tests/compiler --hypothesis-profile=long    many, from a seed that is printed
    pytest tests/compiler --hypothesis-seed=123        from this seed

Not here: what the examples are, and the profiles (tests/conftest.py). Used as a decorator by the
tests named test_property_*.py and by others that have a property among them.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import Any

from hypothesis import core, seed, settings

# Imported by test files, which pytest reads after it has loaded the profile.
LONG = settings.default is settings.get_profile("long")


def _chosen_seed() -> int | str:
    given: int | str | None = core.global_force_seed  # what --hypothesis-seed says
    if given is not None:
        return given
    return random.SystemRandom().randrange(1 << 32) if LONG else 0


SEED = _chosen_seed()
AGAIN = f"--hypothesis-profile={'long' if LONG else 'normal'} --hypothesis-seed={SEED}"


def property_test(quick: int, long: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorates what `given` made of a test: `quick` examples, or `long` of them when asked for."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        prepared = seed(SEED)(settings(max_examples=long if LONG else quick)(test))

        @functools.wraps(prepared)
        def run(*args: Any, **kwargs: Any) -> None:
            try:
                prepared(*args, **kwargs)
            except BaseException as error:
                error.add_note(f"again with: {AGAIN}")
                raise

        return run

    return decorate
