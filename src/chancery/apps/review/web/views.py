"""Pages of the review room: the queue, the desk, the control page of a matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from chancery.apps.documents.actions import note_view
from chancery.apps.matters.queries import matter
from chancery.apps.operations.queries.quality import latest_sample, overturn_report
from chancery.apps.review import policies
from chancery.apps.review.actions.coding import save_coding, undo_coding
from chancery.apps.review.actions.focus import record_focus
from chancery.apps.review.actions.looks import KIND, draw_second_look
from chancery.apps.review.coding_forms import CodingRefused, coding_form
from chancery.apps.review.queries import desk as desks
from chancery.apps.review.queries.progress import progress
from chancery.apps.review.queries.wording import decision_in_words
from chancery.apps.review.web.panel import panel_fields, shown_text
from chancery.foundation.errors import NotFound
from chancery.interface.components import MatterBar, Tile
from chancery.interface.shell.toasts import toast
from chancery.platform.access.values import Actor, Role

# Pages of one document that the desk shows; the rest is on the document's own page.
MOST_PAGES = 50
# Places of the queue shown before and after the current document.
BEFORE, AFTER = 6, 44


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _fragment(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]


def queue(request: HttpRequest) -> HttpResponse:
    """Show the batches on the reader's desk."""
    if not policies.may_review(_actor(request)):
        raise NotFound
    return render(request, "review/queue.html", {"batches": desks.queue(actor=_actor(request))})


def start_next(request: HttpRequest) -> HttpResponse:
    """Open the most pressing batch of the reader, or the empty queue."""
    waiting = desks.queue(actor=_actor(request), limit=1)
    return redirect("review:desk", waiting[0].id) if waiting else redirect("review:queue")


def desk(request: HttpRequest, batch_id: str, document_id: str | None = None) -> HttpResponse:
    """Show the desk for one document; a prefetch (header X-Purpose) is nobody's view."""
    record = desks.desk(actor=_actor(request), batch_id=batch_id, document_id=document_id)
    if request.headers.get("X-Purpose") != "prefetch":
        note_view(actor=_actor(request), document_id=record.document.id, at=timezone.now())
    template = "review/desk.html" if _fragment(request) else "review/desk_page.html"
    return render(request, template, desk_context(request, record))


