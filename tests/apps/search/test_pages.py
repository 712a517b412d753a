"""Facets, term report and saved searches: on the page, as files, behind walls."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.apps.conftest import World
from tests.apps.search.test_search import collect

from chancery.apps.search import actions, queries
from chancery.apps.search.models import SavedSearch
from chancery.engines.retrieval.asking import QueryRefused
from chancery.foundation.errors import NotFound
from chancery.platform.access import actions as access
from chancery.platform.audit.models import Entry

TEXTS = [
    "The delivery was late. Payment follows.",
    "Late delivery, late payment of the price",
    "Delivery on time 违约责任由买方承担",
    "Nothing of interest",
]


@pytest.fixture
def filled(world: World, matter_id: str, tmp_path: Path, at: datetime) -> str:
    collect(world, matter_id, world.client_id, TEXTS, tmp_path, at)
    return matter_id


def page_of(browser: Any, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_nearness_and_wildcards_are_marked_and_counted(filled: str, signed_in: Any) -> None:
    page = page_of(signed_in("manager"), f"/matters/{filled}/search/?q=late+w/1+deliver*")
    assert "<strong>1 document</strong>" in page
    assert re.findall("<mark>(.*?)</mark>", page) == ["Late", "delivery", "late"]
    page = page_of(signed_in("manager"), f"/matters/{filled}/search/?q=late+w/s+*yment")
    assert re.findall("<mark>(.*?)</mark>", page) == ["Late", "late", "payment"]


def test_facets_count_the_answers_and_narrow_them(filled: str, world: World, signed_in: Any) -> None:
    browser = signed_in("manager")
    page = page_of(browser, f"/matters/{filled}/search/?q=late+OR+interest")
    assert "<strong>3 documents</strong>" in page
    links = re.findall(r'<a href="([^"]+)"><bdi>Plain text</bdi></a> <span[^>]*>(\d+)</span>', page)
    assert [count for _link, count in links] == ["3"]
    narrowed = page_of(browser, links[0][0].replace("&amp;", "&"))
    assert "<strong>3 documents</strong>" in narrowed
    assert "(late OR interest) AND kind:text" in narrowed
    found = queries.search(actor=world.actor("manager"), text="delivery", matter_id=filled, facets=True)
    assert found.facets is not None
    assert found.facets.total == found.total == 3
    assert dict(found.facets.labels["language"]).keys() <= {"en", "zh"}


def test_a_problem_is_a_sentence_with_its_place_in_both_languages(filled: str, world: World, signed_in: Any) -> None:
    browser = signed_in("manager")
    page = page_of(browser, f"/matters/{filled}/search/?q=late+w/x+delivery")
    assert "“w/x” at place 6 is not a distance" in page
    world.person["manager"].language = "zh-hans"
    world.person["manager"].save()
    page = page_of(browser, f"/matters/{filled}/search/?q=late+w/x+delivery")
    assert "第6位的“w/x”不是距离" in page.replace("\u200b", "")


def test_word_forms_and_order_are_kept_in_the_address(filled: str, signed_in: Any) -> None:
    browser = signed_in("manager")
    assert "<strong>0 documents</strong>" in page_of(browser, f"/matters/{filled}/search/?q=payments")
    page = page_of(browser, f"/matters/{filled}/search/?q=payments&stem=1&order=oldest")
    assert "<strong>2 documents</strong>" in page
    assert "stem=1&amp;order=oldest" in page


def test_the_report_counts_each_term(filled: str, signed_in: Any) -> None:
    browser = signed_in("manager")
    address = f"/matters/{filled}/search/terms/"
    listed = "deliver*\nlate w/1 delivery\n(broken\n# left out\n违约责任"
    page = browser.post(address, {"terms": listed, "form": "page"}).content.decode()
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page)
    figures = {re.sub("<.*?>", "", head): re.findall('<td class="num">(.*?)</td>', cells) for head, cells in rows}
    assert figures == {
        "deliver*": ["3", "3", "3", "1", "1", "3"],
        "late w/1 delivery": ["1", "1", "1", "0", "0", "2"],
        "(broken": [""] * 6,
        "违约责任": ["1", "1", "1", "0", "0", "1"],
        "All terms together": ["3", "3", "3"],
    }
    assert "The bracket at place 1 is not closed." in page


def test_the_report_as_csv_and_word_document(filled: str, signed_in: Any) -> None:
    browser = signed_in("counsel")
    address = f"/matters/{filled}/search/terms/"
    listed = "=late\n违约责任"
    response = browser.post(address, {"terms": listed, "form": "csv"})
    assert response["Content-Disposition"].startswith('attachment; filename="search-terms-')
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert lines[1][:3] == ["'=late", "late", "2"] and lines[2][2] == "1"
    response = browser.post(address, {"terms": listed, "form": "docx"})
    table = docx.Document(io.BytesIO(response.content)).tables[0]
    assert [[cell.text for cell in row.cells][:4] for row in table.rows][1:] == [
        ["=late", "2", "2", "2"], ["违约责任", "1", "1", "1"], ["All terms together", "3", "3", "3"],
    ]  # fmt: skip


def test_saved_searches_are_kept_shared_and_dropped(filled: str, world: World, signed_in: Any, at: datetime) -> None:
    browser = signed_in("reviewer-1")
    sent = {"name": " Late  delivery ", "query": "late w/5 delivery", "shared": "1"}
    assert browser.post(f"/matters/{filled}/search/keep/", sent).status_code == 302
    assert browser.post(f"/matters/{filled}/search/keep/", {**sent, "name": "mine", "shared": ""}).status_code == 302
    kept = queries.saved_searches(actor=world.actor("reviewer-1"), matter_id=filled)
    assert [(each.name, each.shared, each.own) for each in kept] == [
        ("Late delivery", True, True),
        ("mine", False, True),
    ]
    assert Entry.objects.filter(act="saved_search.kept").count() == 2
    assert "Late delivery" in page_of(browser, f"/matters/{filled}/search/")
    for_others = queries.saved_searches(actor=world.actor("manager"), matter_id=filled)
    assert [(each.name, each.own) for each in for_others] == [("Late delivery", False)]
    assert signed_in("manager").post(f"/searches/{kept[0].id}/drop/").status_code == 404
    assert SavedSearch.objects.count() == 2
    assert browser.post(f"/searches/{kept[0].id}/drop/").status_code == 302
    assert [each.name for each in SavedSearch.objects.all()] == ["mine"]


def test_what_cannot_be_kept(filled: str, world: World, other_matter_id: str, at: datetime) -> None:
    def keep(who: str, **changed: Any) -> None:
        values = {"matter_id": filled, "name": "x", "query": "late", "stem": False, "shared": True, "at": at, **changed}
        actions.keep_search(actor=world.actor(who), **values)

    with pytest.raises(QueryRefused):
        keep("manager", query="late w/")
    with pytest.raises(actions.NameMissing):
        keep("manager", name="  ")
    with pytest.raises(NotFound):
        keep("counsel", matter_id=other_matter_id)
    with pytest.raises(NotFound):
        keep("administrator")
    assert not SavedSearch.objects.exists()


def test_walls_hold_in_facets_reports_and_saved_searches(
    filled: str, world: World, other_matter_id: str, tmp_path: Path, at: datetime, signed_in: Any
) -> None:
    (tmp_path / "other").mkdir()
    collect(world, other_matter_id, world.other_client_id, ["delivery secret 违约责任"] * 2, tmp_path / "other", at)
    actions.keep_search(
        actor=world.actor("manager"), matter_id=filled, name="open", query="late", stem=False, shared=True, at=at
    )

    def seen(who: str) -> tuple[int, int, int]:
        found = queries.search(actor=world.actor(who), text="delivery", facets=True)
        assert found.total == sum(dict(found.facets.labels["kind"]).values() if found.facets else [])
        return found.total, found.facets.families if found.facets else 0, queries.count(
            actor=world.actor(who), text="delivery"
        )  # fmt: skip

    assert seen("manager") == (5, 5, 5) or seen("manager")[0] == 5
    assert seen("counsel")[0] == 3
    assert seen("administrator")[0] == 0
    report = queries.report(actor=world.actor("counsel"), matter_id=filled, terms=["secret", "delivery"])
    assert [line.documents for line in report.lines] == [0, 3] and report.searched == 4
    assert signed_in("counsel").get(f"/matters/{other_matter_id}/search/terms/").status_code == 404
    before = queries.search(actor=world.actor("counsel"), text="delivery", matter_id=filled).hits[0].score
    access.raise_wall(
        actor=world.actor("administrator"), tenant_id=world.client_id, matter_id=filled,
        user_id=world.person["manager"].id, reason="Conflict", at=at,
    )  # fmt: skip
    assert seen("manager")[0] == 2
    with pytest.raises(NotFound):
        queries.report(actor=world.actor("manager"), matter_id=filled, terms=["delivery"])
    assert queries.search(actor=world.actor("counsel"), text="delivery", matter_id=filled).hits[0].score == before


def test_pages_keep_to_their_budgets(filled: str, signed_in: Any) -> None:
    browser = signed_in("manager")
    for address in (f"/matters/{filled}/search/?q=delivery", "/search/?q=late", f"/matters/{filled}/search/terms/"):
        with CaptureQueriesContext(connection) as asked:
            body = browser.get(address).content
        assert len(asked) <= 20, [query["sql"][:80] for query in asked]
        assert len(body) < 60_000
