"""Pages of a matter's productions: the list, one production on its way to the client, the acts on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from chancery.apps.matters.queries import MatterRecord, matter
from chancery.apps.operations.actions.checklists import tick, untick
from chancery.apps.operations.actions.signoffs import ChecklistIncomplete
from chancery.apps.operations.queries.quality import checklist_of
from chancery.apps.operations.queries.releases import sign_off
from chancery.apps.production import policies, queries
from chancery.apps.production.actions.preparing import next_volume, prepare_production
from chancery.apps.production.actions.releasing import submit_for_sign_off
from chancery.apps.production.models import Production
from chancery.apps.production.queries import ProductionRecord
from chancery.apps.production.web import shown
from chancery.apps.production.web.asking import NextStep, actor_of, address, bar_of, next_step, sentence_of
from chancery.apps.production.web.forms import EvidenceForm, LinkForm, PrepareForm
from chancery.apps.production.web.listing import production_table
from chancery.foundation.errors import NotFound, Refused
from chancery.interface.components import Progress
from chancery.interface.shell.toasts import toast
from chancery.platform.jobs.queries import jobs_for

STATE = Production.State
CHANGEABLE = frozenset({STATE.PREPARED})
REPEATABLE = frozenset({STATE.PREPARED, STATE.AWAITING, STATE.REFUSED, STATE.VOID})
FILES_SHOWN = 100


def production_list(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show the productions of a matter, and the form that prepares the next one."""
    return _list_page(request, matter(actor=actor_of(request), matter_id=matter_id))


def _list_page(
    request: HttpRequest, found: MatterRecord, form: PrepareForm | None = None, step: NextStep | None = None
) -> HttpResponse:
    actor = actor_of(request)
    may_prepare = policies.may_prepare(actor)
    if may_prepare and form is None:
        volume, _number = next_volume(actor=actor, matter_id=found.id)
        form = PrepareForm(
            initial={"volume": volume, "number_prefix": found.bates_prefix, "confidentiality": "CONFIDENTIAL"}
        )
    refused = bool(form and form.errors)
    context = {
        "matter": found,
        "matter_bar": bar_of(found),
        "table": production_table(request=request, actor=actor, matter_id=found.id, path=_list_url(found.id)),
        "prepare_form": form if may_prepare else None,
        "next_step": step,
        "has_errors": refused,
    }
    return render(request, "production/list.html", context, status=422 if refused else 200)


def _list_url(matter_id: str) -> str:
    return reverse("production:list", args=[matter_id])


