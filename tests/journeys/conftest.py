"""One served home and one Chromium for all the stories."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interface.browser import chromium
from journeys.evidence import write_codes, write_evidence
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
def office(house: House, one_chromium: Any) -> Office:
    """Everybody's browser."""
    return Office(house, one_chromium)


@pytest.fixture(scope="session")
def told(house: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A delivered and billed matter, and a second one whose documents wait at the desk."""
    folder = write_evidence(tmp_path_factory.mktemp("told") / "evidence")
    codes = write_codes(folder, folder.parent / "codes.csv")
    out = folder.parent / "out"
    first = house.command(
        "matter", "run", str(folder), "--out", str(out), "--codes", str(codes), "--approve", "attorney", "--json"
    )
    assert first.returncode == 0, first.stderr[-3000:]
    assert json.loads(first.stdout.splitlines()[-1])["status"] == "delivered", first.stdout[-2000:]
    waiting = write_evidence(tmp_path_factory.mktemp("waiting") / "evidence")
    (waiting / "Shared" / "note.txt").write_text("A second folder of the same client.\n", "utf-8")
    second = house.command("matter", "run", str(waiting), "--out", str(waiting.parent / "out"), "--json")
    assert second.returncode == 0, second.stderr[-3000:]
