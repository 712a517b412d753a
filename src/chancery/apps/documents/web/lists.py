"""The table of documents of a matter and what is done with many of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from chancery.apps.documents import actions, queries
from chancery.apps.documents.names import without_direction
from chancery.apps.documents.web.forms import ViewForm
from chancery.apps.documents.web.shared import actor_of, matter_bar, said
from chancery.apps.documents.web.words import CODES, KINDS, LANGUAGES, STATUSES, TONES
from chancery.interface.shell.toasts import toast
from chancery.interface.tables import (
    BulkAct,
    Choice,
    Column,
    DateCell,
    Filter,
    Row,
    Table,
    TableState,
    TagCell,
    TextCell,
    View,
)
from chancery.interface.words import bytes_words
from chancery.platform.access.values import Actor

LARGEST_EXPORT = 100_000
FILTER_NAMES = queries.FILTERS


def document_list(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show the documents of a matter: filters, order and saved views, all in the address."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    saved = queries.saved_views(actor=actor, matter_id=matter_id)
    state = read_state(request.path, request.GET, saved)
    words, filters, sort, descending = _asked(state, saved)
    page = queries.document_page(
        actor=actor,
        matter_id=matter_id,
        words=words,
        filters=filters,
        sort=sort,
        descending=descending,
        after=state.after,
        before=state.before,
    )
    offered = queries.all_choices(actor=actor, matter_id=matter_id)
    table = Table(
        caption=gettext("Documents"),
        columns=_columns(),
        rows=[_row(row) for row in page.rows],
        state=state,
        total=page.total,
        total_exact=page.total_exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        views=[*_fixed_views(), *(View(f"v-{view.id}", view.name, shared=view.shared) for view in saved)],
        filters=_filters(offered),
        acts=[
            BulkAct("retry", gettext("Retry with passwords"), reverse("documents:retry", args=[matter_id]), letter="r"),
            BulkAct("export", gettext("Export list"), reverse("documents:export_list", args=[matter_id]), letter="e"),
        ],
        empty=gettext("No documents"),
        empty_hint=gettext("Documents appear here when a collection of files has been processed."),
        empty_url=reverse("documents:collect", args=[matter_id]),
        empty_label=gettext("Collect files"),
    )
    own = [view for view in saved if view.own]
    context = {
        "table": table,
        "matter_bar": bar,
        "matter_id": matter_id,
        "view_form": ViewForm(initial={"query": state.url().partition("?")[2]}),
        "own_views": own,
        "full_text_url": f"{reverse('search:matter', args=[matter_id])}?{_query(q=state.words)}" if state.words else "",
    }
    return render(request, "documents/list.html", context)


def read_state(path: str, query: QueryDict, saved: list[queries.SavedViewRecord]) -> TableState:
    """Read the state of the table from an address."""
    return TableState.read(
        path=path,
        query=query,
        sortable=tuple(queries.SORTS),
        default_sort="",
        views=("all", "unprocessed", "unique", *(f"v-{view.id}" for view in saved)),
        filters=FILTER_NAMES,
    )


@require_POST
def export_list(request: HttpRequest, matter_id: str) -> StreamingHttpResponse:
    """Send the chosen lines of the list, or all that pass the filters, as a table file."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    rows = list(chosen_rows(request, actor, matter_id, most=LARGEST_EXPORT))
    actions.note_list_export(actor=actor, matter_id=matter_id, documents=len(rows), at=timezone.now())
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{bar.number}-documents.csv"'
    return response


def chosen_rows(request: HttpRequest, actor: Actor, matter_id: str, *, most: int) -> Iterator[queries.DocumentRow]:
    """Yield the lines a bulk act is for: those ticked, or every one of the filter; hidden ids are left out."""
    if request.POST.get("everything") != "1":
        found = queries.rows_by_id(actor=actor, ids=request.POST.getlist("row")[:500])
        yield from sorted((row for row in found.values() if row.matter_id == matter_id), key=lambda row: row.sequence)
        return
    saved = queries.saved_views(actor=actor, matter_id=matter_id)
    path, _, query = request.POST.get("filter", "").partition("?")
    words, filters, sort, descending = _asked(read_state(path, QueryDict(query), saved), saved)
    after, sent = "", 0
    while sent < most:
        page = queries.document_page(
            actor=actor, matter_id=matter_id, words=words, filters=filters, sort=sort, descending=descending,
            after=after, size=500,
        )  # fmt: skip
        yield from page.rows[: most - sent]
        sent += len(page.rows)
        after = page.next_cursor
        if not after:
            return