def desk_context(
    request: HttpRequest,
    record: desks.DeskRecord,
    answers: dict[str, Any] | None = None,
    problems: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return what the desk's template shows; ``answers`` and ``problems`` come back with a refused form."""
    words = request.GET.get("q", "")[:500]
    values = record.values if answers is None else answers

    def address(document_id: str | None) -> str:
        if document_id is None:
            return ""
        url = reverse("review:desk_document", args=[record.batch_id, document_id])
        return f"{url}{_search(words)}"

    return {
        "desk": record,
        "fields": panel_fields(desk=record, values=values, problems=problems or {}),
        "text": shown_text(actor=_actor(request), desk=record, words=words),
        "words": words,
        "url": address(record.document.id),
        "next_url": address(record.next_id),
        "previous_url": address(record.previous_id),
        **_window(record, address),
        "history": [(item, decision_in_words(values=item.values, language=_language())) for item in record.history],
        "matter_bar": MatterBar(
            number=record.matter_number,
            name=record.matter_title_zh
            if _language().startswith("zh") and record.matter_title_zh
            else record.matter_title,
            url=reverse("workspace:matter", args=[record.matter_id]),
        ),
        "code_url": reverse("review:code", args=[record.batch_id, record.document.id]) + _search(words),
        "undo_url": reverse("review:undo", args=[record.batch_id, record.document.id]),
        "focus_url": reverse("review:focus", args=[record.batch_id]),
        "find_url": reverse("review:desk_document", args=[record.batch_id, record.document.id]),
        "pages_url": f"{address(record.document.id)}{'&' if words else '?'}view=page",
        "pages": _pages(request, record),
        "family_open": [item for item in record.family if item.id != record.document.id],
        "has_errors": bool(problems),
    }


def _window(record: desks.DeskRecord, address: Callable[[str | None], str]) -> dict[str, Any]:
    """Return the part of the queue around the current document, so that a large family fills no page."""
    here = next(index for index, place in enumerate(record.places) if place.current)
    start, end = max(0, here - BEFORE), here + AFTER + 1
    before, after = record.places[:start], record.places[end:]
    return {
        "places": [(place, address(place.document_id)) for place in record.places[start:end]],
        "earlier": len(before),
        "earlier_url": address(before[-1].document_id) if before else "",
        "later": len(after),
        "later_url": address(after[0].document_id) if after else "",
    }


def _language() -> str:
    return get_language() or ""


def _pages(request: HttpRequest, record: desks.DeskRecord) -> list[str]:
    if request.GET.get("view") != "page" or not record.document.pages:
        return []
    return [
        reverse("documents:page_image", args=[record.document.id, number])
        for number in range(1, min(record.document.pages, MOST_PAGES) + 1)
    ]


def _search(words: str) -> str:
    if not words:
        return ""
    query = QueryDict(mutable=True)
    query["q"] = words
    return f"?{query.urlencode()}"


def _answers(data: QueryDict) -> dict[str, Any]:
    form = coding_form()
    return {
        field.key: data.getlist(field.key) if field.kind == "several" else data.get(field.key, "")
        for field in form.fields
    }


def _seconds(data: QueryDict) -> int:
    text = data.get("seconds", "0")
    return int(text) if text.isdigit() and len(text) < 6 else 0


@require_POST
def code(request: HttpRequest, batch_id: str, document_id: str) -> HttpResponse:
    """Save the decision and name the next document."""
    actor, answers = _actor(request), _answers(request.POST)
    try:
        saved = save_coding(
            actor=actor,
            batch_id=batch_id,
            document_id=document_id,
            answers=answers,
            with_family="with_family" in request.POST,
            seconds=_seconds(request.POST),
            at=timezone.now(),
        )
    except CodingRefused as refused:
        record = desks.desk(actor=actor, batch_id=batch_id, document_id=document_id)
        context = desk_context(request, record, answers, refused.fields)
        template = "review/coding.html" if _fragment(request) else "review/desk_page.html"
        return render(request, template, context, status=422)
    undo_url = reverse("review:undo", args=[batch_id, document_id]) if saved.may_undo else ""
    if saved.batch_complete or saved.next_document_id is None:
        toast(request, gettext("The batch is complete."))
        return _go(request, reverse("review:queue"))
    following = reverse("review:desk_document", args=[batch_id, saved.next_document_id])
    if not _fragment(request):
        toast(request, gettext("Saved."), undo_url=undo_url)
        return redirect(following + _search(request.GET.get("q", "")[:500]))
    toast(request, gettext("Saved."), undo_url=undo_url)
    answer = render(request, "chancery/shell/toasts.html")
    answer["X-Next"] = saved.next_document_id
    return answer


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if not _fragment(request):
        return redirect(url)
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = url
    return answer


@require_POST
def undo(request: HttpRequest, batch_id: str, document_id: str) -> HttpResponse:
    """Take back the reader's own latest decision and show the document again."""
    undo_coding(actor=_actor(request), batch_id=batch_id, document_id=document_id, at=timezone.now())
    toast(request, gettext("The decision was taken back."))
    return _go(request, reverse("review:desk_document", args=[batch_id, document_id]))


@require_POST
def focus(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Take a heartbeat of the desk; a document that was fetched ahead counts as seen from here on."""
    document_id = request.POST.get("document", "")
    record_focus(
        actor=_actor(request),
        batch_id=batch_id,
        document_id=document_id,
        seconds=_seconds(request.POST),
        at=timezone.now(),
    )
    if request.POST.get("shown") == "1":
        note_view(actor=_actor(request), document_id=document_id, at=timezone.now())
    return HttpResponse(status=204)


def control(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show a matter's review: progress, pace, batches, second look and overturns."""
    actor = _actor(request)
    found = matter(actor=actor, matter_id=matter_id)
    state = progress(actor=actor, matter_id=matter_id)
    sample = latest_sample(matter_id=matter_id, kind=KIND)
    context = {
        "matter": found,
        "matter_bar": MatterBar(
            number=found.number,
            name=found.title_zh if _language().startswith("zh") and found.title_zh else found.title,
            url=reverse("workspace:matter", args=[found.id]),
        ),
        "may_review": policies.may_review(actor),
        "progress": state,
        "tiles": _tiles(state),
        "batches": desks.batches_of(actor=actor, matter_id=matter_id) if actor.provider else [],
        "sample": sample,
        "overturn": overturn_report(actor=actor, sample_id=sample.id)
        if sample and policies.may_review(actor)
        else None,
        "may_draw": actor.has(Role.MANAGER, Role.ATTORNEY)
        and state.total
        and state.coded >= state.total
        and not sample,
    }
    return render(request, "review/control.html", context)


def _tiles(state: Any) -> list[Tile]:
    left = gettext("no desk time yet") if state.hours_left is None else gettext("at the pace so far")
    hours = "–" if state.hours_left is None else f"{state.hours_left:.1f}"
    return [
        Tile(label=gettext("Reviewed"), value=f"{state.coded:,} / {state.total:,}", unit=gettext("documents")),
        Tile(label=gettext("Responsive"), value=f"{state.responsive:,}", unit=gettext("documents")),
        Tile(label=gettext("Privileged"), value=f"{state.privileged:,}", unit=gettext("documents")),
        Tile(label=gettext("Marked for redaction"), value=f"{state.redaction:,}", unit=gettext("documents")),
        Tile(label=gettext("Hours left"), value=hours, unit=gettext("h"), note=left),
    ]


@require_POST
def second_look(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Draw the second look of a matter."""
    draw_second_look(actor=_actor(request), matter_id=matter_id, at=timezone.now())
    toast(request, gettext("The second look was drawn and handed out."))
    return redirect("review:control", matter_id)
