"""The evidence rooms over 100,000 documents, in both languages: found, tagged, held, accepted, undone; collected."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from journeys.evidence import write_evidence
from journeys.house import House, served
from journeys.people import Office, accessible

DOCUMENTS = int(os.environ.get("CHANCERY_TEST_DOCUMENTS", "100000"))
LANGUAGES = [("en", "light"), ("zh-hans", "dark")]


@dataclass(frozen=True)
class Crowd:
    """The served home with its large matter, and a small one that is being collected."""

    office: Office
    matter: str
    small: str
    first: str
    second: str
    roots: Path


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, one_chromium: Any) -> Iterator[Crowd]:
    """A home of its own with a matter of 100,000 documents and a folder that may be collected."""
    roots = tmp_path_factory.mktemp("roots")
    write_evidence(roots / "share")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHANCERY_COLLECT_ROOTS", str(roots))
        with served(tmp_path_factory.mktemp("crowd")) as house:
            made = filled(house)
            yield Crowd(
                Office(house, one_chromium), made["matter"], made["small"], made["first"], made["second"], roots
            )


def filled(house: House) -> dict[str, str]:
    """Write the large matter into the served home."""
    script = Path(__file__).with_name("crowd.py")
    done = subprocess.run(
        [sys.executable, str(script), str(DOCUMENTS)],
        env=house.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def within_budget(page: Any, path: str, house: House) -> None:
    """Refuse a page that is heavier than it may be."""
    body = page.request.get(house.address + path).body()
    assert (len(body) <= 60_000, len(gzip.compress(body)) <= 12_000) == (True, True), (path, len(body))
    assert page.evaluate("document.querySelectorAll('*').length") <= 2_000, path


def answer_times(page: Any, path: str, house: House, times: int = 9) -> list[float]:
    """Return how long the server takes for a page, in milliseconds, over a warm connection."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        assert page.request.get(house.address + path).ok
        took.append((time.perf_counter() - began) * 1000)
    return took


@pytest.mark.parametrize(("language", "theme"), LANGUAGES)
def test_a_hundred_thousand_documents_are_narrowed_tagged_and_undone(crowd: Crowd, language: str, theme: str) -> None:
    house = crowd.office.house
    desk = crowd.office.desk("manager", language=language, theme=theme)
    page, base = desk.page, f"/matters/{crowd.matter}/documents/"
    desk.go(base)
    accessible(page)
    within_budget(page, base, house)
    assert f"{DOCUMENTS:,}" in page.inner_text(".foot")
    took = answer_times(page, base, house)
    print(f"{language}: list of {DOCUMENTS:,} documents: best {min(took):.0f} ms, median {median(took):.0f} ms")
    page.select_option("[name=kind]", "pdf")
    page.wait_for_url(re.compile("kind=pdf"))
    assert page.locator(".chips li").count() == 1
    page.locator("details.menu:has(input[name=cols]) summary").click()
    page.check("[name=cols][value=tags]")
    page.locator("details.menu:has(input[name=cols]) button").click()
    page.wait_for_url(re.compile("cols="))
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[name=row]:checked").count() == 2
    page.keyboard.press("t")
    page.wait_for_selector("[name=tag]")
    accessible(page)
    page.fill("[name=tag]", f"Key {language}")
    page.locator("main .acts button").click()
    page.wait_for_url(re.compile("kind=pdf"))
    assert page.locator(f"td:text-is('Key {language}')").count() == 2
    page.locator("#toasts form button, .toasts form button").first.click()
    page.wait_for_load_state()
    desk.go(f"{base}?kind=pdf&cols=number,tags")
    assert page.locator(f"td:text-is('Key {language}')").count() == 0
    page.check("[data-all]")
    beyond = page.locator("[data-beyond]")
    assert beyond.is_visible()
    beyond.click()
    page.locator("[data-act=tag]").click()
    page.wait_for_selector("[name=tag]")
    page.fill("[name=tag]", f"All {language}")
    page.locator("main .acts button").click()
    page.wait_for_load_state()
    total = sum(1 for number in range(DOCUMENTS) if number % 7 == 3)
    desk.go(f"{base}acts/")
    accessible(page)
    for _ in range(120):
        if page.locator(f"tr:has-text('All {language}') form button").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    row = page.locator(f"tr:has-text('All {language}')")
    assert f"{total:,}" in row.inner_text()
    row.locator("form button").click()
    page.wait_for_load_state()
    desk.close()


@pytest.mark.parametrize(("language", "theme"), LANGUAGES)
def test_views_are_kept_and_exceptions_accepted_and_taken_back(crowd: Crowd, language: str, theme: str) -> None:
    desk = crowd.office.desk("manager", language=language, theme=theme)
    page, house = desk.page, crowd.office.house
    desk.go(f"/matters/{crowd.matter}/documents/?status=exception&custodian=Custodian+9&sort=-size")
    page.locator("details.menu:has(form[action$='views/']) summary").click()
    accessible(page)
    page.fill("details[open] [name=name]", f"Nine {language}")
    page.locator("details[open] form[action$='views/'] button").click()
    page.wait_for_url(re.compile("view=v-"))
    assert page.locator(f".views a[aria-current]:has-text('Nine {language}')").count() == 1
    path = f"/matters/{crowd.matter}/exceptions/"
    desk.go(path)
    accessible(page)
    within_budget(page, path, house)
    before = page.inner_text(".views a[aria-current] .num")
    page.locator("tbody [name=row]").first.check()
    page.locator("tbody [name=row]").nth(1).check()
    page.keyboard.press("a")
    page.wait_for_selector("[name=reason]")
    page.locator("main .acts button").click()
    page.wait_for_selector("[data-problems]")
    page.fill("[name=reason]", "Not needed: logos only")
    page.locator("main .acts button").click()
    page.wait_for_url(re.compile("exceptions/"))
    assert page.inner_text(".views a[aria-current] .num") != before
    page.locator("#toasts form button, .toasts form button").first.click()
    page.wait_for_load_state()
    desk.go(path)
    assert page.inner_text(".views a[aria-current] .num") == before
    page.locator("tbody [name=row]").first.check()
    page.keyboard.press("r")
    page.wait_for_selector("[name=passwords]")
    accessible(page)
    desk.close()


