"""The main job as people do it in the browser, from the request to the paid invoice; every page is checked."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from journeys.evidence import DOCUMENTS, FILES, PASSWORD
from journeys.people import SLOW, Desk, Office, accessible

ID = r"[0-9a-z]{26}"
CODED = "form[data-desk-form]"
REASON = "Two withheld documents are described in the same words; describe them apart."


@dataclass
class Story:
    """One matter told in one language and theme. desks: who is at work now."""

    office: Office
    language: str
    theme: str
    folder: Path
    title: str
    matter: str = ""
    production: str = ""
    invoice: str = ""
    desks: dict[str, Desk] = field(default_factory=dict)

    def at(self, username: str, path: str = "") -> Any:
        """Return the page of a person, opened at an address."""
        if username not in self.desks:
            self.desks[username] = self.office.desk(username, language=self.language, theme=self.theme)
        desk = self.desks[username]
        if path:
            desk.go(path)
        return desk.page

    def done(self) -> None:
        """Close every window."""
        for desk in self.desks.values():
            desk.close()

    def say(self, english: str, chinese: str) -> str:
        """Return the words of the language this story is told in."""
        return english if self.language == "en" else chinese


def press(page: Any, selector: str) -> None:
    """Click what leads to another page and wait for it."""
    with page.expect_navigation():
        page.click(selector)


def reach(page: Any, selector: str, *keys: str) -> None:
    """Go to a control by the tab key alone and press keys there."""
    for _ in range(250):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            break
        page.keyboard.press("Tab")
    else:
        raise AssertionError(f"{selector} cannot be reached by the tab key on {page.url}")
    for key in keys:
        page.keyboard.press(key)


def path_of(page: Any) -> str:
    """Return the address in view without the host and fragment."""
    return re.sub(r"^https?://[^/]+", "", page.url).split("#")[0]


def until(page: Any, holds: Any, *, seconds: float = SLOW / 1000, reload: bool = True) -> None:
    """Wait for background work: look again until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{page.url} did not come to it: {page.inner_text('main')[:1500]}"
        time.sleep(0.5)
        if reload:
            page.reload()


def ask_and_accept(story: Story) -> None:
    """Counsel asks through the form whose questions depend on the answers, gets a quote and accepts it."""
    page = story.at("counsel", "/")
    accessible(page, tall=True)
    press(page, "a[href='/catalogue/']")
    accessible(page)
    press(page, "a[href='/requests/new/document-review/']")
    accessible(page, tall=True)
    press(page, "button[name=submit]")
    assert page.locator("[data-problems]").count() == 1
    assert page.title().startswith(story.say("Error:", "错误"))
    accessible(page)
    fill_order(page, story.title)
    press(page, "button[name=submit]")
    assert re.fullmatch(rf"/(requests|quotes)/{ID}/", path_of(page)), page.url
    accessible(page, tall=True)
    if "/requests/" in page.url:
        press(page, "main a[href^='/quotes/']")
    accessible(page, tall=True)
    total = page.inner_text("tfoot")
    # 8 × 1.2 min, 8 second looks × 1.5 min and 1 repair × 5 min at 38; 90 min at 85; 1 GB at 35; 8 × 0.12.
    assert "180.31" in total, total
    press(page, "form[action$='/accept/'] button")
    found = re.search(rf"/matters/{ID}/", page.url) or re.search(rf"/matters/{ID}/", page.content())
    assert found, page.url
    story.matter = found.group(0)


def fill_order(page: Any, title: str) -> None:
    """Answer the questions; the one about personal data shows only when it concerns the asker."""
    page.fill("[name=title]", title)
    for value in ("review", "privilege_review", "production"):
        page.check(f"[name=work][value={value}]")
    page.fill("[name=documents]", str(DOCUMENTS))
    for value in ("en", "zh"):
        page.check(f"[name=languages][value={value}]")
    page.select_option("[name=jurisdiction]", "US-NY")
    basis = page.locator("[name=personal_basis]")
    page.select_option("[name=data_location]", "US") if page.locator("select[name=data_location]").count() else (
        page.check("[name=data_location][value=US]")
    )
    page.check("[name=data_class][value=personal]")
    assert basis.is_visible()
    page.check("[name=data_class][value=confidential]")
    assert not basis.is_visible()
    page.check("[name=privilege][value=screen]")
    page.fill("[name=counsel]", "Anna Whitfield")
    page.fill("[name=client_parties]", "Halden Marine Systems, Inc.")
    page.fill("[name=adverse_parties]", "Ningbo Haiyue Precision Machinery Co., Ltd.")
    page.check("[name=currency][value=USD]")
    page.fill("[name=budget]", "900")
    page.fill("[name=deadline_days]", "20")
    page.check("[name=consent][value=yes]")


def collect(story: Story) -> None:
    """Counsel uploads the folder; the accounting of the processing page adds up to every file."""
    page = story.at("counsel", story.matter)
    accessible(page, tall=True)
    press(page, f"a[href='{story.matter}collect/']")
    accessible(page)
    page.fill("[name=name]", "Haiyue folder")
    page.fill("[name=source_label]", "Client's file server")
    press(page, "main form.form button.primary")
    accessible(page)
    page.set_input_files("#folder", str(story.folder))
    page.click("form[data-upload] button")
    page.wait_for_function("n => document.querySelectorAll('main tbody tr').length === n", arg=FILES)
    accessible(page, tall=True)
    page.click("form[action$='/close/'] button")
    page.click("dialog[open] button.primary, dialog[open] button[value=yes]")
    page.wait_for_url("**/processing/")
    page = story.at("counsel", f"{story.matter}processing/")
    adds_up = story.say("Adds up", "核算平衡")
    until(page, lambda: adds_up in page.inner_text(".head") and not page.locator("[data-poll]").count())
    accessible(page, tall=True)
    shown = [int(word.replace(",", "")) for word in re.findall(r"\d[\d,]*", page.inner_text(".tiles"))]
    assert FILES in shown, page.inner_text(".tiles")
    for row in page.locator("main table").first.locator("tbody tr").all():
        figures = [each.inner_text() for each in row.locator("td.num").all()]
        assert len(figures) < 2 or not figures[0] or figures[0] == figures[1], figures


def repair(story: Story) -> None:
    """The manager opens the locked file with the password that the client gave."""
    page = story.at("manager", f"{story.matter}exceptions/")
    accessible(page, tall=True)
    assert page.locator("tbody tr").count() == 1
    page.check("tbody input[type=checkbox]")
    press(page, "button[data-act=retry]")
    accessible(page)
    page.fill("[name=passwords]", PASSWORD)
    press(page, "main form.form button.primary")
    page = story.at("manager", f"{story.matter}exceptions/")
    until(page, lambda: page.locator("tbody tr").count() == 0)
    accessible(page)
    page = story.at("manager", f"{story.matter}documents/")
    accessible(page, tall=True)
    assert page.locator("tbody tr").count() == DOCUMENTS
