"""What the tests of users share: one staged installation per run, because building it takes longest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.consumer import projects


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prefix of a staged copy of the library."""
    return projects.stage_installation(tmp_path_factory.mktemp("installed"), projects.environment())