@require_POST
def prepare(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Choose and check what leaves; a refusal comes back with the next step."""
    actor = actor_of(request)
    found = matter(actor=actor, matter_id=matter_id)
    if not policies.may_prepare(actor):
        raise NotFound
    form = PrepareForm(request.POST)
    if not form.is_valid():
        return _list_page(request, found, form)
    answers = form.cleaned_data
    try:
        production_id = prepare_production(
            actor=actor,
            matter_id=matter_id,
            confidentiality=answers["confidentiality"],
            settings={"volume": answers["volume"], "prefix": answers["number_prefix"]},
            at=timezone.now(),
        )
    except Refused as refusal:
        form.add_error(None, sentence_of(refusal))
        return _list_page(request, found, form, next_step(code=refusal.code, matter_id=matter_id))
    toast(request, gettext("The production was prepared and checked."))
    return redirect("production:production", production_id)


def production_page(request: HttpRequest, production_id: str) -> HttpResponse:
    """Show one production: checks, checklist, numbers to come, sign-off, and what was delivered."""
    return page_of_production(request, queries.production(actor=actor_of(request), production_id=production_id))


def page_of_production(
    request: HttpRequest,
    record: ProductionRecord,
    *,
    point: tuple[str, EvidenceForm] | None = None,
    problem: str = "",
    link_form: LinkForm | None = None,
    link_url: str = "",
) -> HttpResponse:
    """Render a production's page, with a form that was refused or a link that was just made."""
    actor = actor_of(request)
    found = matter(actor=actor, matter_id=record.matter_id)
    delivered = record.state == STATE.DELIVERED
    expected = None if delivered else queries.expected_pages(actor=actor, production_id=record.id)
    first, last = shown.number_range(record, expected)
    context: dict[str, Any] = {
        "record": record,
        "matter": found,
        "matter_bar": bar_of(found),
        "tone": shown.tone_of(record.state),
        "message": gettext(record.message) if record.message else "",
        "steps": shown.steps(record.state),
        "tiles": shown.tiles(record, expected),
        "first": first,
        "last": last,
        "delivered": delivered,
        "staff": actor.provider,
        "places": queries.first_places(actor=actor, production_id=record.id),
        "may_prepare": policies.may_prepare(actor) and record.state in REPEATABLE,
        "may_submit": policies.may_prepare(actor) and record.state == STATE.PREPARED,
        "problem": problem,
        "has_errors": bool(point or problem or (link_form and link_form.errors)),
    }
    context |= _inside(request, record, point) if actor.provider else {}
    context |= _handed_over(request, record, link_form, link_url) if delivered else {}
    return render(request, "production/production.html", context, status=422 if context["has_errors"] else 200)


def _inside(request: HttpRequest, record: ProductionRecord, point: tuple[str, EvidenceForm] | None) -> dict[str, Any]:
    """Return what only the provider's people see: checks, checklist, sign-off, the writing under way."""
    actor = actor_of(request)
    held = checklist_of(subject_type="production", subject_id=record.id)
    points = shown.points(held, open_for_change=record.state in CHANGEABLE, held=point) if held else []
    context: dict[str, Any] = {
        "checks": shown.checks(record),
        "points": points,
        "points_done": shown.done_of(points),
        "progress": progress_of(request, record),
        "sign_off": None,
    }
    if record.sign_off_id:
        try:
            found = sign_off(actor=actor, sign_off_id=record.sign_off_id)
            context["sign_off"] = found
            context["void_reason"] = gettext(found.void_reason) if found.void_reason else ""
            context["sign_off_url"] = address("operations:sign_off", record.sign_off_id)
        except NotFound:
            context["sign_off"] = None  # a reviewer sees the state, not the sign-off itself
    return context


def _handed_over(
    request: HttpRequest, record: ProductionRecord, link_form: LinkForm | None, link_url: str
) -> dict[str, Any]:
    actor = actor_of(request)
    files, size = queries.volume_size(actor=actor, production_id=record.id)
    may_link = policies.may_hand_over(actor)
    return {
        "files": queries.files_of(actor=actor, production_id=record.id, limit=FILES_SHOWN),
        "file_count": files,
        "volume_bytes": size,
        "links": queries.links_of(actor=actor, production_id=record.id, at=timezone.now()) if may_link else [],
        "link_form": (link_form or LinkForm()) if may_link else None,
        "link_url": link_url,
    }


def progress_of(request: HttpRequest, record: ProductionRecord) -> Progress | None:
    """Return how far the writing of a signed volume is, or None when nothing is being written."""
    if record.state not in (STATE.SIGNED, STATE.WRITING):
        return None
    running = jobs_for(actor=actor_of(request), matter_id=record.matter_id, limit=20)
    job = next((item for item in running if item.name == "production.write"), None)
    failed = job is not None and job.state == "failed"
    return Progress(
        id="writing",
        label=gettext("Writing the volume"),
        done=job.done if job else 0,
        total=job.total if job else 0,
        unit=gettext("steps"),
        seconds_left=job.eta_seconds if job else None,
        poll_url="" if failed else reverse("production:progress", args=[record.id]),
        tag=gettext("failed") if failed else "",
        tone="bad" if failed else "",
    )


def progress(request: HttpRequest, production_id: str) -> HttpResponse:
    """Answer how far the writing is; once it is over the whole page is asked for again."""
    record = queries.production(actor=actor_of(request), production_id=production_id)
    if not actor_of(request).provider:
        raise NotFound
    state = progress_of(request, record)
    if state is None:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = reverse("production:production", args=[production_id])
        return answer
    return render(request, "chancery/components/progress.html", {"progress": state})


@require_POST
def submit(request: HttpRequest, production_id: str) -> HttpResponse:
    """Send a prepared production to the attorney."""
    actor = actor_of(request)
    record = queries.production(actor=actor, production_id=production_id)
    if not policies.may_prepare(actor):
        raise NotFound
    try:
        submit_for_sign_off(actor=actor, production_id=production_id, at=timezone.now())
    except ChecklistIncomplete as refusal:
        return page_of_production(request, record, problem=sentence_of(refusal))
    except Refused as refusal:
        hint = gettext("Prepare it again, so that what is signed is what leaves.")
        return page_of_production(request, record, problem=f"{sentence_of(refusal)} {hint}")
    toast(request, gettext("The production waits for the attorney's sign-off."))
    return redirect("production:production", production_id)


@require_POST
def tick_point(request: HttpRequest, production_id: str, key: str) -> HttpResponse:
    """Tick a point of the production's checklist with its evidence, or take the tick back."""
    actor = actor_of(request)
    record = queries.production(actor=actor, production_id=production_id)
    if not actor.provider or not record.checklist_id:
        raise NotFound
    if "untick" in request.POST:
        untick(actor=actor, checklist_id=record.checklist_id, key=key, at=timezone.now())
        toast(request, gettext("The tick was taken back."))
        return redirect(_checklist_url(record.id))
    held = checklist_of(subject_type="production", subject_id=record.id)
    point = next((item for item in held.points if item.key == key), None) if held else None
    if point is None:
        raise NotFound
    form = EvidenceForm(request.POST, prefix=key, kind=point.evidence_kind)
    if form.is_valid():
        try:
            tick(
                actor=actor,
                checklist_id=record.checklist_id,
                key=key,
                evidence=form.cleaned_data["evidence"],
                at=timezone.now(),
            )
            return redirect(_checklist_url(record.id))
        except Refused as refusal:
            form.add_error("evidence", sentence_of(refusal))
    return page_of_production(request, record, point=(key, form))


def _checklist_url(production_id: str) -> str:
    return f"{reverse('production:production', args=[production_id])}#checklist"
