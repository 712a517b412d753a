"""One served home and one Chromium for all the stories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interface.browser import ARGUMENTS, chromium
from journeys.house import House, served
from journeys.people import Office


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Mark every test of this folder as a browser story; without a browser it is skipped and says so."""
    absent = chromium() is None
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.journey)
            if absent:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A fresh home, served with its worker."""
    with served(tmp_path_factory.mktemp("home")) as found:
        yield found


@pytest.fixture(scope="session")
def office(house: House) -> Iterator[Office]:
    """Everybody's browser."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield Office(house, browser)
        browser.close()
