"""The privilege log of a production: as a table and as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext

from chancery.apps.matters.queries import matter
from chancery.apps.production import queries
from chancery.apps.production.actions.logs import take_log
from chancery.apps.production.queries import PlaceRecord
from chancery.apps.production.web.asking import actor_of, address, bar_of
from chancery.interface.tables import (
    Choice,
    Column,
    DateCell,
    Filter,
    Row,
    SortKey,
    Table,
    TableState,
    TagCell,
    TextCell,
    count_up_to,
    page_of,
)


def log(request: HttpRequest, production_id: str) -> HttpResponse:
    """Show the documents withheld as privileged, in the order of the volume."""
    actor = actor_of(request)
    record = queries.production(actor=actor, production_id=production_id)
    found_matter = matter(actor=actor, matter_id=record.matter_id)
    state = TableState.read(
        path=request.path, query=request.GET, sortable=("position",), default_sort="position", filters=("basis",)
    )
    found = queries.places_found(actor=actor, production_id=production_id, withheld=True)
    if state.words:
        found = found.filter(description__icontains=state.words)
    if state.filters.get("basis"):
        found = found.filter(privilege=state.filters["basis"])
    _key, descending = state.sort_keys()
    page = page_of(found, sort=[SortKey("position", descending)], after=state.after, before=state.before)
    total, exact = count_up_to(found)
    records = queries.place_records(actor=actor, rows=page.rows)
    table = Table(
        caption=gettext("Privilege log"),
        columns=[
            Column("number", gettext("Document")),
            Column("bates", gettext("Slip sheet")),
            Column("basis", gettext("Basis")),
            Column("date", gettext("Date")),
            Column("author", gettext("Author")),
            Column("people", gettext("Sent between")),
            Column("description", gettext("Description"), grow=True),
            Column("custodian", gettext("Custodian")),
        ],
        rows=[_row(item) for item in records],
        state=state,
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        filters=[Filter("basis", gettext("Basis"), [Choice(key, word) for key, word in _bases().items()])],
        empty=gettext("Nothing is withheld"),
        empty_hint=gettext("No document of this production is claimed as privileged."),
    )
    context = {"record": record, "matter_bar": bar_of(found_matter), "table": table}
    return render(request, "production/log.html", context)


def _bases() -> dict[str, str]:
    return {"AC": gettext("Attorney–client"), "WP": gettext("Work product")}


def _row(record: PlaceRecord) -> Row:
    return Row(
        id=record.document_id,
        label=record.number,
        url=address("documents:viewer", record.document_id),
        cells={
            "number": record.number,
            "bates": record.begin or ("–" if record.in_volume else gettext("none: family withheld")),
            "basis": TagCell(_bases().get(record.privilege, record.privilege), "privilege"),
            "date": DateCell(record.date.date() if record.date else None),
            "author": record.author,
            "people": record.people,
            "description": TextCell(record.description or "–"),
            "custodian": record.custodian,
        },
    )


def log_file(request: HttpRequest, production_id: str) -> HttpResponse:
    """Hand out the privilege log as CSV; the record says who took it."""
    actor = actor_of(request)
    name, data = take_log(actor=actor, production_id=production_id, at=timezone.now())
    answer = HttpResponse(data, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
