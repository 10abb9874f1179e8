"""The profiles of the property tests, by name: `--hypothesis-profile=normal` or `=long`.

Registered here because pytest must know them before it reads any test, whichever suite is run. How a
test uses them is in tests/compiler/properties.py.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A loaded machine is no failure, and a run leaves nothing behind that would change the next.
_FOR_ALL = settings(
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile("normal", _FOR_ALL)
settings.register_profile("long", _FOR_ALL)
settings.load_profile("normal")


def pytest_report_header() -> list[str]:
    """Which examples this run tries, and how to have them again."""
    from tests.compiler import properties  # only now is it known which profile was chosen

    return [f"property tests: {properties.AGAIN}"]
