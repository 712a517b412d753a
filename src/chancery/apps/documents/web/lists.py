"""The table of documents of a matter: saved views, filters, columns, the list as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from chancery.apps.documents import actions, queries
from chancery.apps.documents.web.acts import bulk_acts
from chancery.apps.documents.web.choosing import chosen_ids, list_asked, list_state
from chancery.apps.documents.web.columns import every_column, line, main_filters, shown_columns
from chancery.apps.documents.web.forms import ViewForm
from chancery.apps.documents.web.shared import actor_of, matter_bar
from chancery.interface.components import MenuItem
from chancery.interface.shell.toasts import toast
from chancery.interface.tables import BulkAct, Table, View

LARGEST_EXPORT = 100_000
PIECE = 500


def document_list(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show the documents of a matter: filters, columns, order and saved views, all in the address."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    saved = queries.saved_views(actor=actor, matter_id=matter_id)
    state = list_state(request.path, request.GET, saved)
    asked = list_asked(state, saved)
    page = queries.document_page(
        actor=actor,
        matter_id=matter_id,
        words=asked.words,
        filters=asked.filters,
        sort=asked.sort,
        descending=asked.descending,
        after=state.after,
        before=state.before,
    )
    columns = shown_columns(asked.columns)
    keys = [column.key for column in columns]
    tags = queries.tags_on(actor=actor, ids=[row.id for row in page.rows]) if "tags" in keys else {}
    offered = queries.all_choices(actor=actor, matter_id=matter_id)
    unread = next((each.documents for each in offered.get("status", []) if each.value == "exception"), 0)
    table = Table(
        caption=gettext("Documents"),
        columns=columns,
        choosable=every_column(),
        rows=[line(row, keys, tags.get(row.id, ())) for row in page.rows],
        state=state,
        total=page.total,
        total_exact=page.total_exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        views=[*_fixed_views(unread), *(View(f"v-{view.id}", view.name, shared=view.shared) for view in saved)],
        filters=main_filters(offered, queries.tags(actor=actor, matter_id=matter_id)),
        acts=_acts(matter_id, asked.filters),
        empty=gettext("No documents"),
        empty_hint=gettext("Documents appear here when a collection of files has been processed."),
        empty_url=reverse("documents:collect", args=[matter_id]),
        empty_label=gettext("Collect files"),
    )
    context = {
        "table": table,
        "matter_bar": bar,
        "matter_id": matter_id,
        "more_label": gettext("More"),
        "more": _more(matter_id),
        "views_end": _views_end(request, matter_id, state.url().partition("?")[2], saved),
        "full_text_url": f"{reverse('search:matter', args=[matter_id])}?{_query(q=state.words)}" if state.words else "",
    }
    return render(request, "documents/list.html", context)


@require_POST
def export_list(request: HttpRequest, matter_id: str) -> StreamingHttpResponse:
    """Send the chosen lines of the list, or all that pass the filters, as a table file; what is on hold stays."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    ids = chosen_ids(request, actor, matter_id, most=LARGEST_EXPORT)
    rows = [row for row in _rows(actor, ids) if not row.held]
    actions.note_list_export(actor=actor, matter_id=matter_id, documents=len(rows), at=timezone.now())
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{bar.number}-documents.csv"'
    return response


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


def _acts(matter_id: str, filters: Mapping[str, str]) -> list[BulkAct]:
    """Return the acts that make sense for what the table shows."""
    if filters.get("held") == "yes":
        return bulk_acts(matter_id, "tag", "untag", "lift")
    unread = filters.get("status") == "exception" or filters.get("code")
    retry = BulkAct("retry", gettext("Retry"), reverse("documents:retry", args=[matter_id]), letter="r")
    return [
        *bulk_acts(matter_id, "review", "tag", "untag", "hold"),
        *bulk_acts(matter_id, "bring_back" if filters.get("aside", "no") != "no" else "set_aside"),
        *(bulk_acts(matter_id, "apart") if filters.get("copies") == "only" else []),
        *([retry, *bulk_acts(matter_id, "accept")] if unread else []),
        BulkAct("export", gettext("Export list"), reverse("documents:export_list", args=[matter_id]), letter="e"),
    ]


def _views_end(
    request: HttpRequest, matter_id: str, query: str, saved: Sequence[queries.SavedViewRecord]
) -> SafeString:
    """Return what stands at the end of the views: keeping the one in force, and removing one's own."""
    own = [view for view in saved if view.own]
    context = {"matter_id": matter_id, "view_form": ViewForm(initial={"query": query}), "own_views": own}
    return render_to_string("documents/views_end.html", context, request=request)


def _more(matter_id: str) -> list[MenuItem]:
    """Return the other pages of the room."""
    pages = {
        "threads": gettext("Threads"),
        "alike": gettext("Near-duplicates"),
        "rules": gettext("Rules"),
        "scans": gettext("Scanned pages"),
        "inventory": gettext("Inventory"),
        "changes": gettext("Acts on many documents"),
    }
    return [MenuItem(words, reverse(f"documents:{name}", args=[matter_id])) for name, words in pages.items()]


def _fixed_views(unread: int) -> list[View]:
    return [
        View("all", gettext("All")),
        View("unprocessed", gettext("Not read"), unread),
        View("unique", gettext("To be read once")),
    ]


def _rows(actor: Any, ids: list[str]) -> Iterator[queries.DocumentRow]:
    for start in range(0, len(ids), PIECE):
        found = queries.rows_by_id(actor=actor, ids=ids[start : start + PIECE])
        yield from sorted(found.values(), key=lambda row: row.sequence)


def _lines(rows: list[queries.DocumentRow]) -> Iterator[str]:
    head = (
        "number", "name", "subject", "from", "type", "status", "code", "date", "custodian", "language", "size",
        "copy_of", "near_group", "similarity", "thread", "inclusive", "set_aside",
    )  # fmt: skip
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(head)
    for row in rows:
        date = row.sort_date.isoformat() if row.sort_date else ""
        similarity = "" if row.near_similarity is None else f"{row.near_similarity / 1000:.3f}"
        inclusive = "" if row.inclusive is None else ("yes" if row.inclusive else "no")
        values = (
            row.control_number, row.name, row.title, row.author, row.kind, row.status, row.exception, date,
            row.custodian, row.language, row.size, row.duplicate_of or "", row.near_group, similarity, row.thread,
            inclusive, row.set_aside,
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
