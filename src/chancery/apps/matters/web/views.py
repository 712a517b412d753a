"""The list of matters."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from chancery.apps.matters import queries
from chancery.apps.matters.models import Matter
from chancery.interface.tables import (
    Choice,
    Column,
    DateCell,
    Filter,
    MoneyCell,
    Row,
    SortKey,
    Table,
    TableState,
    TagCell,
    View,
    count_up_to,
    page_of,
)

SORTABLE = {"number": "number", "title": "title", "opened": "opened_at"}


def _title(record: queries.MatterRecord) -> str:
    return record.title_zh if (get_language() or "").startswith("zh") and record.title_zh else record.title


def _client(record: queries.MatterRecord) -> str:
    chinese = (get_language() or "").startswith("zh") and record.tenant_name_zh
    return record.tenant_name_zh if chinese else record.tenant_name


def _row(record: queries.MatterRecord) -> Row:
    open_ = record.status == Matter.Status.OPEN
    return Row(
        id=record.id,
        label=record.number,
        url=reverse("workspace:matter", args=[record.id]),
        cells={
            "number": record.number,
            "title": _title(record),
            "client": _client(record),
            "attorney": record.responsible_attorney,
            "budget": MoneyCell(record.budget),
            "opened": DateCell(record.opened_at),
            "status": TagCell(Matter.Status(record.status).label, "ok" if open_ else ""),
        },
    )


def matter_list(request: HttpRequest) -> HttpResponse:
    """Show the matters the reader may see: open ones first, closed and all as further views."""
    state = TableState.read(
        path=request.path,
        query=request.GET,
        sortable=tuple(SORTABLE),
        default_sort="-opened",
        views=("open", "closed", "all"),
        filters=("client",),
    )
    found = queries.matters_found(
        actor=request.actor,  # type: ignore[attr-defined]
        text=state.words,
        status="" if state.view == "all" else state.view,
        tenant_id=state.filters.get("client", ""),
    )
    key, descending = state.sort_keys()
    page = page_of(found, sort=[SortKey(SORTABLE[key], descending)], after=state.after, before=state.before)
    total, exact = count_up_to(found)
    clients = queries.client_choices(actor=request.actor)  # type: ignore[attr-defined]
    table = Table(
        caption=gettext("Matters"),
        columns=[
            Column("number", gettext("Number"), sortable=True),
            Column("title", gettext("Title"), sortable=True, grow=True),
            Column("client", gettext("Client")),
            Column("attorney", gettext("Responsible attorney")),
            Column("budget", gettext("Budget"), numeric=True),
            Column("opened", gettext("Opened"), sortable=True),
            Column("status", gettext("Status")),
        ],
        rows=[_row(queries.record_of(row)) for row in page.rows],
        state=state,
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        views=[
            View("open", gettext("Open")),
            View("closed", gettext("Closed")),
            View("all", gettext("All")),
        ],
        filters=[Filter("client", gettext("Client"), [Choice(key, name) for key, name in clients])]
        if len(clients) > 1
        else [],
    )
    return render(request, "matters/list.html", {"table": table})