@require_POST
def keep_view(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Keep the filters in force under a name."""
    form = ViewForm(request.POST)
    back = reverse("documents:list", args=[matter_id])
    if not form.is_valid():
        toast(request, gettext("Give the view a name."))
        return redirect(back)
    view_id = actions.keep_view(
        actor=actor_of(request),
        matter_id=matter_id,
        name=form.cleaned_data["name"],
        query=form.cleaned_data["query"],
        shared=form.cleaned_data["shared"],
        at=timezone.now(),
    )
    toast(request, gettext("View kept."))
    return redirect(f"{back}?view=v-{view_id}")


@require_POST
def forget_view(request: HttpRequest, matter_id: str, view_id: str) -> HttpResponse:
    """Remove one of the reader's own views."""
    actions.forget_view(actor=actor_of(request), view_id=view_id, at=timezone.now())
    toast(request, gettext("View removed."))
    return redirect("documents:list", matter_id)


def _asked(state: TableState, saved: list[queries.SavedViewRecord]) -> tuple[str, Mapping[str, str], str, bool]:
    """Return words, filters and order in force: those of the view, then those of the address."""
    fixed = {"unprocessed": {"status": "exception"}, "unique": {"copies": "hidden"}}
    filters: dict[str, str] = dict(fixed.get(state.view, {}))
    words, sort = state.words, state.sort
    for view in saved:
        if state.view == f"v-{view.id}":
            kept = QueryDict(view.query)
            filters |= {name: str(kept[name]) for name in FILTER_NAMES if kept.get(name)}
            words = words or kept.get("q", "")
            sort = sort or kept.get("sort", "")
            filters |= fixed.get(kept.get("view", ""), {})
    filters |= state.filters
    sort = sort or "number"
    return words, filters, sort.removeprefix("-"), sort.startswith("-")


def _columns() -> list[Column]:
    return [
        Column("number", gettext("Number"), sortable=True),
        Column("author", gettext("From"), sortable=True),
        Column("title", gettext("Subject or file"), sortable=True, grow=True),
        Column("date", gettext("Date"), sortable=True),
        Column("kind", gettext("Type"), sortable=True),
        Column("custodian", gettext("Custodian"), sortable=True),
        Column("family", gettext("Attached"), numeric=True),
        Column("copies", gettext("Copies"), numeric=True),
        Column("size", gettext("Size"), sortable=True, numeric=True),
        Column("status", gettext("Status")),
    ]


def _row(row: queries.DocumentRow) -> Row:
    shown = without_direction(row.title or row.name)
    status = said(CODES, row.exception) if row.exception else said(STATUSES, row.status)
    tone = "bad" if row.status == "exception" else ("warn" if row.exception else TONES.get(row.status, ""))
    barred = {} if row.exception else {"retry": gettext("read without difficulty")}
    return Row(
        id=row.id,
        label=row.control_number,
        url=reverse("documents:viewer", args=[row.id]),
        cells={
            "number": row.control_number,
            "author": _short(row.author, 32),
            "title": TextCell(_short(shown, 80), "zh-Hans" if row.language == "zh" else ""),
            "date": DateCell(row.sort_date),
            "kind": said(KINDS, row.kind),
            "custodian": _short(row.custodian, 24),
            "family": row.attachments or "",
            "copies": gettext("copy") if row.duplicate_of else (row.copies or ""),
            "size": bytes_words(row.size),
            "status": TagCell(status, tone),
        },
        barred=barred,
    )


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _fixed_views() -> list[View]:
    return [
        View("all", gettext("All")),
        View("unprocessed", gettext("Not read")),
        View("unique", gettext("Without copies")),
    ]


def _filters(offered: Mapping[str, list[Any]]) -> list[Filter]:
    def counted(field: str, words: Mapping[str, Any]) -> list[Choice]:
        return [
            Choice(choice.value, f"{said(words, choice.value)} ({choice.documents})")
            for choice in offered.get(field, [])
        ]

    codes = counted("exception", CODES)
    return [
        Filter("kind", gettext("Type"), counted("kind", KINDS)),
        Filter("custodian", gettext("Custodian"), counted("custodian", {})),
        Filter("status", gettext("Status"), counted("status", STATUSES)),
        Filter("code", gettext("Code"), [Choice("any", gettext("Any code")), *codes] if codes else []),
        Filter("language", gettext("Language"), counted("language", LANGUAGES)),
        Filter(
            "copies",
            gettext("Copies"),
            [
                Choice("hidden", gettext("Hide copies")),
                Choice("only", gettext("Only copies")),
                Choice("has", gettext("Has copies")),
            ],
        ),
        Filter(
            "attachments",
            gettext("Attachments"),
            [Choice("yes", gettext("With attachments")), Choice("no", gettext("Without attachments"))],
        ),
    ]


def _lines(rows: list[queries.DocumentRow]) -> Iterator[str]:
    head = ("number", "name", "subject", "from", "type", "status", "code", "date", "custodian", "language", "size")
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(head)
    for row in rows:
        date = row.sort_date.isoformat() if row.sort_date else ""
        values = (
            row.control_number, row.name, row.title, row.author, row.kind, row.status, row.exception, date,
            row.custodian, row.language, row.size,
        )  # fmt: skip
        yield writer.writerow([queries.safe_cell(value) for value in values])


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        return value


def _query(**values: str) -> str:
    query = QueryDict(mutable=True)
    for name, value in values.items():
        query[name] = value
    return query.urlencode()