@pytest.mark.parametrize(("language", "theme"), LANGUAGES)
def test_a_document_stands_with_its_relations_and_differences(crowd: Crowd, language: str, theme: str) -> None:
    desk = crowd.office.desk("reviewer-1", language=language, theme=theme)
    page, house = desk.page, crowd.office.house
    path = f"/documents/{crowd.first}/"
    desk.go(path)
    accessible(page)
    within_budget(page, path, house)
    assert page.locator("details.related").count() >= 2
    copies = page.locator("details.related:has(a:text-matches('CROWD-000042'))")
    copies.locator("summary").click()
    accessible(page)
    copies.locator("a").click()
    page.wait_for_url(re.compile(r"/documents/(?!" + crowd.first + ")"))
    assert "CROWD-000042" in page.inner_text("h1")
    assert page.locator(f"a[href='{path}']").count() >= 1
    desk.go(f"/documents/{crowd.first}/compare/{crowd.second}/")
    accessible(page)
    assert page.locator("ins").count() >= 1
    page.keyboard.press("]")
    assert page.locator("[data-hit][aria-current]").count() == 1
    for name in ("threads", "alike", "scans", "rules", "inventory"):
        if name == "rules" and page.request.get(f"{house.address}/matters/{crowd.matter}/rules/").status != 200:
            continue
        desk.go(f"/matters/{crowd.matter}/{name}/")
        accessible(page)
        within_budget(page, f"/matters/{crowd.matter}/{name}/", house)
    desk.close()


@pytest.mark.parametrize(("language", "theme"), LANGUAGES)
def test_downloads_leave_the_page_usable_and_undo_stays_where_it_was_pressed(
    crowd: Crowd, language: str, theme: str
) -> None:
    desk = crowd.office.desk("manager", language=language, theme=theme)
    page = desk.page
    desk.go(f"/matters/{crowd.matter}/search/terms/")
    page.fill("#terms", "castings\n付款条件")
    for form in ("csv", "docx", "csv"):
        with page.expect_download() as sent:
            page.locator(f"button[value={form}]").click()
        assert sent.value.suggested_filename.endswith(f".{form}")
    listed = f"/matters/{crowd.matter}/documents/?kind=pdf&custodian=Custodian+3"
    desk.go(listed)
    page.locator("tbody [name=row]").first.check()
    with page.expect_download():
        page.locator("[data-act=export]").click()
    page.locator("[data-act=review]").click()
    page.locator("#confirm [value=yes]").click()
    page.wait_for_selector(".toasts form button, #toasts form button")
    page.keyboard.press("z")
    page.wait_for_load_state()
    page.wait_for_function("!document.querySelector('.toasts form button, #toasts form button')")
    assert "kind=pdf" in page.url and "custodian=Custodian" in page.url
    desk.go(f"/matters/{crowd.matter}/documents/acts/")
    assert page.locator("tbody tr").first.locator(".tag.warn").count() == 1
    desk.close()


@pytest.mark.parametrize(("language", "theme"), LANGUAGES)
def test_what_was_not_read_is_tried_again_from_its_own_page(crowd: Crowd, language: str, theme: str) -> None:
    desk = crowd.office.desk("manager", language=language, theme=theme)
    page = desk.page
    desk.go(f"/matters/{crowd.matter}/exceptions/?code=encrypted")
    page.locator("tbody th a, tbody td a").first.click()
    page.wait_for_url(re.compile(r"/documents/[0-9a-z]{26}/"))
    accessible(page)
    page.keyboard.press("r")
    page.wait_for_selector("[name=passwords]")
    assert page.locator("main p a").count() == 1
    desk.close()


@pytest.mark.parametrize(("language", "theme"), LANGUAGES)
def test_a_folder_is_planned_fetched_and_accounted_for(crowd: Crowd, language: str, theme: str) -> None:
    desk = crowd.office.desk("manager", language=language, theme=theme)
    page = desk.page
    desk.go(f"/matters/{crowd.small}/collect/")
    accessible(page)
    page.check("[name=kind][value=folder]")
    page.fill("[name=name]", f"Share {language}")
    page.locator("main form .acts button").first.click()
    page.wait_for_url(re.compile("/sources/"))
    accessible(page)
    page.locator("main ul.list a").first.click()
    for values in ({"folder": "share"}, {"custodian": "Li Wei"}, {}, {"passwords": "Blue-Harbor-7"}):
        page.wait_for_selector("main form.form .acts button")
        page.wait_for_load_state()
        accessible(page)
        for name, value in values.items():
            page.fill(f"[name={name}]", value)
        page.locator("main form.form .acts button").click()
        page.wait_for_load_state()
    page.wait_for_url(re.compile("/check/"))
    accessible(page)
    page.locator("main .acts form button").click()
    page.wait_for_url(re.compile("/processing/"))
    accessible(page)
    for _ in range(90):
        desk.go(f"/matters/{crowd.small}/inventory/?q=offer")
        if page.locator("tbody tr").count():
            break
        page.wait_for_timeout(1000)
    accessible(page)
    assert page.locator("tbody code").count() >= 2
    assert "Li Wei" in page.inner_text("tbody tr >> nth=0")
    desk.close()
