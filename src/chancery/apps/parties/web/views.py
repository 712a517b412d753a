"""The register of parties: find one, enter one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from chancery.apps.parties import queries
from chancery.apps.parties.actions import LONGEST, record_party
from chancery.apps.parties.models import Party
from chancery.foundation.errors import NotFound, Refused
from chancery.interface.shell.toasts import toast
from chancery.interface.tables import (
    Choice,
    Column,
    DateCell,
    Filter,
    Row,
    SortKey,
    Table,
    TableState,
    count_up_to,
    page_of,
)
from chancery.interface.words import in_chinese
from chancery.platform.access.values import Actor, Role

SORTABLE = {"name": "name", "entered": "created_at"}


class PartyForm(forms.Form):
    """A person or organisation to enter."""

    client = forms.ChoiceField(label=gettext_lazy("Client"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST)
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=LONGEST, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Party.Kind.choices)

    def __init__(self, *args: Any, clients: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"] = forms.ChoiceField(label=gettext_lazy("Client"), choices=clients)
        if len(clients) == 1:
            self.fields["client"].widget = forms.HiddenInput()
            self.initial["client"] = clients[0][0]


def _row(party: Party) -> Row:
    chinese = in_chinese() and party.tenant.name_zh
    return Row(
        id=party.id,
        label=party.name,
        cells={
            "name": party.name,
            "name_zh": party.name_zh,
            "kind": Party.Kind(party.kind).label,
            "client": party.tenant.name_zh if chinese else party.tenant.name,
            "entered": DateCell(party.created_at),
        },
    )


def _table(request: HttpRequest, actor: Actor, clients: list[tuple[str, str]]) -> Table:
    state = TableState.read(
        path=request.path, query=request.GET, sortable=tuple(SORTABLE), default_sort="name", filters=("client", "kind")
    )
    found = queries.parties_found(
        actor=actor,
        text=state.words,
        kind=state.filters.get("kind", ""),
        tenant_id=state.filters.get("client", ""),
    )
    key, descending = state.sort_keys()
    page = page_of(found, sort=[SortKey(SORTABLE[key], descending)], after=state.after, before=state.before)
    total, exact = count_up_to(found)
    filters = [Filter("kind", gettext("Kind"), [Choice(str(v), str(t)) for v, t in Party.Kind.choices])]
    if len(clients) > 1:
        filters.append(Filter("client", gettext("Client"), [Choice(key, name) for key, name in clients]))
    return Table(
        caption=gettext("Parties"),
        columns=[
            Column("name", gettext("Name"), sortable=True, grow=True),
            Column("name_zh", gettext("Chinese name")),
            Column("kind", gettext("Kind")),
            Column("client", gettext("Client")),
            Column("entered", gettext("Entered"), sortable=True),
        ],
        rows=[_row(party) for party in page.rows],
        state=state,
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        filters=filters,
    )


def party_list(request: HttpRequest) -> HttpResponse:
    """Show the people and organisations on any side of the clients' matters; enter one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    queries.parties_found(actor=actor)
    clients = [
        (key, name_zh if in_chinese() and name_zh else name)
        for key, name, name_zh in queries.client_choices(actor=actor)
    ]
    form = PartyForm(request.POST if request.method == "POST" else None, clients=clients)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            record_party(
                actor=actor,
                tenant_id=given["client"],
                name=given["name"],
                name_zh=given["name_zh"],
                kind=given["kind"],
                at=timezone.now(),
            )
        except Refused as refused:
            if isinstance(refused, NotFound) or refused.code == "not_allowed":
                raise
            form.add_error("name", refused.sentence(gettext(refused.message)))
        else:
            toast(request, gettext("The party was entered."))
            return redirect("parties:list")
    context = {
        "table": _table(request, actor, clients),
        "form": form,
        "conflicts_url": reverse("compliance:conflicts") if actor.has(Role.MANAGER) else "",
    }
    return render(request, "parties/list.html", context, status=422 if form.errors else 200)
