"""What no checker sees: keyboards, narrow windows, large text, targets, languages, on the ten main pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polib
import pytest

from journeys.pages import Place, main_pages
from journeys.people import Office, accessible
from journeys.story import reach

SOURCE = Path(__file__).parents[2] / "src" / "chancery"
LANGUAGES = [("en", "dark"), ("zh-hans", "light")]
# What is visible and focusable but smaller than 24 by 24 and not inside a sentence or a table cell of text.
SMALL = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(one => one.checkVisibility() && !one.closest("p, dd, td, th, li, h1, h2, .head, .notice, .hush, .skip"))
    .map(one => [one.closest("label.choice") || one, one])
    .filter(([area]) => { const box = area.getBoundingClientRect();
        return box.width > 1 && (box.width < 24 || box.height < 24) })
    .map(([, one]) => one.outerHTML.slice(0, 120))"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# The focused element is in sight: its middle belongs to it, and not to a bar that lies over it.
COVERED = """() => { const one = document.activeElement; if (!one || one === document.body) return "";
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) return "";
    const style = getComputedStyle(one);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const label = one.closest("label");
    const at = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, innerHeight - box.y) / 2);
    const seen = at && (one.contains(at) || at.contains(one) || (label && label.contains(at)));
    return (ring || (label && getComputedStyle(label).outlineStyle !== "none")) && seen
        ? "" : one.outerHTML.slice(0, 160) + " ring " + ring + " seen " + !!seen }"""
TEXTS = """() => { const found = new Set(); const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) { const parent = walk.currentNode.parentElement; const text = walk.currentNode.data.trim();
        if (text && parent.checkVisibility() && !parent.closest("script, kbd, code, [lang^=en]")) found.add(text) }
    return [...found] }"""


@pytest.fixture(scope="module")
def places(office: Office, told: None) -> list[Place]:
    """The ten main pages."""
    return main_pages(office)


def sentences() -> set[str]:
    """Return every English sentence of the catalogues that has a Chinese one of its own."""
    found = set()
    for path in SOURCE.rglob("locale/zh_Hans/LC_MESSAGES/django.po"):
        for entry in polib.pofile(str(path)):
            if entry.msgid != entry.msgstr and "%" not in entry.msgid and re.search("[a-z]{3}", entry.msgid):
                found.add(entry.msgid)
    return found


@pytest.mark.parametrize(("language", "theme"), LANGUAGES)
def test_main_pages_in_the_other_theme(office: Office, places: list[Place], language: str, theme: str) -> None:
    known = sentences()
    faults: list[str] = []
    for place in places:
        desk = office.desk(place.username, language=language, theme=theme)
        desk.go(place.path)
        page = desk.page
        accessible(page, tall=place.name in ("documents", "review-desk", "record"))
        assert page.get_attribute("html", "lang") == {"en": "en", "zh-hans": "zh-Hans"}[language]
        faults += [f"{place.name}: {each}" for each in page.evaluate(SMALL)]
        page.set_viewport_size({"width": 320, "height": 800})
        faults += [f"{place.name} scrolls sideways at 320"] if page.evaluate(SIDEWAYS) > 0 else []
        page.set_viewport_size({"width": 640, "height": 800})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        faults += [f"{place.name} scrolls sideways with text at 200 %"] if page.evaluate(SIDEWAYS) > 0 else []
        if language == "zh-hans":
            left = [text for text in page.evaluate(TEXTS) if text in known]
            faults += [f"English on the Chinese page {place.name}: {text}" for text in left]
        desk.close()
    assert not faults, "\n".join(faults)


def test_focus_is_seen_on_every_stop(office: Office, places: list[Place]) -> None:
    for place in places:
        desk = office.desk(place.username)
        desk.go(place.path)
        desk.page.keyboard.press("Tab")
        assert desk.page.evaluate("document.activeElement.matches('a.skip[href=\"#main\"]')"), place.name
        for _ in range(30):
            desk.page.keyboard.press("Tab")
            assert desk.page.evaluate(COVERED) == "", place.name
        desk.close()


def test_forced_colours_and_reduced_motion(office: Office, places: list[Place]) -> None:
    for place in places:
        desk = office.desk(place.username, forced_colors="active", reduced_motion="reduce")
        desk.go(place.path)
        moving = desk.page.evaluate(
            """() => [...document.querySelectorAll("*")].filter(one => { const style = getComputedStyle(one);
                return [style.transitionDuration, style.animationDuration].some(all =>
                    all.split(",").some(each => parseFloat(each) > 0.001)) }).length"""
        )
        assert moving == 0, place.name
        assert desk.page.evaluate("getComputedStyle(document.querySelector('h1')).forcedColorAdjust") == "auto"
        desk.close()


def test_letter_keys_can_be_turned_off(office: Office, places: list[Place]) -> None:
    place = next(each for each in places if each.name == "my-work")
    desk = office.desk(place.username)
    page: Any = desk.page
    desk.go("/help/")
    choose = (
        "keys => fetch('/preferences/', {method: 'POST', headers: {'X-CSRFToken': document.body.dataset.csrf}, "
        "body: new URLSearchParams({keys, next: '/help/'})}).then(() => 1)"
    )
    page.evaluate(choose, "off")
    desk.go("/")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 0
    page.evaluate(choose, "on")
    desk.go("/")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    desk.close()


def test_request_by_keyboard_alone(office: Office, told: None) -> None:
    desk = office.desk("counsel")
    page: Any = desk.page
    desk.go("/")
    for stop in ("main a[href='/catalogue/']", "a[href='/requests/new/document-review/']"):
        with page.expect_navigation():
            reach(page, stop, "Enter")
    reach(page, "[name=title]", *"By keys")
    for value in ("review", "privilege_review", "production"):
        reach(page, f"[name=work][value={value}]", "Space")
    reach(page, "[name=documents]", *"100")
    for value in ("en", "zh"):
        reach(page, f"[name=languages][value={value}]", "Space")
    reach(page, "[name=jurisdiction]", "ArrowDown")
    reach(page, "[name=data_location]", "Space" if page.locator("[name=data_location][type=radio]").count() else "U")
    reach(page, "[name=data_class]", "Space")
    reach(page, "[name=privilege]", "Space")
    reach(page, "[name=client_parties]", *"Halden")
    reach(page, "[name=adverse_parties]", *"Borealis")
    reach(page, "[name=currency]", "Space")
    reach(page, "[name=deadline_days]", *"20")
    reach(page, "[name=consent]", "Space")
    with page.expect_navigation():
        reach(page, "button[name=submit]", "Enter")
    assert page.locator("[data-problems]").count() == 0, page.inner_text("[data-problems]")
    with page.expect_navigation():
        reach(page, "main a[href^='/quotes/']", "Enter")
    reach(page, "form[action$='/accept/'] button")
    desk.close()
