"""Pages of work: table, board, one item with the reasons of its assignment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from chancery.apps.operations import actions, queries
from chancery.apps.operations.models import WorkItem
from chancery.apps.operations.queries.work import WorkRecord, board, loads, work_found, work_record
from chancery.apps.operations.web.acting import actor_of, address, attempt, explained, moment, need
from chancery.apps.operations.web.forms import ReasonForm, ReassignForm
from chancery.apps.operations.wording import GRADES
from chancery.apps.providers.queries import candidates
from chancery.interface.components import Card, Lane
from chancery.interface.shell.toasts import toast
from chancery.interface.tables import (
    BulkAct,
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
from chancery.platform.access.values import Actor, Role

TONES = {"open": "warn", "assigned": "", "in_progress": "accent", "done": "ok", "cancelled": ""}
SORTABLE = {"title": "title", "due": "due_at", "minutes": "minutes", "created": "created_at"}
VIEWS = ("mine", "live", "nobody", "done", "all")
STAFF = (Role.MANAGER, Role.REVIEWER, Role.ATTORNEY, Role.ADMINISTRATOR)
# Where the subject of a work item is opened: type of subject to address.
SUBJECTS = {
    "batch": "review:desk",
    "sample": "operations:sample",
    "sign_off": "operations:sign_off",
    "request": "operations:request",
    "quote": "operations:quote",
    "conflict_since": "operations:request",
}


def subject_url(record: WorkRecord, actor: Actor) -> str:
    """Return where the subject of a work item is opened; empty where no page is mounted or it is not the actor's."""
    if not actor.has(Role.COUNSEL, Role.MANAGER, Role.ATTORNEY, Role.REVIEWER):
        return ""
    if record.subject_type == "collection" and record.matter_id:
        return address("documents:exceptions", record.matter_id)
    name = SUBJECTS.get(record.subject_type, "")
    return address(name, record.subject_id) if name else ""


def _filters(state: TableState, actor: Actor) -> dict[str, Any]:
    view: dict[str, dict[str, Any]] = {
        "mine": {"assignee_id": actor.user_id, "live": True},
        "live": {"live": True},
        "nobody": {"assignee_id": "none", "live": True},
        "done": {"state": WorkItem.State.DONE},
        "all": {},
    }
    return {"text": state.words, **{key: state.filters.get(key, "") for key in ("kind", "grade")}, **view[state.view]}


def _columns() -> list[Column]:
    return [
        Column("title", gettext("Task"), sortable=True, grow=True),
        Column("matter", gettext("Matter")),
        Column("kind", gettext("Kind")),
        Column("grade", gettext("Grade")),
        Column("assignee", gettext("Assigned to")),
        Column("minutes", gettext("Minutes"), sortable=True, numeric=True),
        Column("due", gettext("Due"), sortable=True),
        Column("state", gettext("State")),
    ]


def work_list(request: HttpRequest) -> HttpResponse:
    """Show work as a table; managers give chosen rows to somebody else."""
    actor = actor_of(request)
    need(actor, *STAFF)
    views = VIEWS if actor.has(Role.REVIEWER, Role.ATTORNEY) else ("live", *(one for one in VIEWS if one != "live"))
    state = TableState.read(
        path=request.path,
        query=request.GET,
        sortable=tuple(SORTABLE),
        default_sort="due",
        views=views,
        filters=("kind", "grade"),
    )
    found = work_found(actor=actor, **_filters(state, actor))
    key, descending = state.sort_keys()
    page = page_of(
        found, sort=[SortKey(SORTABLE[key], descending, nullable=key == "due")], after=state.after, before=state.before
    )
    total, exact = count_up_to(found)
    at = moment()
    manages = actor.has(Role.MANAGER)
    names = {
        "mine": gettext("Mine"),
        "live": gettext("Under way"),
        "nobody": gettext("Nobody assigned"),
        "done": gettext("Done"),
        "all": gettext("All"),
    }
    table = Table(
        caption=gettext("Work"),
        columns=_columns(),
        rows=[_row(work_record(row), at) for row in page.rows],
        state=state,
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        views=[View(one, names[one]) for one in views],
        filters=[
            Filter("kind", gettext("Kind"), [Choice(value, label) for value, label in WorkItem.Kind.choices]),
            Filter("grade", gettext("Grade"), [Choice(value, label) for value, label in GRADES.items()]),
        ],
        acts=[BulkAct("give", gettext("Give to somebody else"), reverse("operations:work_reassign"), letter="a")]
        if manages
        else [],
        empty=gettext("Nothing waits here"),
        empty_hint=gettext("Work appears here as soon as it is assigned."),
    )
    return render(request, "operations/work.html", {"table": table})


