"""The invoice, the record and the administrator's pages of the main job in the browser."""

from __future__ import annotations

import re
from pathlib import Path

from journeys.people import accessible
from journeys.story import ID, Story, path_of, press, until


def query_line(story: Story) -> None:
    """Counsel opens the invoice that waits and asks about a line."""
    page = story.at("counsel", "/")
    invoices = f"main a[href^='/invoices/']:has-text('{story.title}')"
    until(page, lambda: page.locator(invoices).count() > 0)
    accessible(page, tall=True)
    press(page, invoices)
    story.invoice = path_of(page)
    accessible(page, tall=True)
    press(page, "tbody a[href*='/lines/']")
    accessible(page, tall=True)
    page.fill("[name$=text]", "Was the copy of the delivery note reviewed twice?")
    press(page, "form[action$='/query/'] button.primary")
    accessible(page)


def answer_and_pay(story: Story) -> str:
    """The manager takes something off the line, counsel approves and marks paid. Returns the total as shown."""
    page = story.at("manager", story.invoice)
    accessible(page, tall=True)
    press(page, ".notice a[href*='/lines/']")
    page.fill("[name$=answer]", "It was not; the second look is taken off as a courtesy.")
    page.fill("[name$=reduction]", "0.50")
    press(page, "form[action*='/answer/'] button.primary")
    accessible(page)
    return approve_and_pay(story)


def approve_and_pay(story: Story) -> str:
    """Counsel sees what was taken off, approves and marks paid. Returns the total as shown."""
    page = story.at("counsel", story.invoice)
    total = page.locator("tfoot tr").last.inner_text()
    shown = page.inner_text("table")
    assert shown.count("−USD 0.50") == 2, shown
    assert "USD 35.72" in shown, shown  # 1 GB at 35.00 and 6 documents at 0.12
    accessible(page)
    press(page, "form[action$='/approve/'] button")
    accessible(page)
    page.fill("[name$=reference]", "Wire 20261124-77")
    press(page, "form[action$='/pay/'] button")
    assert story.say("Paid", "已付款") in page.inner_text(".head")
    accessible(page, tall=True)
    return re.sub(r"\s+", " ", total)


def keep_record(story: Story, folder: Path) -> Path:
    """Counsel exports the record with its signed head."""
    page = story.at("counsel", f"{story.matter}record/")
    accessible(page, tall=True)
    words = page.inner_text("main")
    assert not re.search(rf"\b{ID}\b", words), re.search(rf".*\b{ID}\b.*", words)
    with page.expect_download() as waiting:
        page.click("form[action$='/record/export/'] button")
    path = folder / "record.jsonl"
    waiting.value.save_as(path)
    return path


def administer(story: Story) -> None:
    """The administrator looks at people, one person, walls and the lists."""
    page = story.at("administrator", "/")
    accessible(page)
    for path in ("/people/", "/walls/", "/matters/"):
        if page.locator(f".nav a[href='{path}']").count():
            press(page, f".nav a[href='{path}']")
            accessible(page, tall=True)
    story.at("administrator", "/people/")
    press(page, "tbody a[href^='/people/']")
    accessible(page, tall=True)
