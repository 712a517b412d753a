"""Pages of sign-offs: what waits, and exactly what is signed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from chancery.apps.operations import actions, queries
from chancery.apps.operations.models import SignOff
from chancery.apps.operations.queries.releases import SignOffRecord, sign_off_record, sign_offs_found
from chancery.apps.operations.web.acting import actor_of, address, attempt, moment, need
from chancery.apps.operations.web.forms import ReasonForm
from chancery.apps.operations.wording import words
from chancery.interface.components import MatterBar
from chancery.interface.shell.toasts import toast
from chancery.interface.tables import (
    Choice,
    Column,
    DateCell,
    Filter,
    HashCell,
    Row,
    SortKey,
    Table,
    TableState,
    TagCell,
    View,
    count_up_to,
    page_of,
)
from chancery.platform.access.values import Role

TONES = {"waiting": "warn", "signed": "ok", "refused": "bad", "void": ""}


def sign_off_list(request: HttpRequest) -> HttpResponse:
    """Show sign-offs: first those that wait."""
    actor = actor_of(request)
    need(actor, Role.COUNSEL, Role.MANAGER, Role.ATTORNEY)
    state = TableState.read(
        path=request.path,
        query=request.GET,
        sortable=("asked",),
        default_sort="-asked",
        views=("waiting", "all"),
        filters=("state",),
    )
    wanted = "waiting" if state.view == "waiting" else state.filters.get("state", "")
    found = sign_offs_found(actor=actor, text=state.words, state=wanted)
    _, descending = state.sort_keys()
    page = page_of(found, sort=[SortKey("requested_at", descending)], after=state.after, before=state.before)
    total, exact = count_up_to(found)
    table = Table(
        caption=gettext("Sign-offs"),
        columns=[
            Column("matter", gettext("Matter"), grow=True),
            Column("what", gettext("What leaves")),
            Column("hash", gettext("Hash")),
            Column("by", gettext("Prepared by")),
            Column("asked", gettext("Asked"), sortable=True),
            Column("attorney", gettext("Attorney")),
            Column("state", gettext("State")),
        ],
        rows=[_row(sign_off_record(row)) for row in page.rows],
        state=state,
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        views=[View("waiting", gettext("Waiting")), View("all", gettext("All"))],
        filters=[Filter("state", gettext("State"), [Choice(key, name) for key, name in SignOff.State.choices])],
        empty=gettext("Nothing waits for a sign-off"),
    )
    return render(request, "operations/sign_offs.html", {"table": table})


def _row(record: SignOffRecord) -> Row:
    return Row(
        id=record.id,
        label=record.matter_number,
        url=reverse("operations:sign_off", args=[record.id]),
        cells={
            "matter": f"{record.matter_number} {record.matter_title}",
            "what": subject_name(record.subject_type),
            "hash": HashCell(record.subject_hash),
            "by": record.requested_by,
            "asked": DateCell(record.requested_at),
            "attorney": record.attorney,
            "state": TagCell(record.state_name, TONES[record.state]),
        },
    )


def subject_name(kind: str) -> str:
    """Return the word for what is signed."""
    return {"production": gettext("Production")}.get(kind, kind)


def _summary(record: SignOffRecord) -> list[tuple[str, str]]:
    names = {
        "volume": gettext("Volume"),
        "documents": gettext("Documents"),
        "produced": gettext("Produced"),
        "pages": gettext("Pages"),
        "withheld": gettext("Withheld as privileged"),
        "families": gettext("Families"),
        "natives": gettext("Native files"),
        "first": gettext("First number"),
        "last": gettext("Last number"),
        "beg": gettext("First number"),
        "end": gettext("Last number"),
        "log_entries": gettext("Entries of the privilege log"),
        "suppressed": gettext("Duplicates left out"),
        "duplicates": gettext("Duplicates left out"),
        "copies_rolled_up": gettext("Duplicates left out"),
    }
    return [(names.get(name, gettext(name)), words(value)) for name, value in record.summary.items()]


def sign_off_page(request: HttpRequest, sign_off_id: str) -> HttpResponse:
    """Show one sign-off."""
    return _page(request, queries.sign_off(actor=actor_of(request), sign_off_id=sign_off_id))


def _page(request: HttpRequest, record: SignOffRecord, *, refuse: ReasonForm | None = None) -> HttpResponse:
    actor = actor_of(request)
    waits = record.state == "waiting"
    may_sign = waits and actor.has(Role.ATTORNEY) and record.requested_by_id != actor.user_id
    agreed = queries.engagement_of(matter_id=record.matter_id)
    points = queries.checklist_of(subject_type=record.subject_type, subject_id=record.subject_id)
    subject = address("production:production", record.subject_id) if record.subject_type == "production" else ""
    context = {
        "record": record,
        "tone": TONES[record.state],
        "matter_bar": MatterBar(
            record.matter_number, record.matter_title, address("workspace:matter", record.matter_id)
        ),
        "what": subject_name(record.subject_type),
        "subject_url": subject,
        "summary": _summary(record),
        "statement": record.statement or (words(agreed.sign_off["statement"]) if agreed else ""),
        "points": points.points if points else (),
        "may_sign": may_sign,
        "prepared_it": waits and actor.has(Role.ATTORNEY) and record.requested_by_id == actor.user_id,
        "refuse_form": (refuse or ReasonForm(prefix="refuse")) if may_sign else None,
        "has_errors": bool(refuse and refuse.errors),
    }
    return render(request, "operations/sign_off.html", context, status=422 if context["has_errors"] else 200)


@require_POST
def sign(request: HttpRequest, sign_off_id: str) -> HttpResponse:
    """Sign exactly what was shown."""
    actor = actor_of(request)
    queries.sign_off(actor=actor, sign_off_id=sign_off_id)
    need(actor, Role.ATTORNEY)
    actions.sign_release(
        actor=actor, sign_off_id=sign_off_id, seen_hash=request.POST.get("hash", "")[:64] or "none", at=moment()
    )
    toast(request, gettext("Signed. It leaves with your name and licence on record."))
    return redirect("operations:sign_off", sign_off_id=sign_off_id)


@require_POST
def refuse(request: HttpRequest, sign_off_id: str) -> HttpResponse:
    """Refuse with reasons."""
    actor = actor_of(request)
    record = queries.sign_off(actor=actor, sign_off_id=sign_off_id)
    need(actor, Role.ATTORNEY)
    form = ReasonForm(request.POST, prefix="refuse")
    done = attempt(
        form,
        lambda: actions.refuse_release(
            actor=actor, sign_off_id=sign_off_id, reasons=form.cleaned_data["reason"], at=moment()
        ),
    )
    if not done:
        return _page(request, record, refuse=form)
    toast(request, gettext("Refused; the reasons went back to whoever prepared it."))
    return redirect("operations:sign_off", sign_off_id=sign_off_id)