def _row(record: WorkRecord, at: datetime) -> Row:
    closed = record.state in ("done", "cancelled")
    late = record.overdue(at)
    return Row(
        id=record.id,
        label=record.title,
        url=reverse("operations:work_item", args=[record.id]),
        cells={
            "title": record.title,
            "matter": record.matter_number,
            "kind": record.kind_name,
            "grade": record.grade_name,
            "assignee": record.assignee or gettext("Nobody"),
            "minutes": str(record.minutes),
            "due": DateCell(record.due_at),
            "state": TagCell(gettext("Late"), "bad") if late else TagCell(record.state_name, TONES[record.state]),
        },
        barred={"give": gettext("Closed work stays as it is.")} if closed else {},
    )


def board_page(request: HttpRequest) -> HttpResponse:
    """Show work that is under way in lanes, by stage or by grade, with everybody's load beside it."""
    actor = actor_of(request)
    need(actor, *STAFF)
    by = "grade" if request.GET.get("by") == "grade" else "stage"
    lanes = board(actor=actor, by=by)
    at = moment()
    context = {
        "by": by,
        "lanes": [
            Lane(label=lane.name, limit=lane.limit, cards=[_card(card, at) for card in lane.cards]) for lane in lanes
        ],
        "hidden": sum(lane.total - len(lane.cards) for lane in lanes),
        "people": _people_with_load() if actor.has(Role.MANAGER) else [],
    }
    return render(request, "operations/board.html", context)


def _card(record: WorkRecord, at: datetime) -> Card:
    place = " · ".join(part for part in (record.language, record.jurisdiction, ", ".join(record.skills)) if part)
    due = gettext("due %(when)s") % {"when": str(DateCell(record.due_at))} if record.due_at else ""
    lines = [
        f"{record.matter_number} {record.matter_title}".strip() or record.tenant_name,
        place,
        f"{record.assignee or gettext('Nobody')} · {record.minutes} min",
    ]
    tags = [TagCell(record.kind_name)]
    if record.due_at and record.overdue(at):
        tags.append(TagCell(gettext("Late"), "bad"))
    elif due:
        tags.append(TagCell(record.due_at.strftime("%Y-%m-%d") if record.due_at else ""))
    return Card(
        title=record.title,
        url=reverse("operations:work_item", args=[record.id]),
        lines=[line for line in lines if line],
        tags=tags,
    )


def _people_with_load() -> list[dict[str, Any]]:
    people = candidates(on=moment().date())
    busy = loads(user_ids=[person.user_id for person in people])
    chinese = (get_language() or "").startswith("zh")
    return [
        {
            "name": person.name_zh if chinese and person.name_zh else person.name,
            "busy": busy.get(person.user_id, 0),
            "daily": person.daily_minutes,
            "absent": person.absent,
        }
        for person in people
    ]


def _people() -> list[tuple[str, str]]:
    chinese = (get_language() or "").startswith("zh")
    return [
        (person.user_id, person.name_zh if chinese and person.name_zh else person.name)
        for person in candidates(on=moment().date())
    ]


def work_page(request: HttpRequest, work_item_id: str) -> HttpResponse:
    """Show one item: what it asks for, who has it and why, who else was weighed, who is barred."""
    record = queries.work_item(actor=actor_of(request), work_item_id=work_item_id)
    return _page(request, record)


def _page(
    request: HttpRequest, record: WorkRecord, *, give: ReassignForm | None = None, cancel: ReasonForm | None = None
) -> HttpResponse:
    actor = actor_of(request)
    live = record.state in ("open", "assigned", "in_progress")
    manages = actor.has(Role.MANAGER) and live
    mine = record.assignee_id == actor.user_id
    context = {
        "record": record,
        "tone": "bad" if record.overdue(moment()) else TONES[record.state],
        "facts": _facts(record),
        "why": explained(record.why),
        "others": [(one, explained(one.reasons)) for one in record.alternatives],
        "barred": [(one, " ".join(reason.text for reason in one.reasons)) for one in record.barred],
        "subject_url": subject_url(record, actor),
        "may_start": mine and record.state == "assigned",
        "may_complete": live and (mine or actor.has(Role.MANAGER)) and record.kind in ("exception", "line_query"),
        "give_form": (give or ReassignForm(prefix="give", people=_people())) if manages else None,
        "cancel_form": (cancel or ReasonForm(prefix="cancel")) if manages else None,
        "has_errors": bool((give and give.errors) or (cancel and cancel.errors)),
    }
    return render(request, "operations/work_item.html", context, status=422 if context["has_errors"] else 200)


