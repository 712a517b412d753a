"""Paging by keys against a full sort made by Python."""

from __future__ import annotations

import base64
import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models

from chancery.interface.tables import SortKey, count_up_to, page_of


class Sheet(models.Model):
    """A record with values that repeat and values that are missing."""

    name = models.CharField(max_length=20)
    pages = models.IntegerField(db_index=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    sent = models.DateTimeField(null=True, db_index=True)

    class Meta:
        app_label = "interface"
        managed = False
        db_table = "interface_sheet"


START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def sheets(transactional_db: None) -> Iterator[Callable[[int], None]]:
    with connection.schema_editor() as editor:
        editor.create_model(Sheet)
    dice = random.Random(7)

    def make(count: int) -> None:
        Sheet.objects.bulk_create(
            [
                Sheet(
                    name=f"n{dice.randrange(40):02d}",
                    pages=dice.randrange(12),
                    amount=None if dice.random() < 0.2 else Decimal(dice.randrange(500)) / 4,
                    sent=None if dice.random() < 0.2 else START + timedelta(microseconds=dice.randrange(50) * 1001),
                )
                for _ in range(count)
            ],
            batch_size=5_000,
        )

    yield make
    with connection.schema_editor() as editor:
        editor.delete_model(Sheet)


def expected(rows: list[Sheet], sort: list[SortKey]) -> list[int]:
    """Sort by Python: stable, from the last key to the first, empty values last both ways."""
    ordered = sorted(rows, key=lambda row: row.pk, reverse=sort[-1].descending if sort else False)
    for key in reversed(sort):
        full = [row for row in ordered if getattr(row, key.field) is not None]
        empty = [row for row in ordered if getattr(row, key.field) is None]
        full.sort(key=lambda row: getattr(row, key.field), reverse=key.descending)
        ordered = full + empty
    return [row.pk for row in ordered]


SORTS = [
    [],
    [SortKey("pages")],
    [SortKey("pages", descending=True)],
    [SortKey("sent", nullable=True)],
    [SortKey("sent", descending=True, nullable=True)],
    [SortKey("amount", nullable=True), SortKey("pages", descending=True)],
    [SortKey("name"), SortKey("amount", descending=True, nullable=True), SortKey("sent", nullable=True)],
]


@pytest.mark.parametrize("sort", SORTS, ids=str)
def test_walking_forwards_and_back_shows_every_row_once(sheets: Callable[[int], None], sort: list[SortKey]) -> None:
    sheets(307)
    wanted = expected(list(Sheet.objects.all()), sort)
    walked, pages, after = [], [], ""
    while True:
        page = page_of(Sheet.objects.all(), sort=sort, after=after, size=50)
        pages.append([row.pk for row in page.rows])
        walked += pages[-1]
        assert bool(page.previous_cursor) == (len(pages) > 1)
        after = page.next_cursor
        if not after:
            break
    assert walked == wanted
    assert [len(each) for each in pages] == [50] * 6 + [7]
    before = page.previous_cursor
    for each in reversed(pages[:-1]):
        page = page_of(Sheet.objects.all(), sort=sort, before=before, size=50)
        assert [row.pk for row in page.rows] == each
        assert page.next_cursor
        before = page.previous_cursor
    assert before == ""


def test_a_row_added_before_does_not_shift_the_next_page(sheets: Callable[[int], None]) -> None:
    sheets(120)
    sort = [SortKey("pages")]
    first = page_of(Sheet.objects.all(), sort=sort, size=50)
    wanted = expected(list(Sheet.objects.all()), sort)[50:100]
    Sheet.objects.create(name="early", pages=-1)
    second = page_of(Sheet.objects.all(), sort=sort, after=first.next_cursor, size=50)
    assert [row.pk for row in second.rows] == wanted


def test_records_of_values_page_too(sheets: Callable[[int], None]) -> None:
    sheets(60)
    sort = [SortKey("sent", descending=True, nullable=True)]
    wanted = expected(list(Sheet.objects.all()), sort)
    first = page_of(Sheet.objects.values("id", "name"), sort=sort, size=40)
    second = page_of(Sheet.objects.values("id", "name"), sort=sort, after=first.next_cursor, size=40)
    assert [row["id"] for row in first.rows + second.rows] == wanted


def forged(shape: str, values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([shape, values]).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "rubbish",
        "é",
        "bnVsbA",
        forged("pages,pk", ["x", 1]),
        forged("pages,pk", [[1], 1]),
        forged("pages,pk", [None, 1]),
        forged("pages,pk", [1]),
        forged("name,pk", ["n01", 1]),
        forged("pages,pk", [True, {}]),
    ],
)
def test_a_cursor_that_cannot_be_read_gives_the_first_page(sheets: Callable[[int], None], cursor: str) -> None:
    sheets(20)
    sort = [SortKey("pages")]
    page = page_of(Sheet.objects.all(), sort=sort, after=cursor, size=10)
    assert [row.pk for row in page.rows] == expected(list(Sheet.objects.all()), sort)[:10]
    assert page.previous_cursor == ""


def test_a_page_costs_one_query_and_little_time_among_a_hundred_thousand(
    sheets: Callable[[int], None], django_assert_num_queries: Any
) -> None:
    sheets(100_000)
    for sort in ([SortKey("pages", descending=True)], [SortKey("sent", descending=True, nullable=True)]):
        after = ""
        for _ in range(3):
            with django_assert_num_queries(1):
                page = page_of(Sheet.objects.all(), sort=sort, after=after, size=100)
            assert len(page.rows) == 100
            after = page.next_cursor
        deep = expected(list(Sheet.objects.only("pk", sort[0].field)), sort)[90_000]
        row = Sheet.objects.get(pk=deep)
        value = getattr(row, sort[0].field)
        cursor = forged(f"-{sort[0].field},-pk", [value.isoformat() if hasattr(value, "isoformat") else value, deep])
        started = time.perf_counter()
        page = page_of(Sheet.objects.all(), sort=sort, after=cursor, size=100)
        seconds = time.perf_counter() - started
        assert len(page.rows) == 100
        assert seconds < 0.5, seconds
        print(f"{sort[0].field}: page after row 90,000 in {seconds * 1000:.1f} ms")


def test_counting_stops_at_the_ceiling(sheets: Callable[[int], None]) -> None:
    sheets(30)
    assert count_up_to(Sheet.objects.all(), ceiling=29) == (29, False)
    assert count_up_to(Sheet.objects.all(), ceiling=30) == (30, True)


def test_a_page_size_is_limited(sheets: Callable[[int], None]) -> None:
    with pytest.raises(ValueError, match="1 to 500"):
        page_of(Sheet.objects.all(), size=0)
