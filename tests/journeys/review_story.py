"""Review, second look, production and sign-off of the main job in the browser."""

from __future__ import annotations

import re
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from journeys.people import accessible
from journeys.story import ID, REASON, Story, path_of, press, reach, until

FORM = "form[data-desk-form]"
POINTS = 5
DESCRIPTION = "Memo to outside counsel asking for advice on termination."


def open_batches(story: Story, level: int) -> list[tuple[str, str]]:
    """Return (holder, address) of the batches of a level that are not complete, as the control page names them."""
    page = story.at("manager", f"{story.matter}review/")
    found = []
    for row in page.locator("table").first.locator("tbody tr").all():
        words = row.inner_text()
        second = story.say("Second look", "第二人复核") in words or row.locator(".tag.accent").count() > 0
        done, size = map(int, re.search(r"(\d+) / (\d+)", words).groups())  # type: ignore[union-attr]
        if second == (level == 2) and done < size:
            href = row.locator("a[href^='/review/batches/']").first.get_attribute("href")
            found.append((story.office.house.username_of(words), str(href)))
    return found


def review(story: Story) -> int:
    """Reviewers code every document by keys; privilege needs its description first. Returns how many."""
    page = story.at("manager", f"{story.matter}review/")
    until(page, lambda: page.locator("a[href^='/review/batches/']").count() >= 2)
    accessible(page, tall=True)
    coded = 0
    for holder, href in open_batches(story, 1):
        page = story.at(holder, "/")
        accessible(page)
        story.at(holder, href)
        accessible(page, tall=True)
        while path_of(page).startswith("/review/batches/"):
            privileged = "memo to counsel" in page.inner_text(".desk-view dl.facts")
            code(page, privileged=privileged, check=coded == 0)
            coded += 1
    return coded


def code(page: Any, *, privileged: bool, check: bool = False, responsive: bool = True) -> None:
    """Decide on the document in view by keys and wait for the next one, or for the end of the batch."""
    before = page.get_attribute("#desk", "data-document")
    page.locator(".desk-view").focus()
    page.keyboard.press("1" if responsive else "2")
    page.keyboard.press("4" if privileged else "3")
    if privileged:
        page.keyboard.press("Shift+Enter")
        page.wait_for_selector(f"{FORM} [aria-invalid=true]")
        assert page.get_attribute("#desk", "data-document") == before
        assert page.is_checked("[name=privilege][value=AC]")
        accessible(page)
        reach(page, "[name=description]")
        page.keyboard.type(DESCRIPTION)
        reach(page, "[data-desk-form] button.primary")
    elif check:
        assert page.is_checked("[name=privilege][value=none]")
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(
        """before => {
            const desk = document.querySelector("#desk");
            const form = document.querySelector("[data-desk-form]");
            return !desk || (desk.dataset.document !== before && !form.inert);
        }""",
        arg=before,
    )
    page.wait_for_load_state()


def second_look(story: Story) -> int:
    """Other reviewers look again without seeing the first decision; one differs, the manager settles it."""
    page = story.at("manager", f"{story.matter}review/")
    if page.locator("form[action$='/second-look/']").count():
        press(page, "form[action$='/second-look/'] button")
    looked = 0
    for holder, href in open_batches(story, 2):
        page = story.at(holder, href)
        accessible(page)
        while path_of(page).startswith("/review/batches/"):
            assert DESCRIPTION not in page.content()
            privileged = "memo to counsel" in page.inner_text(".desk-view dl.facts")
            differs = "minutes" in page.inner_text(".desk-view dl.facts")
            code(page, privileged=privileged, responsive=not differs)
            looked += 1
    page = story.at("manager", f"{story.matter}review/")
    accessible(page, tall=True)
    press(page, "main a[href^='/samples/']")
    accessible(page, tall=True)
    for settle in page.locator("main details:has([name$=-keep]) > summary").all():
        settle.click()
        page.check("main details[open] [name$=-keep][value=first]")
        page.fill("main details[open] [name$=-reason]", "The minutes record the delay that the claim rests on.")
        press(page, "main details[open] button.primary")
    assert page.locator("main details:has([name$=-keep])").count() == 0
    accessible(page)
    return looked


def prepare(story: Story) -> None:
    """The manager prepares the volume, ticks every point and asks for the sign-off."""
    page = story.at("manager", f"{story.matter}productions/")
    accessible(page, tall=True)
    if not story.production:
        page.locator("main details > summary").first.click()
        press(page, "main details[open] form[action$='/prepare/'] button.primary")
        assert re.fullmatch(rf"/productions/{ID}/", path_of(page)), page.inner_text("main")[:800]
        story.production = path_of(page)
    else:
        page = story.at("manager", story.production)
        press(page, "form[action$='/prepare/'] button")
        story.production = path_of(page)
    accessible(page, tall=True)
    for _ in range(POINTS):
        form = page.locator("form[action*='/tick/']:has(button:not([name=untick]))").first
        if form.locator("[name$=evidence]").count():
            form.locator("[name$=evidence]").fill("Protocol of 2 March, exceptions list attached")
        with page.expect_navigation():
            form.locator("button:not([name=untick])").click()
    assert page.locator("form[action*='/tick/'] button:not([name=untick])").count() == 0
    accessible(page, tall=True)
    press(page, "form[action$='/submit/'] button")
    accessible(page)


def refuse(story: Story) -> None:
    """The attorney sends the volume back with reasons."""
    page = story.at("attorney", "/")
    accessible(page, tall=True)
    press(page, f"main a[href^='/sign-offs/']:has-text('{story.title}')")
    accessible(page, tall=True)
    page.locator("main details > summary").last.click()
    page.fill("main details[open] textarea", REASON)
    press(page, "form[action$='/refuse/'] button")
    assert REASON in page.inner_text("main")
    accessible(page)
    page = story.at("manager", story.production)
    assert REASON in page.inner_text("main")
    accessible(page)


def sign(story: Story) -> None:
    """The attorney signs exactly what was prepared; the volume is written in the background."""
    page = story.at("attorney", "/")
    press(page, f"main a[href^='/sign-offs/']:has-text('{story.title}')")
    reach(page, "form[action$='/sign/'] button", "Enter")
    page.wait_for_selector("dialog[open]")
    reach(page, "dialog[open] button[value=no]", "Enter")
    assert page.evaluate("document.activeElement.matches(\"form[action$='/sign/'] button\")")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    with page.expect_navigation():
        reach(page, "dialog[open] button[value=yes]", "Enter")
    accessible(page, tall=True)
    page = story.at("manager", story.production)
    delivered = story.say("Delivered", "已交付")
    until(page, lambda: delivered in page.inner_text(".head"))
    accessible(page, tall=True)


def download(story: Story, folder: Path) -> dict[str, bytes]:
    """Counsel takes the volume by an expiring link and checks every file against its manifest."""
    page = story.at("counsel", story.production)
    accessible(page, tall=True)
    with page.expect_download() as waiting:
        page.click("form[action$='/link/'] button.primary")
    path = folder / "volume.zip"
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as volume:
        assert volume.testzip() is None
        files = {name: volume.read(name) for name in volume.namelist() if not name.endswith("/")}
    manifest = next(name for name in files if name.endswith("manifest.sha256"))
    top = manifest.removesuffix("manifest.sha256")
    lines = files[manifest].decode().splitlines()
    assert len(lines) == len([name for name in files if name != manifest and "privilege-log" not in name])
    for line in lines:
        expected, name = line.split(maxsplit=1)
        assert sha256(files[top + name.lstrip("*")]).hexdigest() == expected, name
    return files
