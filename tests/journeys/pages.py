"""Where the ten main pages of a served home are, found by clicking as people do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from journeys.people import Desk, Office


@dataclass(frozen=True)
class Place:
    """One main page: who looks at it and where it is."""

    name: str
    username: str
    path: str


def links(page: Any, pattern: str) -> list[str]:
    """Return the addresses on the page in view that fit a pattern, in their order."""
    every = page.eval_on_selector_all("a[href]", "found => found.map(one => one.getAttribute('href'))")
    return [one for one in dict.fromkeys(every) if re.fullmatch(pattern, one.split("#")[0])]


def first(desk: Desk, path: str, pattern: str) -> str:
    """Return the first address on a page that fits."""
    desk.go(path)
    found = links(desk.page, pattern)
    assert found, f"no link like {pattern} on {path}"
    return found[0]


def main_pages(office: Office) -> list[Place]:
    """Return the ten main pages of the first delivered matter, and of the batch that is still in review."""
    counsel, manager = office.desk("counsel"), office.desk("manager")
    number = r"[0-9A-Za-z]+"
    counsel.go("/matters/")
    matter = first(counsel, "/matters/?sort=number", rf"/matters/{number}/")
    production = first(counsel, f"{matter}productions/", rf"/productions/{number}/")
    invoice = first(counsel, "/invoices/", rf"/invoices/{number}/")
    request = first(counsel, "/requests/", rf"/requests/{number}/")
    quote = first(counsel, request, rf"/quotes/{number}/")
    counsel.close()
    waiting: list[tuple[bool, int, int, str, str]] = []
    exceptions = f"{matter}exceptions/"
    manager.go("/matters/")
    for other in links(manager.page, rf"/matters/{number}/"):
        manager.go(f"{other}review/")
        for row in manager.page.query_selector_all("table tbody tr"):
            link, words = row.query_selector("a[href^='/review/batches/']"), row.inner_text()
            who = [name for name, both in office.house.names.items() if both[0] in words]
            figures = re.search(r"\b(\d+) / (\d+)\b", words)
            if link and who and figures and int(figures[1]) < int(figures[2]):
                first_level = row.query_selector(".tag.accent") is None
                waiting.append((first_level, int(figures[1]), int(figures[2]), str(link.get_attribute("href")), who[0]))
    *_, desk, holder = max(waiting)
    manager.close()
    return [
        Place("my-work", "counsel", "/"),
        Place("request", "counsel", "/requests/new/document-review/"),
        Place("quote", "counsel", quote),
        Place("matter", "manager", matter),
        Place("documents", "manager", f"{matter}documents/"),
        Place("exceptions", "manager", exceptions),
        Place("review-desk", holder, desk),
        Place("production", "manager", production),
        Place("invoice", "counsel", invoice),
        Place("record", "manager", f"{matter}record/"),
    ]
