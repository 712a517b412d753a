"""People at their browsers: signing in, language and theme, and the accessibility check on the page in view."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from interface.browser import AXE, TAGS
from journeys.house import House

NORMAL = {"width": 1280, "height": 800}
TALL = {"width": 1280, "height": 6000}
# A colour on its way (a button's, for a tenth of a second after the theme is known) is no colour of the page.
SETTLED = "() => Promise.allSettled(document.getAnimations().map(one => one.finished)).then(all => all.length)"
SLOW = 30_000


@dataclass
class Desk:
    """The browser of one person: signed in, in a language and a theme. faults: what the checker found."""

    house: House
    username: str
    context: Any
    page: Any

    def go(self, path: str) -> None:
        """Open an address of this home."""
        self.page.goto(path if path.startswith("http") else self.house.address + path)

    def close(self) -> None:
        """Close the browser window."""
        self.context.close()


@dataclass
class Office:
    """One browser for everybody; each person signs in once and keeps the session."""

    house: House
    browser: Any
    sessions: dict[str, Any] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)

    def desk(self, username: str, *, language: str = "en", theme: str = "light", **options: Any) -> Desk:
        """Return a window in which a person works in a language and a theme."""
        context = self.browser.new_context(
            viewport=options.pop("viewport", NORMAL),
            color_scheme=theme,
            storage_state=self.sessions.get(username),
            accept_downloads=True,
            **options,
        )
        context.set_default_timeout(SLOW)
        page = context.new_page()
        desk = Desk(self.house, username, context, page)
        if username not in self.sessions:
            desk.go(f"/sign-in/{self.house.links[username]}/")
            page.wait_for_selector("h1")
            self.sessions[username] = context.storage_state()
        if self.languages.get(username, "") != language:
            self._speak(desk, language)
        return desk

    def _speak(self, desk: Desk, language: str) -> None:
        """Keep the language a person reads in, through the account menu's own form."""
        desk.go("/help/")
        desk.page.evaluate(
            """async (language) => {
                const body = new URLSearchParams({language, next: "/help/"});
                const token = document.body.dataset.csrf;
                await fetch("/preferences/", {method: "POST", body, headers: {"X-CSRFToken": token}});
            }""",
            language,
        )
        desk.page.reload()
        wanted = {"en": "en", "zh-hans": "zh-Hans"}[language]
        found = desk.page.get_attribute("html", "lang")
        assert found.lower() == wanted.lower(), found
        self.languages[desk.username] = language


def accessible(page: Any, *, tall: bool = False) -> None:
    """Refuse a page with a violation of the rules, also when nothing is hidden in a scrolling pane."""
    for size in (NORMAL, TALL) if tall else (None,):
        if size is not None:
            page.set_viewport_size(size)
        page.evaluate(AXE)
        page.evaluate(SETTLED)
        found = page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
        shown = [f"{each['id']}: {[node['html'][:160] for node in each['nodes'][:3]]}" for each in found["violations"]]
        assert not shown, f"{page.url} at {size}: {shown}"
    if tall:
        page.set_viewport_size(NORMAL)
