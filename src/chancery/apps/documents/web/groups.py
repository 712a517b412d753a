"""Threads and near-duplicates of a matter: one line a group, its members behind it."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from chancery.apps.documents import queries
from chancery.apps.documents.names import without_direction
from chancery.apps.documents.web.columns import called, short
from chancery.apps.documents.web.shared import actor_of, matter_bar
from chancery.interface.tables import Column, DateCell, Row, Table, TableState, TagCell, TextCell, View

THREADS: Final = {"several": "several", "all": "first"}
"""Views of the threads and what they ask of the first mail."""


@require_GET
def threads(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show the conversations of a matter: their mails, those that say all, those nobody delivered."""
    columns = [
        Column("number", gettext("First mail"), sortable=True),
        Column("title", gettext("Subject"), sortable=True, grow=True),
        Column("author", gettext("From"), sortable=True),
        Column("date", gettext("First"), sortable=True),
        Column("last", gettext("Last")),
        Column("members", gettext("Mails"), numeric=True),
        Column("to_read", gettext("To be read"), numeric=True),
        Column("missing", gettext("Missing"), numeric=True),
    ]
    missing = queries.missing_mails(actor=actor_of(request), matter_id=matter_id)
    return _page(request, matter_id, "threads", gettext("Threads"), columns, {"missing": missing[:100]})


@require_GET
def alike(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show the groups of near-duplicates of a matter, each round the document in its middle."""
    columns = [
        Column("number", gettext("In the middle"), sortable=True),
        Column("title", gettext("Subject or file"), sortable=True, grow=True),
        Column("author", gettext("From"), sortable=True),
        Column("date", gettext("Date"), sortable=True),
        Column("members", gettext("Documents"), numeric=True),
        Column("least", gettext("Least alike"), numeric=True),
    ]
    return _page(request, matter_id, "alike", gettext("Near-duplicates"), columns, {})


def _page(
    request: HttpRequest, matter_id: str, kind: str, caption: str, columns: list[Column], more: dict[str, object]
) -> HttpResponse:
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    views = THREADS if kind == "threads" else {}
    sortable = ("number", "title", "author", "date")
    state = TableState.read(
        path=request.path, query=request.GET, sortable=sortable, default_sort="number", views=tuple(views)
    )
    sort, descending = state.sort_keys()
    page = queries.document_page(
        actor=actor,
        matter_id=matter_id,
        words=state.words,
        filters={"thread": views[state.view]} if views else {"near": "middle"},
        sort=sort,
        descending=descending,
        after=state.after,
        before=state.before,
    )
    groups = queries.groups_of(actor=actor, matter_id=matter_id, kind=kind, rows=page.rows)
    table = Table(
        caption=caption,
        columns=columns,
        rows=[_row(row, groups.get(row.id), kind, matter_id) for row in page.rows],
        state=state,
        total=page.total,
        total_exact=page.total_exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        views=_views() if views else (),
        empty=gettext("Nothing was found"),
        empty_hint=gettext("Documents are compared in the background after every collection."),
    )
    context = {"table": table, "matter_bar": bar, "matter_id": matter_id, "title": caption, **more}
    return render(request, "documents/groups.html", context)


def _views() -> list[View]:
    return [View("several", gettext("More than one mail")), View("all", gettext("All"))]


def _row(row: queries.DocumentRow, group: queries.Group | None, kind: str, matter_id: str) -> Row:
    listed = reverse("documents:list", args=[matter_id])
    key = f"thread={row.thread}&kind=mail&copies=hidden" if kind == "threads" else f"near={row.id}"
    missing = group.missing if group else 0
    return Row(
        id=row.id,
        label=row.control_number,
        url=f"{listed}?{key}&cols=number,author,title,date,near,thread,status&sort=date",
        cells={
            "number": row.control_number,
            "title": TextCell(
                short(without_direction(row.title or row.name), 80), "zh-Hans" if row.language == "zh" else ""
            ),
            "author": short(called(row.author), 24),
            "date": DateCell(row.sort_date),
            "last": DateCell(group.last) if group else "",
            "members": group.members if group else 1,
            "to_read": group.to_read if group else "",
            "missing": TagCell(missing, "warn") if missing else "",
            "least": f"{(group.least or 1000) / 10:.0f} %" if group else "",
        },
    )
