"""What the ten main pages weigh as people get them: bytes, elements, requests, layout shifts."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from journeys.pages import Place, main_pages
from journeys.people import Office

SHIFTS = """new Promise(done => { let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(one => { sum += one.value }))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(sum), 300) })"""
KINDS = {"css": (30_000, 8_000), "js": (30_000, 10_000)}
NEXT_MILLISECONDS = 150


@pytest.fixture(scope="module")
def places(office: Office, told: None) -> list[Place]:
    """The ten main pages."""
    return main_pages(office)


def packed(body: bytes) -> int:
    """Return the size of a body when compressed."""
    return len(gzip.compress(body))


def test_main_pages_keep_their_budget(office: Office, places: list[Place]) -> None:
    for place in places:
        desk = office.desk(place.username)
        page: Any = desk.page
        seen: list[Any] = []
        page.on("response", lambda answer, seen=seen: seen.append(answer))
        desk.go(place.path)
        page.wait_for_load_state("load")
        needed = [each for each in seen if each.request.resource_type in ("document", "stylesheet", "script")]
        assert len(needed) <= 6, [each.url for each in needed]
        html = needed[0].body()
        assert (len(html) <= 60_000, packed(html) <= 12_000) == (True, True), (place.name, len(html), packed(html))
        for kind, (plain, small) in KINDS.items():
            bodies = [each.body() for each in needed if each.url.split("?")[0].endswith(f".{kind}")]
            assert sum(map(len, bodies)) <= plain, (place.name, kind)
            assert sum(map(packed, bodies)) <= small, (place.name, kind)
        assert page.evaluate("document.querySelectorAll('*').length") <= 2_000, place.name
        assert page.evaluate(SHIFTS) == 0, f"{place.name} moves by itself"
        desk.close()
