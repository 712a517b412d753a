"""The search page: over every matter the reader may see, or one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from chancery.apps.matters.queries import MatterRecord, matter
from chancery.apps.search import queries
from chancery.engines.retrieval.highlights import Passage
from chancery.interface.components import MatterBar
from chancery.platform.access.values import Actor

EXAMPLES = (
    '"force majeure"',
    "违约责任",
    "from:li subject:offer",
    "type:pdf date:2024-01..2024-06",
    "indemn* NOT draft",
    "(delay OR 延迟) custodian:wang",
)


@dataclass(frozen=True, slots=True)
class ShownHit:
    """One answer as the page shows it."""

    url: str
    number: str
    title: str
    name: str
    author: str
    day: object
    matter: str
    lang: str
    passages: tuple[Passage, ...]


@require_GET
def search(request: HttpRequest, matter_id: str | None = None) -> HttpResponse:
    """Show what answers a query, and how the query was understood."""
    actor = _actor(request)
    text = request.GET.get("q", "").strip()
    number = request.GET.get("page", "1")
    found = queries.search(
        actor=actor, text=text, matter_id=matter_id, page=int(number) if number.isdecimal() and len(number) < 6 else 1
    )
    record = matter(actor=actor, matter_id=matter_id) if matter_id else None
    address = reverse("search:matter", args=[matter_id]) if matter_id else reverse("search:search")
    context = {
        "query": text,
        "found": found,
        "hits": [_shown(hit, text) for hit in found.hits],
        "problems": [(gettext(problem.sentence) % problem.params, problem.fatal) for problem in found.problems],
        "examples": [(example, f"{address}?{_query(q=example)}") for example in EXAMPLES],
        "matter_bar": _bar(record) if record else None,
        "matter_id": matter_id,
        "address": address,
        "everywhere": f"{reverse('search:search')}?{_query(q=text)}" if matter_id and text else "",
        "has_errors": found.failed,
        "previous_url": f"{address}?{_query(q=text, page=str(found.number - 1))}" if found.number > 1 else "",
        "next_url": f"{address}?{_query(q=text, page=str(found.number + 1))}" if found.number < found.pages else "",
    }
    return render(request, "search/search.html", context)


@require_GET
def suggest(request: HttpRequest) -> JsonResponse:
    """Offer visible documents while a person types."""
    found = queries.suggestions(
        actor=_actor(request), text=request.GET.get("q", "")[:100], matter_id=request.GET.get("matter") or None
    )
    return JsonResponse(
        {
            "suggestions": [
                {"url": reverse("documents:viewer", args=[each.document_id]), "label": each.label, "hint": each.hint}
                for each in found
            ]
        }
    )


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def _shown(hit: queries.SearchHit, text: str) -> ShownHit:
    document = hit.document
    return ShownHit(
        url=f"{reverse('documents:viewer', args=[document.id])}?{_query(q=text)}",
        number=document.control_number,
        title=document.title or document.name,
        name=document.name if document.title else "",
        author=document.author,
        day=document.sort_date,
        matter=_name(hit.matter),
        lang={"zh": "zh-Hans"}.get(document.language, document.language),
        passages=hit.passages,
    )


def _name(record: MatterRecord) -> str:
    chinese = (get_language() or "").startswith("zh") and record.title_zh
    return f"{record.number} {record.title_zh if chinese else record.title}"


def _bar(record: MatterRecord) -> MatterBar:
    chinese = (get_language() or "").startswith("zh") and record.title_zh
    url = reverse("workspace:matter", args=[record.id])
    return MatterBar(number=record.number, name=record.title_zh if chinese else record.title, url=url)


def _query(**values: str) -> str:
    query = QueryDict(mutable=True)
    for name, value in values.items():
        query[name] = value
    return query.urlencode()
