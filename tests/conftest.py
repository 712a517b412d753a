"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Return the folder of real test data, or skip with the reason."""
    folder = os.environ.get("CHANCERY_TEST_DATA", "")
    if not folder:
        pytest.skip("CHANCERY_TEST_DATA is not set: real test data is absent")
    return Path(folder)
