"""Processing of a matter: live progress and the accounting that must add up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from chancery.apps.documents import queries
from chancery.apps.documents.web.shared import actor_of, matter_bar, said
from chancery.apps.documents.web.words import CHECKS, CODES, KINDS, STATES
from chancery.interface.components import Progress, Tile
from chancery.interface.words import bytes_words, whole_words
from chancery.platform.access.values import Actor
from chancery.platform.jobs.actions import cancel, resume
from chancery.platform.jobs.queries import JobRecord, jobs_for

UNITS: Final = {"files": _("files"), "documents": _("documents"), "steps": _("steps")}


@require_GET
def processing(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show how far processing is and what became of every file and byte."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    jobs = _jobs(actor, matter_id)
    if request.GET.get("fragment") == "jobs":
        return render(request, "documents/jobs.html", {**_job_context(jobs, matter_id), "ended": True})
    counted = queries.collection_accounting(actor=actor, matter_id=matter_id)
    context = {
        "matter_bar": bar,
        "matter_id": matter_id,
        "accounting": counted,
        "tiles": _tiles(counted, matter_id),
        "checks": [(said(CHECKS, check.code), check, *_sides(check.code, matter_id)) for check in counted.checks],
        "list_url": reverse("documents:list", args=[matter_id]),
        "codes": _linked(counted.by_exception, CODES, matter_id, "code"),
        "kinds": _linked(counted.by_kind, KINDS, matter_id, "kind"),
        "collections": [
            (row, said(STATES, row.state)) for row in queries.collections(actor=actor, matter_id=matter_id)
        ],
        "bytes": bytes_words(counted.input_bytes),
        **_job_context(jobs, matter_id),
    }
    return render(request, "documents/processing.html", context)


@require_POST
def stop(request: HttpRequest, matter_id: str, job_id: str) -> HttpResponse:
    """Stop background work at its next step, or let stopped work go on."""
    act = resume if request.POST.get("act") == "resume" else cancel
    act(actor=actor_of(request), job_id=job_id, at=timezone.now())
    return redirect("documents:processing", matter_id)


def _jobs(actor: Actor, matter_id: str) -> list[JobRecord]:
    names = ("documents.", "search.")
    return [job for job in jobs_for(actor=actor, matter_id=matter_id, limit=20) if job.name.startswith(names)]


def _job_context(jobs: list[JobRecord], matter_id: str) -> dict[str, object]:
    running = [job for job in jobs if not job.ended]
    stopped = [job for job in jobs if job.state in ("failed", "cancelled")]
    shown = [
        Progress(
            id=f"job-{job.id}",
            label=job.label,
            done=job.done,
            total=job.total,
            unit=said(UNITS, job.unit),
            seconds_left=job.eta_seconds,
            cancel_url=reverse("documents:stop", args=[matter_id, job.id]),
            tag=gettext("waiting") if job.state == "queued" else "",
        )
        for job in running
    ]
    poll = f"{reverse('documents:processing', args=[matter_id])}?fragment=jobs" if running else ""
    return {"running": shown, "stopped": stopped, "poll_url": poll, "matter_id": matter_id}


def _tiles(counted: queries.Accounting, matter_id: str) -> list[Tile]:
    listed = reverse("documents:list", args=[matter_id])
    exceptions = reverse("documents:exceptions", args=[matter_id])
    return [
        Tile(
            gettext("Files received"),
            whole_words(counted.input_files),
            note=bytes_words(counted.input_bytes),
            url=reverse("documents:inventory", args=[matter_id]),
        ),
        Tile(gettext("Documents"), whole_words(counted.documents), url=listed),
        Tile(gettext("Read"), whole_words(counted.items), url=f"{listed}?status=item"),
        Tile(gettext("Containers"), whole_words(counted.containers), url=f"{listed}?status=container"),
        Tile(
            gettext("Exceptions"),
            whole_words(counted.exceptions),
            url=exceptions,
            tone="bad" if counted.exceptions else "",
        ),
        Tile(gettext("Copies"), whole_words(counted.duplicates), url=f"{listed}?copies=only"),
    ]


def _sides(code: str, matter_id: str) -> tuple[str, str]:
    """Return the rows behind both sides of a sum."""
    listed = reverse("documents:list", args=[matter_id])
    received = reverse("documents:inventory", args=[matter_id])
    return (listed, listed) if code == "statuses" else (received, f"{listed}?level=top")


def _linked(
    counts: Mapping[str, int], words: Mapping[str, object], matter_id: str, name: str
) -> list[tuple[str, int, str]]:
    listed = reverse("documents:list", args=[matter_id])
    return [(said(words, value), count, f"{listed}?{name}={value}") for value, count in counts.items()]
