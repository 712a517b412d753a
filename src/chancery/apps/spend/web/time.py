"""Time of a matter: measured and billed, entered and corrected."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from chancery.apps.matters.queries import MatterRecord, matter
from chancery.apps.spend import policies, queries
from chancery.apps.spend.actions.time import TASKS, correct_time, enter_time, gather_time
from chancery.apps.spend.models import TimeEntry
from chancery.apps.spend.records import TimeRecord
from chancery.apps.spend.web.asking import actor_of, address, attempt, in_chinese, need, person_name
from chancery.apps.spend.web.forms import CorrectForm, EnterForm
from chancery.apps.spend.work_behind import history_of
from chancery.engines.billing.codes import billing_codes
from chancery.foundation.errors import NotFound
from chancery.interface.components import MatterBar, Tile
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
    TagCell,
    View,
    count_up_to,
    page_of,
)
from chancery.interface.words import span_words
from chancery.platform.access.values import Actor, Role

SORTABLE = {"day": "day", "hours": "hours"}
ORIGIN_TONES = {"desk": "", "entered": "accent", "corrected": "warn"}


def time_page(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show the time entries of a matter with their totals."""
    return _time_page(request, matter(actor=actor_of(request), matter_id=matter_id))


def _bar(found: MatterRecord) -> MatterBar:
    title = found.title_zh if in_chinese() and found.title_zh else found.title
    return MatterBar(found.number, title, address("workspace:matter", found.id))


def _tasks() -> list[tuple[str, str]]:
    known = billing_codes()
    return [(code, f"{code} {known[code].name}" if code in known else code) for code in TASKS]


def _time_page(request: HttpRequest, found: MatterRecord, form: EnterForm | None = None) -> HttpResponse:
    actor = actor_of(request)
    if not policies.may_see_time(actor):
        raise NotFound
    totals = queries.time_totals(actor=actor, matter_id=found.id)
    enters = policies.may_enter_time(actor)
    today = timezone.localdate()
    waiting = queries.waiting_seconds(actor=actor, matter_id=found.id) if enters else 0
    context: dict[str, Any] = {
        "matter": found,
        "matter_bar": _bar(found),
        "tiles": [
            Tile(label=gettext("Measured or entered"), value=span_words(sum(item.seconds for item in totals))),
            Tile(label=gettext("To be billed"), value=f"{sum(item.hours for item in totals):.1f}", unit=gettext("h")),
            Tile(label=gettext("People"), value=f"{len(totals):,}"),
        ],
        "people": [(item, item.person_zh if in_chinese() and item.person_zh else item.person) for item in totals],
        "table": _table(request, actor, found, totals),
        "form": (form or EnterForm(tasks=_tasks(), initial={"day": today.isoformat()})) if enters else None,
        "waiting": waiting,
        "has_errors": bool(form and form.errors),
    }
    return render(request, "spend/time.html", context, status=422 if context["has_errors"] else 200)


def _table(request: HttpRequest, actor: Actor, found: MatterRecord, totals: list[queries.PersonTime]) -> Table:
    views = ("current", "all") if actor.provider else ("current",)
    state = TableState.read(
        path=reverse("spend:time", args=[found.id]),
        query=request.GET,
        sortable=tuple(SORTABLE),
        default_sort="-day",
        views=views,
        filters=("person", "task"),
    )
    rows = queries.time_found(
        actor=actor,
        matter_id=found.id,
        person=state.filters.get("person", ""),
        task=state.filters.get("task", ""),
        text=state.words,
        corrected=state.view == "all",
    )
    key, descending = state.sort_keys()
    page = page_of(rows, sort=[SortKey(SORTABLE[key], descending)], after=state.after, before=state.before)
    total, exact = count_up_to(rows)
    return Table(
        caption=gettext("Time entries"),
        columns=_columns(),
        rows=[_row(queries.time_record(row), opens=actor.provider) for row in page.rows],
        state=state,
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        views=[View("current", gettext("As billed")), View("all", gettext("With what was corrected"))]
        if actor.provider
        else [],
        filters=[
            Filter("person", gettext("Person"), [Choice(item.user_id, item.person) for item in totals]),
            Filter("task", gettext("Task"), [Choice(code, code) for code in TASKS]),
        ],
        empty=gettext("No time yet"),
        empty_hint=gettext("Time at the review desk is taken over from here or when a volume is billed."),
    )


