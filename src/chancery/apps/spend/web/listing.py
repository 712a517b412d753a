"""The list of invoices: filters, bulk approval, export."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from chancery.apps.spend import policies, queries
from chancery.apps.spend.actions.approvals import approve_invoices
from chancery.apps.spend.actions.exports import export_invoices
from chancery.apps.spend.records import InvoiceRecord
from chancery.apps.spend.web.asking import (
    STATE,
    TONES,
    actor_of,
    client_name,
    matter_title,
    need,
    sentence_of,
    state_name,
)
from chancery.foundation.errors import NotFound
from chancery.interface.shell.toasts import toast
from chancery.interface.tables import (
    BulkAct,
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
from chancery.platform.access.values import Actor, Role

SORTABLE = {"number": "number", "date": "invoice_date", "total": "total"}
OPEN_VIEWS = ("all", "draft", "issued", "queried", "approved", "paid")
# Rows that one bulk act takes at most.
MOST = 500


def _state(request: HttpRequest, query: QueryDict, actor: Actor) -> TableState:
    views = OPEN_VIEWS if actor.provider else tuple(view for view in OPEN_VIEWS if view != "draft")
    return TableState.read(
        path=reverse("spend:invoices"),
        query=query,
        sortable=tuple(SORTABLE),
        default_sort="-date",
        views=views,
        filters=("currency", "client"),
    )


def _terms(state: TableState) -> dict[str, str]:
    return {
        "state": "" if state.view == "all" else state.view,
        "text": state.words,
        "currency": state.filters.get("currency", ""),
        "tenant_id": state.filters.get("client", ""),
    }


def _entitled(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.has(*policies.MONEY_ROLES):
        raise NotFound
    return actor


def invoice_list(request: HttpRequest) -> HttpResponse:
    """Show the invoices the reader may see."""
    actor = _entitled(request)
    state = _state(request, request.GET, actor)
    found = queries.invoices_found(actor=actor, **_terms(state))
    key, descending = state.sort_keys()
    page = page_of(found, sort=[SortKey(SORTABLE[key], descending)], after=state.after, before=state.before)
    total, exact = count_up_to(found)
    currencies, clients = queries.invoice_choices(actor=actor)
    approves = actor.has(Role.COUNSEL)
    table = Table(
        caption=gettext("Invoices"),
        columns=_columns(),
        rows=[_row(queries.invoice_record(row), approves) for row in page.rows],
        state=state,
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        views=[View("all", gettext("All")), *_state_views(inside=actor.provider)],
        filters=_filters(currencies, clients),
        acts=[
            BulkAct(
                "approve",
                gettext("Approve"),
                reverse("spend:approve_chosen"),
                confirm=gettext("Approve the chosen invoices for payment?"),
                letter="p",
            )
        ]
        if approves
        else [],
        empty=gettext("No invoices yet"),
        empty_hint=gettext("An invoice is issued when a volume has been delivered."),
    )
    export_url = state.url().replace(reverse("spend:invoices"), reverse("spend:export"), 1)
    return render(request, "spend/list.html", {"table": table, "export_url": export_url})


def _state_views(*, inside: bool) -> list[View]:
    shown = [STATE.DRAFT] if inside else []
    return [View(str(state), state_name(state)) for state in [*shown, *list(STATE)[1:]]]


def _columns() -> list[Column]:
    return [
        Column("number", gettext("Number"), sortable=True),
        Column("client", gettext("Client")),
        Column("matter", gettext("Matter"), grow=True),
        Column("period", gettext("Period")),
        Column("date", gettext("Date"), sortable=True),
        Column("total", gettext("Total"), sortable=True, numeric=True),
        Column("state", gettext("State")),
    ]


def _filters(currencies: list[str], clients: list[tuple[str, str]]) -> list[Filter]:
    filters = []
    if len(currencies) > 1:
        filters.append(Filter("currency", gettext("Currency"), [Choice(word, word) for word in currencies]))
    if len(clients) > 1:
        filters.append(Filter("client", gettext("Client"), [Choice(key, name) for key, name in clients]))
    return filters


def _row(record: InvoiceRecord, approves: bool) -> Row:
    barred: dict[str, str] = {}
    if approves and record.state == STATE.QUERIED:
        barred["approve"] = gettext("A query is still open")
    elif approves and record.state != STATE.ISSUED:
        barred["approve"] = gettext("Approved already")
    return Row(
        id=record.id,
        label=record.number,
        url=reverse("spend:invoice", args=[record.id]),
        barred=barred,
        cells={
            "number": record.number,
            "client": client_name(record),
            "matter": f"{record.matter_number} {matter_title(record)}",
            "period": f"{record.period_start.isoformat()} – {record.period_end.isoformat()}",
            "date": DateCell(record.invoice_date),
            "total": MoneyCell(record.total),
            "state": TagCell(state_name(record.state), TONES[STATE(record.state)]),
        },
    )


@require_POST
def approve_chosen(request: HttpRequest) -> HttpResponse:
    """Approve the chosen invoices; each is checked again, and those that cannot be approved say why."""
    actor = _entitled(request)
    need(actor, Role.COUNSEL)
    back = request.POST.get("filter", "")
    state = _state(request, QueryDict(urlsplit(back).query), actor)
    if request.POST.get("everything") == "1":
        found = queries.invoices_found(actor=actor, **_terms(state))
        chosen = [row.id for row in found.order_by("-invoice_date", "-id")[:MOST]]
    else:
        chosen = request.POST.getlist("row")[:MOST]
    done = approve_invoices(actor=actor, invoice_ids=chosen, at=timezone.now())
    said = ngettext("%(count)d invoice was approved.", "%(count)d invoices were approved.", done.approved)
    words = said % {"count": done.approved}
    if done.refusals:
        left = ngettext("%(count)d stays as it is: %(why)s", "%(count)d stay as they are: %(why)s", len(done.refusals))
        why = gettext("It is not open to you.")
        shown = next((item for item in done.refusals if not isinstance(item, NotFound)), None)
        words = f"{words} {left % {'count': len(done.refusals), 'why': sentence_of(shown) if shown else why}}"
    toast(request, words)
    return redirect(state.url())


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """Hand out the filtered list as CSV."""
    actor = _entitled(request)
    state = _state(request, request.GET, actor)
    data = export_invoices(actor=actor, at=timezone.now(), **_terms(state))
    answer = HttpResponse(data, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="invoices.csv"'
    return answer
