"""The repair queue of scanned pages: doubtful lines beside their picture, confirmed or corrected ten at a time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET

from chancery.apps.documents import actions, queries
from chancery.apps.documents.web.shared import actor_of, matter_bar
from chancery.interface.components import Tile
from chancery.interface.shell.toasts import toast
from chancery.interface.words import whole_words


def scans(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show the most doubtful lines of a matter's scans and keep what a person reads."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    if request.method == "POST":
        return _settle(request, matter_id)
    lines = queries.doubtful_lines(actor=actor, matter_id=matter_id)
    counts = queries.line_counts(actor=actor, matter_id=matter_id)
    listed = reverse("documents:list", args=[matter_id])
    context = {
        "matter_bar": bar,
        "matter_id": matter_id,
        "lines": [(line, {"zh": "zh-Hans"}.get(line.language, line.language)) for line in lines],
        "tiles": [
            Tile(gettext("To be checked"), whole_words(counts["open"])),
            Tile(gettext("Confirmed"), whole_words(counts["right"])),
            Tile(gettext("Corrected"), whole_words(counts["mended"])),
            Tile(gettext("Scanned documents read"), whole_words(counts["documents"]), url=f"{listed}?scanned=read"),
        ],
    }
    return render(request, "documents/scans.html", context)


@require_GET
def picture(request: HttpRequest, scan_line_id: str) -> HttpResponse:
    """Send the piece of the page that a line stands on."""
    piece = queries.line_picture(actor=actor_of(request), line_id=scan_line_id)
    response = HttpResponse(piece, content_type="image/png")
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _settle(request: HttpRequest, matter_id: str) -> HttpResponse:
    sent = {name.removeprefix("line-"): str(value) for name, value in request.POST.items() if name.startswith("line-")}
    done = actions.settle_lines(actor=actor_of(request), matter_id=matter_id, texts=sent, at=timezone.now())
    confirmed = ngettext("%(count)d line was confirmed", "%(count)d lines were confirmed", done[0]) % {"count": done[0]}
    corrected = ngettext("%(count)d corrected", "%(count)d corrected", done[1]) % {"count": done[1]}
    toast(request, gettext("%(confirmed)s, %(corrected)s.") % {"confirmed": confirmed, "corrected": corrected})
    return redirect("documents:scans", matter_id)