def _columns() -> list[Column]:
    return [
        Column("day", gettext("Day"), sortable=True),
        Column("person", gettext("Person")),
        Column("task", gettext("Task")),
        Column("measured", gettext("Measured"), numeric=True),
        Column("hours", gettext("Hours billed"), sortable=True, numeric=True),
        Column("origin", gettext("Origin")),
        Column("narrative", gettext("What was done"), grow=True),
        Column("invoice", gettext("Invoice")),
    ]


def _row(record: TimeRecord, *, opens: bool) -> Row:
    word = gettext("replaced") if record.superseded else str(TimeEntry.Origin(record.origin).label)
    reason = f" · {record.reason}" if record.reason else ""
    return Row(
        id=record.id,
        label=f"{record.day.isoformat()} {person_name(record)}",
        url=reverse("spend:correct", args=[record.id]) if opens else "",
        cells={
            "day": DateCell(record.day),
            "person": person_name(record),
            "task": record.task_code,
            "measured": span_words(record.seconds) if record.origin != "entered" else "–",
            "hours": f"{record.hours:.1f}",
            "origin": TagCell(word, "" if record.superseded else ORIGIN_TONES[record.origin]),
            "narrative": f"{record.narrative}{reason}",
            "invoice": record.invoice_number or "–",
        },
    )


@require_POST
def enter(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Enter the reader's own time."""
    actor = actor_of(request)
    found = matter(actor=actor, matter_id=matter_id)
    if not policies.may_enter_time(actor):
        raise NotFound
    form = EnterForm(request.POST, tasks=_tasks())
    done = attempt(
        form,
        lambda: enter_time(
            actor=actor,
            matter_id=matter_id,
            day=form.cleaned_data["day"],
            hours=form.cleaned_data["hours"],
            task_code=form.cleaned_data["task"],
            narrative=form.cleaned_data["narrative"],
            at=timezone.now(),
        ),
    )
    if not done:
        return _time_page(request, found, form)
    toast(request, gettext("Your time was entered."))
    return redirect("spend:time", matter_id)


@require_POST
def gather(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Take desk time over as entries."""
    actor = actor_of(request)
    matter(actor=actor, matter_id=matter_id)
    if not policies.may_enter_time(actor):
        raise NotFound
    changed = gather_time(actor=actor, matter_id=matter_id, at=timezone.now())
    said = ngettext("%(count)d entry was brought up to date.", "%(count)d entries were brought up to date.", changed)
    toast(request, said % {"count": changed})
    return redirect("spend:time", matter_id)


def entry_page(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Show a time entry with what it corrected; a POST corrects it with a reason."""
    actor = actor_of(request)
    entry = queries.time_entry(actor=actor, entry_id=entry_id)
    if not actor.provider:
        raise NotFound
    record = queries.time_record(entry)
    may_correct = policies.may_correct(actor, entry)
    form = CorrectForm(request.POST or None, initial={"hours": f"{entry.hours:.1f}"})
    if request.method == "POST":
        need(actor, Role.MANAGER, Role.REVIEWER, Role.ATTORNEY)
        done = attempt(
            form,
            lambda: correct_time(
                actor=actor,
                entry_id=entry_id,
                hours=form.cleaned_data["hours"],
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            ),
        )
        if done:
            toast(request, gettext("The time was corrected; the first entry stays on record."))
            return redirect("spend:time", record.matter_id)
    found = matter(actor=actor, matter_id=record.matter_id)
    context = {
        "record": record,
        "person": person_name(record),
        "matter": found,
        "matter_bar": _bar(found),
        "task_name": billing_codes()[record.task_code].name if record.task_code in billing_codes() else "",
        "history": history_of(matter_id=record.matter_id, entry=entry),
        "may_correct": may_correct,
        "form": form,
    }
    return render(request, "spend/entry.html", context, status=422 if form.errors else 200)
