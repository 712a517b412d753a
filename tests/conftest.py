"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from interface.browser import ARGUMENTS, chromium

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Return the folder of real test data, or skip with the reason."""
    folder = os.environ.get("CHANCERY_TEST_DATA", "")
    if not folder:
        pytest.skip("CHANCERY_TEST_DATA is not set: real test data is absent")
    return Path(folder)


@pytest.fixture(scope="session")
def one_chromium() -> Iterator[Any]:
    """Start the one Chromium of a test run: a process can drive no second one beside it."""
    sync_api = pytest.importorskip("playwright.sync_api")
    # The driver runs a loop of its own in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield running
        running.close()
