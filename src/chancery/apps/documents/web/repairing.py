"""The desk for exceptions: see them by code, retry many with passwords, put better copies in their place."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from chancery.apps.documents import actions, queries
from chancery.apps.documents.names import without_direction
from chancery.apps.documents.web.acts import bulk_acts
from chancery.apps.documents.web.choosing import (
    EXCEPTION_FILTERS,
    EXCEPTION_VIEWS,
    back_address,
    chosen_ids,
    exception_asked,
    exception_state,
)
from chancery.apps.documents.web.columns import barred, main_filters, status_cell
from chancery.apps.documents.web.forms import PasswordForm, ReplacementForm
from chancery.apps.documents.web.shared import actor_of, matter_bar, said
from chancery.apps.documents.web.words import ADVICE, CODES, KINDS, REPAIR_KINDS, REPAIR_STATES, REPAIR_TONES
from chancery.interface.shell.toasts import toast
from chancery.interface.tables import BulkAct, Choice, Column, Filter, Row, Table, TagCell, TextCell, View
from chancery.interface.words import bytes_words
from chancery.platform.access.values import Actor

MOST = 1_000


@require_GET
def exceptions(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show what could not be read, or only in part, with the way out for each."""
    actor = actor_of(request)
    state = exception_state(request.path, request.GET)
    asked = exception_asked(state)
    page = queries.document_page(
        actor=actor, matter_id=matter_id, words=asked.words, filters=asked.filters, sort=asked.sort,
        descending=asked.descending, after=state.after, before=state.before,
    )  # fmt: skip
    offered = queries.all_choices(actor=actor, matter_id=matter_id)
    table = Table(
        caption=gettext("Exceptions"),
        columns=_columns(),
        rows=[_row(row) for row in page.rows],
        state=state,
        total=page.total,
        total_exact=page.total_exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        views=_views(actor, matter_id),
        filters=[each for each in main_filters(offered, ()) if each.name in EXCEPTION_FILTERS and each.name != "code"]
        + [Filter("code", gettext("Code"), _codes(offered))],
        acts=[
            BulkAct("retry", gettext("Retry"), reverse("documents:retry", args=[matter_id]), letter="r"),
            *bulk_acts(matter_id, "accept", "tag"),
        ],
        empty=gettext("No exceptions"),
        empty_hint=gettext("Every file of this matter was read, or nothing has been processed yet."),
    )
    repairs = [
        (row, said(REPAIR_KINDS, row.kind), said(REPAIR_STATES, row.state), REPAIR_TONES.get(row.state, ""))
        for row in queries.repairs_of(actor=actor, matter_id=matter_id)[:30]
    ]
    accepted = queries.changes(actor=actor, matter_id=matter_id, acts=("accept",))
    context = {
        "table": table,
        "matter_bar": matter_bar(request, matter_id),
        "repairs": repairs,
        "accepted": [row for row in accepted if row.changed],
        "matter_id": matter_id,
    }
    return render(request, "documents/exceptions.html", context)


def _views(actor: Actor, matter_id: str) -> list[View]:
    words = {
        "exceptions": gettext("Not read"),
        "partly": gettext("Read with a reservation"),
        "accepted": gettext("Accepted as they are"),
        "any": gettext("All"),
    }
    counts = {
        name: queries.counted(actor=actor, matter_id=matter_id, filters={"code": "any", **EXCEPTION_VIEWS[name]})
        for name in ("exceptions", "partly", "accepted")
    }
    return [View(name, words[name], counts.get(name)) for name in EXCEPTION_VIEWS]


def _codes(offered: Mapping[str, list[Any]]) -> list[Choice]:
    return [
        Choice(each.value, f"{said(CODES, each.value)} ({each.documents})") for each in offered.get("exception", [])
    ]


@require_POST
def retry(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Ask for passwords for the chosen documents, then read them again in the background, with or without."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    ids = chosen_ids(request, actor, matter_id, most=MOST)
    found = queries.rows_by_id(actor=actor, ids=ids)
    rows = [found[key] for key in ids if key in found and found[key].exception]
    back = back_address(request, matter_id)
    if not rows:
        toast(request, gettext("Choose at least one document that was not read."))
        return redirect(back)
    form = PasswordForm(request.POST if "passwords" in request.POST else None)
    if form.is_bound and form.is_valid():
        repairs = actions.retry_with_passwords(
            actor=actor,
            document_ids=[row.id for row in rows],
            passwords=form.listed(),
            at=timezone.now(),
            on_every_encrypted=form.cleaned_data["every"],
        )
        count = len(repairs)
        sentence = ngettext("%(count)d document is being tried.", "%(count)d documents are being tried.", count)
        toast(request, sentence % {"count": count})
        return redirect(back)
    context = {
        "form": form,
        "rows": rows,
        "matter_bar": bar,
        "matter_id": matter_id,
        "back": back,
        "filter": request.POST.get("filter", ""),
    }
    return render(request, "documents/retry.html", context, status=422 if form.errors else 200)


def replace(request: HttpRequest, document_id: str) -> HttpResponse:
    """Put a better copy in the place of a document that could not be read."""
    actor = actor_of(request)
    document = queries.document(actor=actor, document_id=document_id)
    form = ReplacementForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["replacement"]
        folder = actions.make_scratch("replacement")
        try:
            location = folder / "file"
            if isinstance(upload, TemporaryUploadedFile):
                location = Path(upload.temporary_file_path())
            else:
                location.write_bytes(upload.read())
            actions.replace_file(
                actor=actor,
                document_id=document_id,
                source=location,
                at=timezone.now(),
                given_name=str(upload.name),
                note=form.cleaned_data["note"],
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        toast(request, gettext("The better copy was received and is being read."))
        return redirect("documents:viewer", document_id)
    context = {
        "form": form,
        "document": document,
        "shown_name": without_direction(document.name),
        "code": said(CODES, document.exception),
        "matter_bar": matter_bar(request, document.matter_id),
    }
    return render(request, "documents/replace.html", context, status=422 if form.errors else 200)


def _columns() -> list[Column]:
    return [
        Column("number", gettext("Number"), sortable=True),
        Column("code", gettext("Code"), sortable=True),
        Column("name", gettext("File"), sortable=True, grow=True),
        Column("advice", gettext("What to do")),
        Column("kind", gettext("Type")),
        Column("custodian", gettext("Custodian"), sortable=True),
        Column("size", gettext("Size"), sortable=True, numeric=True),
        Column("status", gettext("Status")),
    ]


def _row(row: queries.DocumentRow) -> Row:
    return Row(
        id=row.id,
        label=row.control_number,
        url=reverse("documents:viewer", args=[row.id]),
        cells={
            "number": row.control_number,
            "code": TagCell(said(CODES, row.exception), "bad" if row.status == "exception" else "warn"),
            "name": TextCell(without_direction(row.name)),
            "advice": str(ADVICE.get(row.exception, "")),
            "kind": said(KINDS, row.kind),
            "custodian": row.custodian,
            "size": bytes_words(row.size),
            "status": status_cell(row) if row.accepted or row.held else "",
        },
        barred=barred(row),
    )
