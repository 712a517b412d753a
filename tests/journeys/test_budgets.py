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
# From the key that saves to the next document in view, measured in the page itself.
WATCH = """() => { const before = document.querySelector("#desk").dataset.document;
    addEventListener("keydown", (event) => { if (event.key === "Enter") window.pressed = performance.now() },
        {capture: true});
    window.took = new Promise(done => { const look = () => { const desk = document.querySelector("#desk");
        if (desk && desk.dataset.document !== before) done(performance.now() - window.pressed);
        else requestAnimationFrame(look) }; look() }) }"""
READY = """() => { const form = document.querySelector("[data-desk-form]"); return form && !form.inert }"""


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


def test_next_document_is_there_at_once(office: Office, places: list[Place]) -> None:
    place = next(each for each in places if each.name == "review-desk")
    desk = office.desk(place.username)
    page: Any = desk.page
    desk.go(place.path)
    size = page.locator(".desk-side .list > li").count()
    took: list[float] = []
    for _ in range(size - 1):
        page.wait_for_load_state("networkidle")
        page.wait_for_function(READY)
        page.evaluate(WATCH)
        page.locator(".desk-view").focus()
        for key in ("1", "3", "Shift+Enter"):
            page.keyboard.press(key)
        took.append(page.evaluate("window.took"))
    # The quickest tells what the page can do; the others tell how busy the machine was.
    assert took and min(took) <= NEXT_MILLISECONDS, took
    desk.close()
