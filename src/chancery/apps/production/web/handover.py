"""Handing a delivered volume over: links that end, and the download itself."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from chancery.apps.production import policies, queries
from chancery.apps.production.actions.downloads import follow_link, issue_download_link, volume_parts
from chancery.apps.production.web.asking import actor_of
from chancery.apps.production.web.forms import LinkForm
from chancery.apps.production.web.views import page_of_production
from chancery.apps.production.zipping import zip_stream
from chancery.foundation.errors import NotFound

# A link made by the download button only has to live until the browser follows it.
AT_ONCE = timedelta(minutes=5)


@require_POST
def link(request: HttpRequest, production_id: str) -> HttpResponse:
    """Make a link to a volume: shown once on the page, or followed at once by the download button."""
    actor = actor_of(request)
    record = queries.production(actor=actor, production_id=production_id)
    if not policies.may_hand_over(actor):
        raise NotFound
    at_once = "now" in request.POST
    form = LinkForm(request.POST)
    if not at_once and not form.is_valid():
        return page_of_production(request, record, link_form=form)
    token = issue_download_link(
        actor=actor,
        production_id=production_id,
        valid_for=AT_ONCE if at_once else timedelta(hours=int(form.cleaned_data["hours"])),
        at=timezone.now(),
    )
    address = reverse("production:download", args=[token])
    if at_once:
        return redirect(address)
    return page_of_production(request, record, link_url=request.build_absolute_uri(address))


@require_GET
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """Stream the volume behind a link as one zip archive."""
    actor = actor_of(request)
    production_id = follow_link(actor=actor, token=token, at=timezone.now())
    record = queries.production(actor=actor, production_id=production_id)
    parts = volume_parts(actor=actor, production_id=production_id)
    answer = StreamingHttpResponse(zip_stream(parts=parts, folder=record.volume), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{record.prefix or "PROD"}-{record.volume}.zip"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
