"""Pages of second looks and checklists."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from chancery.apps.operations import actions, queries
from chancery.apps.operations.queries.quality import OverturnReport, SampleItemRecord, SampleRecord
from chancery.apps.operations.queries.saying import decision_said
from chancery.apps.operations.web.acting import actor_of, address, attempt, moment, need
from chancery.apps.operations.web.forms import ReasonForm, ResolveForm, TickForm
from chancery.foundation.errors import NotFound
from chancery.interface.components import Tile
from chancery.interface.shell.toasts import toast
from chancery.platform.access.values import Role

TONES = {"open": "accent", "complete": "ok", "waived": "warn"}


def sample_page(request: HttpRequest, sample_id: str) -> HttpResponse:
    """Show a sample: how it was drawn, how far it is, what was overturned and how that was settled."""
    return _sample_page(request, queries.sample(actor=actor_of(request), sample_id=sample_id))


def _sample_page(
    request: HttpRequest,
    record: SampleRecord,
    *,
    waive: ReasonForm | None = None,
    resolve: tuple[str, ResolveForm] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    supervises = actor.has(Role.MANAGER, Role.ATTORNEY)
    report = queries.overturn_report(actor=actor, sample_id=record.id) if supervises else None
    context = {
        "record": record,
        "tone": TONES[record.state],
        "report": report,
        "tiles": _tiles(record, report),
        "share": float(record.plan["share"]),
        "lines": [_line(record.kind, item, supervises, resolve) for item in record.items],
        "supervises": supervises,
        "waive_form": (waive or ReasonForm(prefix="waive"))
        if actor.has(Role.ATTORNEY) and record.state == "open"
        else None,
        "has_errors": bool((waive and waive.errors) or resolve),
    }
    return render(request, "operations/sample.html", context, status=422 if context["has_errors"] else 200)


def _tiles(record: SampleRecord, report: OverturnReport | None) -> list[Tile]:
    tiles = [
        Tile(label=gettext("Population"), value=f"{record.population:,}"),
        Tile(label=gettext("Drawn"), value=f"{record.size:,}"),
        Tile(label=gettext("Looked at twice"), value=f"{record.done:,} / {record.size:,}"),
    ]
    if report is not None:
        rate = f"{report.rate:.1%}" if report.rate is not None else "–"
        low_high = ""
        if report.low is not None and report.high is not None:
            low_high = gettext("%(low)s to %(high)s at 95 %% (Wilson)") % {
                "low": f"{report.low:.1%}",
                "high": f"{report.high:.1%}",
            }
        tiles += [
            Tile(label=gettext("Overturned"), value=f"{report.overturned:,} · {rate}", note=low_high),
            Tile(
                label=gettext("To settle"),
                value=f"{report.unresolved:,}",
                tone="warn" if report.unresolved else "",
            ),
        ]
    return tiles


def _line(
    kind: str, item: SampleItemRecord, supervises: bool, resolve: tuple[str, ResolveForm] | None
) -> dict[str, Any]:
    form = None
    if supervises and item.overturned and not item.resolution:
        held = resolve[1] if resolve and resolve[0] == item.subject_id else None
        form = held or ResolveForm(prefix=f"keep-{item.position}")
    return {
        "item": item,
        "first": decision_said(kind=kind, values=item.first_values),
        "second": decision_said(kind=kind, values=item.second_values),
        "form": form,
    }


@require_POST
def waive(request: HttpRequest, sample_id: str) -> HttpResponse:
    """Waive the rest of a second look."""
    actor = actor_of(request)
    record = queries.sample(actor=actor, sample_id=sample_id)
    need(actor, Role.ATTORNEY)
    form = ReasonForm(request.POST, prefix="waive")
    done = attempt(
        form,
        lambda: actions.waive_sample(actor=actor, sample_id=sample_id, reason=form.cleaned_data["reason"], at=moment()),
    )
    if not done:
        return _sample_page(request, record, waive=form)
    toast(request, gettext("The second look was waived; the reason is on record."))
    return redirect("operations:sample", sample_id=sample_id)


@require_POST
def resolve(request: HttpRequest, sample_id: str, subject_id: str) -> HttpResponse:
    """Settle a difference."""
    actor = actor_of(request)
    record = queries.sample(actor=actor, sample_id=sample_id)
    need(actor, Role.MANAGER, Role.ATTORNEY)
    item = next((one for one in record.items if one.subject_id == subject_id), None)
    if item is None:
        raise NotFound
    form = ResolveForm(request.POST, prefix=f"keep-{item.position}")
    done = attempt(
        form,
        lambda: actions.resolve_overturn(
            actor=actor,
            sample_id=sample_id,
            subject_id=subject_id,
            keep=form.cleaned_data["keep"],
            reason=form.cleaned_data["reason"],
            at=moment(),
        ),
    )
    if not done:
        return _sample_page(request, record, resolve=(subject_id, form))
    toast(request, gettext("The difference was settled."))
    return redirect("operations:sample", sample_id=sample_id)


def checklist_page(request: HttpRequest, checklist_id: str) -> HttpResponse:
    """Show a checklist."""
    return _checklist_page(request, checklist_id)


def _checklist_page(
    request: HttpRequest, checklist_id: str, *, held: tuple[str, TickForm] | None = None
) -> HttpResponse:
    record = queries.checklist(actor=actor_of(request), checklist_id=checklist_id)
    subject = address("production:production", record.subject_id) if record.subject_type == "production" else ""
    context = {
        "record": record,
        "subject_url": subject,
        "done": sum(point.ticked for point in record.points),
        "points": [
            (point, held[1] if held and held[0] == point.key else TickForm(prefix=point.key)) for point in record.points
        ],
        "has_errors": held is not None,
    }
    return render(request, "operations/checklist.html", context, status=422 if held else 200)


@require_POST
def tick_point(request: HttpRequest, checklist_id: str, key: str) -> HttpResponse:
    """Tick a point, or take its tick back; goes back to where the form stood."""
    actor = actor_of(request)
    if "untick" in request.POST:
        actions.untick(actor=actor, checklist_id=checklist_id, key=key, at=moment())
        return redirect("operations:checklist", checklist_id=checklist_id)
    form = TickForm(request.POST, prefix=key)
    done = attempt(
        form,
        lambda: actions.tick(
            actor=actor, checklist_id=checklist_id, key=key, evidence=form.cleaned_data["evidence"], at=moment()
        ),
    )
    if not done:
        return _checklist_page(request, checklist_id, held=(key, form))
    return redirect("operations:checklist", checklist_id=checklist_id)
