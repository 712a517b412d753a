"""The inventory of a matter: every file received with its hashes, and the chain of custody as a file."""

from __future__ import annotations

import shutil

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from chancery.apps.documents import actions, queries
from chancery.apps.documents.names import without_direction
from chancery.apps.documents.web.columns import short, short_path
from chancery.apps.documents.web.shared import actor_of, matter_bar, said
from chancery.apps.documents.web.words import INPUT_STATES
from chancery.interface.tables import Choice, Column, DateCell, Filter, HashCell, Row, Table, TableState, TextCell
from chancery.interface.words import bytes_words


@require_GET
def inventory(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show every file as it was received."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    state = TableState.read(
        path=request.path,
        query=request.GET,
        sortable=("path", "size", "received", "custodian"),
        default_sort="received",
        filters=("collection", "custodian", "state"),
    )
    sort, descending = state.sort_keys()
    page = queries.inventory_page(
        actor=actor, matter_id=matter_id, words=state.words, filters=state.filters, sort=sort, descending=descending,
        after=state.after, before=state.before,
    )  # fmt: skip
    offered = queries.all_choices(actor=actor, matter_id=matter_id)
    collections = [Choice(each.id, each.name) for each in queries.collections(actor=actor, matter_id=matter_id)[:60]]
    custodians = [Choice(each.value, each.value) for each in offered.get("custodian", [])]
    table = Table(
        caption=gettext("Files received"),
        columns=_columns(),
        rows=[_row(row, page.documents.get(row.id, 0), matter_id) for row in page.rows],
        state=state,
        total=page.total,
        total_exact=page.total_exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        filters=[
            each
            for each in (
                Filter("collection", gettext("Collection"), collections),
                Filter("custodian", gettext("Custodian"), custodians),
                Filter("state", gettext("State"), [Choice(key, words) for key, words in INPUT_STATES.items()]),
            )
            if each.choices
        ],
        empty=gettext("Nothing has been received"),
        empty_hint=gettext("Open a collection and add the client's files; what became of each will stand here."),
        empty_url=reverse("documents:collect", args=[matter_id]),
        empty_label=gettext("Collect files"),
    )
    return render(request, "documents/inventory.html", {"table": table, "matter_bar": bar, "matter_id": matter_id})


@require_POST
def custody(request: HttpRequest, matter_id: str) -> HttpResponseBase:
    """Send the chain of custody: one line per receipt, expansion and repair. Sending it is recorded."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    folder = actions.make_scratch("custody")
    try:
        count = queries.export_custody(actor=actor, matter_id=matter_id, out=folder / "custody.jsonl")
        actions.note_list_export(actor=actor, matter_id=matter_id, documents=count, at=timezone.now())
        stream = (folder / "custody.jsonl").open("rb")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    response = StreamingHttpResponse(stream, content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="{bar.number}-custody.jsonl"'
    return response


def _columns() -> list[Column]:
    return [
        Column("path", gettext("Path"), sortable=True, grow=True),
        Column("custodian", gettext("Custodian"), sortable=True),
        Column("size", gettext("Size"), sortable=True, numeric=True),
        Column("sha256", "SHA-256"),
        Column("md5", "MD5"),
        Column("received", gettext("Received"), sortable=True),
        Column("state", gettext("State")),
        Column("documents", gettext("Documents"), numeric=True),
    ]


def _row(row: queries.InputFileRecord, documents: int, matter_id: str) -> Row:
    return Row(
        id=row.id,
        label=row.path,
        url=f"{reverse('documents:list', args=[matter_id])}?input={row.id}",
        cells={
            "path": TextCell(short_path(without_direction(row.path), 24)),
            "custodian": short(row.custodian, 24),
            "size": bytes_words(row.size),
            "sha256": HashCell(row.sha256),
            "md5": HashCell(row.md5),
            "received": DateCell(row.received_at),
            "state": said(INPUT_STATES, row.state),
            "documents": documents or "",
        },
    )