def _facts(record: WorkRecord) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [
        (gettext("Kind"), record.kind_name),
        (gettext("For"), record.role_name),
        (gettext("Grade"), record.grade_name),
        (gettext("Skills"), ", ".join(record.skills)),
        (gettext("Language"), record.language),
        (gettext("Licence in"), record.jurisdiction),
        (gettext("Expected minutes"), str(record.minutes)),
        (gettext("Opened"), DateCell(record.created_at)),
        (gettext("Due"), DateCell(record.due_at) if record.due_at else ""),
        (gettext("Begun"), DateCell(record.started_at) if record.started_at else ""),
        (gettext("Finished"), DateCell(record.done_at) if record.done_at else ""),
    ]
    return [(name, value) for name, value in found if value]


@require_POST
def start(request: HttpRequest, work_item_id: str) -> HttpResponse:
    """Begin the work and go to its subject."""
    actor = actor_of(request)
    record = actions.start_work(actor=actor, work_item_id=work_item_id, at=moment())
    return redirect(subject_url(record, actor) or reverse("operations:work_item", args=[record.id]))


@require_POST
def complete(request: HttpRequest, work_item_id: str) -> HttpResponse:
    """Finish the work."""
    actions.complete_work(actor=actor_of(request), work_item_id=work_item_id, at=moment())
    toast(request, gettext("The work is done."))
    return redirect("operations:work_item", work_item_id=work_item_id)


@require_POST
def give(request: HttpRequest, work_item_id: str) -> HttpResponse:
    """Give the work to somebody else."""
    actor = actor_of(request)
    record = queries.work_item(actor=actor, work_item_id=work_item_id)
    need(actor, Role.MANAGER)
    form = ReassignForm(request.POST, prefix="give", people=_people())
    done = attempt(
        form,
        lambda: actions.reassign(
            actor=actor,
            work_item_id=work_item_id,
            person=form.cleaned_data["person"] or None,
            reason=form.cleaned_data["reason"],
            at=moment(),
        ),
    )
    if not done:
        return _page(request, record, give=form)
    toast(request, gettext("The work was given out anew."))
    return redirect("operations:work_item", work_item_id=work_item_id)


@require_POST
def cancel(request: HttpRequest, work_item_id: str) -> HttpResponse:
    """Withdraw the work."""
    actor = actor_of(request)
    record = queries.work_item(actor=actor, work_item_id=work_item_id)
    need(actor, Role.MANAGER)
    form = ReasonForm(request.POST, prefix="cancel")
    done = attempt(
        form,
        lambda: actions.cancel_work(
            actor=actor, work_item_id=work_item_id, reason=form.cleaned_data["reason"], at=moment()
        ),
    )
    if not done:
        return _page(request, record, cancel=form)
    toast(request, gettext("The work was withdrawn."))
    return redirect("operations:work_item", work_item_id=work_item_id)


@require_http_methods(["POST"])
def reassign_chosen(request: HttpRequest) -> HttpResponse:
    """Give chosen rows of the table to somebody else: asks for the person and the reason, then acts on all."""
    actor = actor_of(request)
    need(actor, Role.MANAGER)
    chosen = request.POST.getlist("row")[:500]
    rows = [record for record in (_visible(actor, one) for one in chosen) if record is not None]
    asked = "give-reason" in request.POST
    form = ReassignForm(request.POST if asked else None, prefix="give", people=_people())
    if asked:
        done = attempt(
            form,
            lambda: actions.reassign_many(
                actor=actor,
                work_item_ids=[record.id for record in rows],
                person=form.cleaned_data["person"] or None,
                reason=form.cleaned_data["reason"],
                at=moment(),
            ),
        )
        if done:
            count = len(rows)
            said = ngettext("%(count)s task was given out anew.", "%(count)s tasks were given out anew.", count)
            toast(request, said % {"count": count})
            return redirect("operations:work")
    context = {"rows": rows, "form": form}
    return render(request, "operations/reassign.html", context, status=422 if form.errors else 200)


def _visible(actor: Actor, work_item_id: str) -> WorkRecord | None:
    found = work_found(actor=actor, live=True).filter(id=work_item_id).first()
    return work_record(found) if found else None
