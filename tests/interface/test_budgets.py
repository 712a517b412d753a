"""What a page weighs: the budgets of the design, in bytes, elements and queries."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from interface.conftest import INTERFACE

SCRIPTS = INTERFACE / "static/chancery/scripts"
STYLES = INTERFACE / "static/chancery/styles"


class Counter(HTMLParser):
    """Counts elements and collects what a strict content policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = 0
        self.refused: list[str] = []
        self.requests: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count one element."""
        self.elements += 1
        values = dict(attrs)
        self.refused += [name for name in values if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not values.get("src")):
            self.refused.append(tag)
        if tag == "script" or (tag == "link" and values.get("rel") == "stylesheet"):
            self.requests.append(values.get("src") or values.get("href") or "")


def counted(html: bytes) -> Counter:
    counter = Counter()
    counter.feed(html.decode())
    return counter


def weight(paths: list[Any]) -> tuple[int, int]:
    contents = [path.read_bytes() for path in paths]
    return sum(map(len, contents)), sum(len(gzip.compress(content)) for content in contents)


def test_style_sheets_of_the_whole_site() -> None:
    raw, packed = weight(sorted(STYLES.glob("*.css")))
    assert (raw <= 30_000, packed <= 8_000) == (True, True), (raw, packed)


@pytest.mark.parametrize("own", ["table.js", "desk.js"])
def test_scripts_of_a_page_with_the_palette_opened(own: str) -> None:
    raw, packed = weight([SCRIPTS / name for name in ("shell.js", "keys.js", "swap.js", "palette.js", own)])
    assert (raw <= 30_000, packed <= 10_000) == (True, True), (raw, packed)


def test_all_scripts_together() -> None:
    raw, _ = weight(sorted(SCRIPTS.glob("*.js")))
    assert raw <= 30_000


def test_scripts_run_under_a_strict_policy() -> None:
    text = "".join(path.read_text() for path in SCRIPTS.glob("*.js"))
    assert not re.search(r"\beval\(|new Function|\.style\b|setAttribute\(\"style", text)


@pytest.mark.django_db
def test_table_page_of_a_hundred_rows(gallery: Client, django_assert_num_queries: Any) -> None:
    gallery.get("/table/")
    with django_assert_num_queries(0):
        page = gallery.get("/table/").content
    found = counted(page)
    assert page.count(b"<tr") == 101
    assert len(page) <= 60_000
    assert len(gzip.compress(page)) <= 12_000
    assert found.elements <= 2_000
    assert found.refused == []
    assert len(found.requests) + 1 <= 6


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/gallery/", "/desk/ACME-100202/", "/table/?rows=0", "/error/429/"])
def test_other_pages(gallery: Client, address: str) -> None:
    page = gallery.get(address).content
    found = counted(page)
    assert len(page) <= 60_000
    assert found.elements <= 2_000
    assert found.refused == []
    assert len(found.requests) + 1 <= 6
