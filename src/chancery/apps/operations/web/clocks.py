"""The service clock of a matter: its events, the recomputation, pausing and resuming."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from chancery.apps.matters.queries import matter as matter_record
from chancery.apps.operations import actions, queries
from chancery.apps.operations.web.acting import actor_of, address, attempt, moment, need
from chancery.apps.operations.web.forms import PauseForm
from chancery.interface.components import MatterBar, Tile
from chancery.interface.shell.toasts import toast
from chancery.interface.tables import DateCell
from chancery.platform.access.values import Role

TONES = {"running": "accent", "paused": "warn", "met": "ok", "breached": "bad", "waiting": "", "stopped": ""}


def hours(minutes: int) -> str:
    """Return working minutes as hours and minutes."""
    sign = "−" if minutes < 0 else ""
    whole, rest = divmod(abs(minutes), 60)
    return f"{sign}{whole}:{rest:02d}"


def clock_page(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show the clock."""
    return _page(request, matter_id)


def _page(
    request: HttpRequest, matter_id: str, *, pause: PauseForm | None = None, resume: PauseForm | None = None
) -> HttpResponse:
    actor = actor_of(request)
    matter = matter_record(actor=actor, matter_id=matter_id)
    record = queries.clock_of(actor=actor, matter_id=matter_id, now=moment())
    manages = actor.has(Role.MANAGER) and record.state not in ("met", "stopped")
    paused = bool(record.paused_reasons)
    country = {"CN": gettext("China"), "US": gettext("United States")}[record.calendar]
    context = {
        "record": record,
        "tone": TONES[record.state],
        "matter_bar": MatterBar(matter.number, matter.title, address("workspace:matter", matter.id)),
        "matter": matter,
        "country": country,
        "tiles": [
            Tile(label=gettext("Promised"), value=hours(record.promised_minutes), unit=gettext("working hours")),
            Tile(label=gettext("Used"), value=hours(record.used_minutes), unit=gettext("working hours")),
            Tile(
                label=gettext("Remaining"),
                value=hours(record.remaining_minutes),
                unit=gettext("working hours"),
                tone="bad" if record.remaining_minutes < 0 else "warn" if record.warning else "",
            ),
            Tile(
                label=gettext("Due"),
                value=DateCell(record.due) if record.due else "–",
                note=gettext("provisional") if record.provisional else "",
            ),
        ],
        "events": [(event, hours(event.used_minutes)) for event in record.events],
        "pause_form": (pause or PauseForm(prefix="pause")) if manages and not paused else None,
        "resume_form": (resume or PauseForm(prefix="resume", initial={"reason": record.paused_reasons[-1]}))
        if manages and paused
        else None,
        "has_errors": bool((pause and pause.errors) or (resume and resume.errors)),
    }
    return render(request, "operations/clock.html", context, status=422 if context["has_errors"] else 200)


@require_POST
def pause(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Pause the clock with a reason."""
    actor = actor_of(request)
    queries.engagement_for(actor=actor, matter_id=matter_id)
    need(actor, Role.MANAGER)
    form = PauseForm(request.POST, prefix="pause")
    done = attempt(
        form,
        lambda: actions.pause_clock(
            actor=actor,
            matter_id=matter_id,
            reason=form.cleaned_data["reason"],
            evidence=form.cleaned_data["evidence"],
            at=moment(),
        ),
    )
    if not done:
        return _page(request, matter_id, pause=form)
    toast(request, gettext("The clock is paused."))
    return redirect("operations:clock", matter_id=matter_id)


@require_POST
def resume(request: HttpRequest, matter_id: str) -> HttpResponse:
    """End a pause."""
    actor = actor_of(request)
    queries.engagement_for(actor=actor, matter_id=matter_id)
    need(actor, Role.MANAGER)
    form = PauseForm(request.POST, prefix="resume")
    done = attempt(
        form,
        lambda: actions.resume_clock(
            actor=actor,
            matter_id=matter_id,
            reason=form.cleaned_data["reason"],
            evidence=form.cleaned_data["evidence"],
            at=moment(),
        ),
    )
    if not done:
        return _page(request, matter_id, resume=form)
    toast(request, gettext("The clock runs again."))
    return redirect("operations:clock", matter_id=matter_id)
