"""Pages of conflict checks and ethical walls."""

from __future__ import annotations

from typing import cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from chancery.apps.compliance import actions, policies, queries
from chancery.apps.compliance.models import ConflictCheck
from chancery.apps.compliance.queries import ConflictRecord, conflict_checks_found, record_of
from chancery.apps.matters.queries import matter_choices
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
    TagCell,
    View,
    count_up_to,
    page_of,
)
from chancery.platform.access.values import Actor

TONES = {"clear": "ok", "review": "warn", "conflict": "bad"}
SEVERITIES = {"note": "", "review": "warn", "conflict": "bad"}
HIDDEN = frozenset({"not_found", "not_allowed"})


class DecisionForm(forms.Form):
    """Deciding what a conflict check found."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("cleared", _("Clear it")), ("declined", _("Decline the work"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class WallForm(forms.Form):
    """Barring a person from a matter."""

    matter = forms.ChoiceField(label=_("Matter"))
    person = forms.ChoiceField(label=_("Person"))
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: object, actor: Actor, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        matters = [(one.id, f"{one.number} {one.title}") for one in matter_choices(actor=actor, limit=2000)]
        people = [(one.user_id, one.name) for one in queries.staff_choices(actor=actor)]
        for name, choices in (("matter", matters), ("person", people)):
            field = cast(forms.ChoiceField, self.fields[name])
            field.choices = [("", "—"), *choices]


class LowerForm(forms.Form):
    """Ending a wall."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def _decider(request: HttpRequest) -> Actor:
    actor = _actor(request)
    if not (actor.provider and actor.has(*policies.DECIDERS)):
        raise NotFound
    return actor


def _back(form: forms.Form, refusal: Refused) -> None:
    """Put a refusal into its form; what may not be seen stays unseen."""
    if refusal.code in HIDDEN:
        raise refusal
    form.add_error(None, refusal.sentence(gettext(refusal.message)))


def conflict_list(request: HttpRequest) -> HttpResponse:
    """Show conflict checks: first those that wait for a decision."""
    actor = _decider(request)
    state = TableState.read(
        path=request.path,
        query=request.GET,
        sortable=("checked",),
        default_sort="-checked",
        views=("waiting", "all"),
        filters=("outcome",),
    )
    found = conflict_checks_found(
        actor=actor, text=state.words, outcome=state.filters.get("outcome", ""), waiting=state.view == "waiting"
    )
    _key, descending = state.sort_keys()
    page = page_of(found, sort=[SortKey("checked_at", descending)], after=state.after, before=state.before)
    total, exact = count_up_to(found)
    table = Table(
        caption=gettext("Conflict checks"),
        columns=[
            Column("label", gettext("Checked for"), grow=True),
            Column("client", gettext("Client")),
            Column("names", gettext("Names"), numeric=True),
            Column("outcome", gettext("Outcome")),
            Column("decision", gettext("Decision")),
            Column("checked", gettext("Checked"), sortable=True),
        ],
        rows=[_row(record_of(row, with_hits=False)) for row in page.rows],
        state=state,
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        views=[View("waiting", gettext("Waiting")), View("all", gettext("All"))],
        filters=[
            Filter("outcome", gettext("Outcome"), [Choice(key, name) for key, name in ConflictCheck.Outcome.choices])
        ],
        empty=gettext("No conflict waits for a decision"),
    )
    return render(request, "compliance/conflicts.html", {"table": table})


def _row(record: ConflictRecord) -> Row:
    return Row(
        id=record.id,
        label=record.label or record.subject_id,
        url=reverse("compliance:conflict", args=[record.id]),
        cells={
            "label": record.label or record.subject_id,
            "client": record.tenant_name,
            "names": str(len(record.names)),
            "outcome": TagCell(record.outcome_name, TONES[record.outcome]),
            "decision": record.decision_name,
            "checked": DateCell(record.checked_at),
        },
    )


@require_http_methods(["GET", "POST"])
def conflict_page(request: HttpRequest, check_id: str) -> HttpResponse:
    """Show what a check found; a post records the decision."""
    actor = _decider(request)
    record = queries.conflict_check(actor=actor, check_id=check_id)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_conflict(
                actor=actor,
                check_id=check_id,
                decision=form.cleaned_data["decision"],
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except Refused as refusal:
            _back(form, refusal)
        else:
            toast(request, gettext("The decision was recorded."))
            return redirect("compliance:conflict", check_id=check_id)
    context = {
        "record": record,
        "tone": TONES[record.effective],
        "hits": [(hit, SEVERITIES[hit.severity]) for hit in record.hits],
        "names": [(name["name"], queries.side_name(name["side"])) for name in record.names],
        "form": form if record.outcome != "clear" and not record.decision else None,
        "subject_url": _subject(record),
    }
    return render(request, "compliance/conflict.html", context, status=422 if form.errors else 200)


def _subject(record: ConflictRecord) -> str:
    try:
        return reverse("operations:request", args=[record.subject_id]) if record.subject_type == "request" else ""
    except NoReverseMatch:
        return ""


@require_http_methods(["GET", "POST"])
def wall_list(request: HttpRequest) -> HttpResponse:
    """Show the walls; a post raises one."""
    actor = _actor(request)
    if not policies.may_see_walls(actor):
        raise NotFound
    form = WallForm(request.POST if request.method == "POST" else None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            actions.raise_wall(
                actor=actor,
                matter_id=form.cleaned_data["matter"],
                user_id=form.cleaned_data["person"],
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except Refused as refusal:
            _back(form, refusal)
        else:
            toast(request, gettext("The wall stands."))
            return redirect("compliance:walls")
    return _walls(request, actor, form)


def _walls(
    request: HttpRequest, actor: Actor, form: WallForm, *, lower: tuple[str, LowerForm] | None = None
) -> HttpResponse:
    may_lower = queries.may_lower(actor)
    walls = [
        (
            wall,
            (lower[1] if lower and lower[0] == wall.id else LowerForm(prefix=wall.id))
            if may_lower and wall.standing and wall.user_id != actor.user_id
            else None,
        )
        for wall in queries.list_walls(actor=actor)
    ]
    context = {"walls": walls, "form": form, "has_errors": lower is not None}
    return render(request, "compliance/walls.html", context, status=422 if form.errors or lower else 200)


@require_POST
def lower(request: HttpRequest, wall_id: str) -> HttpResponse:
    """End a wall with a reason."""
    actor = _actor(request)
    if not (policies.may_see_walls(actor) and queries.may_lower(actor)):
        raise NotFound
    form = LowerForm(request.POST, prefix=wall_id)
    if form.is_valid():
        try:
            actions.lower_wall(actor=actor, wall_id=wall_id, reason=form.cleaned_data["reason"], at=timezone.now())
        except Refused as refusal:
            _back(form, refusal)
        else:
            toast(request, gettext("The wall was lowered."))
            return redirect("compliance:walls")
    elif all(wall.id != wall_id for wall in queries.list_walls(actor=actor)):
        raise NotFound
    return _walls(request, actor, WallForm(actor=actor), lower=(wall_id, form))
