"""The search page: over every matter the reader may see, or one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from chancery.apps.documents.queries import group_names
from chancery.apps.matters.queries import matter
from chancery.apps.search import actions, queries
from chancery.apps.search.web.facets import groups_in, groups_of, timeline_of
from chancery.apps.search.web.forms import KeepForm
from chancery.apps.search.web.shared import actor_of, bar_of, encoded, name_of, problems_said
from chancery.engines.retrieval.asking import QueryRefused
from chancery.engines.retrieval.highlights import Passage
from chancery.engines.retrieval.searching import Facets, Order
from chancery.interface.shell.toasts import toast
from chancery.platform.access.values import Actor

EXAMPLES: Final = (
    "late w/5 deliver*",
    "违约责任",
    "from:li subject:offer",
    "kind:pdf date:2024-01..2024-06",
    "indemn* NOT w/10 draft",
    "(delay OR 延迟) custodian:wang",
)
ORDERS: Final[dict[Order, Any]] = {
    "relevance": gettext_lazy("Best first"),
    "newest": gettext_lazy("Newest first"),
    "oldest": gettext_lazy("Oldest first"),
}


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


@dataclass(frozen=True, slots=True)
class ShownSearch:
    """A saved search as the page shows it."""

    id: str
    name: str
    query: str
    url: str
    own: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. address: the page without a query."""

    text: str
    page: int
    stem: bool
    order: Order
    address: str
    matter_id: str | None

    def url(self, text: str, **values: str) -> str:
        """Return the address of another query, or of another page of this one."""
        kept = {"q": text, "stem": "1" if self.stem else "", "order": "" if self.order == "relevance" else self.order}
        return f"{self.address}?{encoded(**{**kept, **values})}"


@require_GET
def search(request: HttpRequest, matter_id: str | None = None) -> HttpResponse:
    """Show what answers a query, how the query was understood, and what the answers have in common."""
    actor = actor_of(request)
    asked = _asked(request, matter_id)
    found = queries.search(
        actor=actor, text=asked.text, matter_id=matter_id, page=asked.page, stem=asked.stem, order=asked.order,
        facets=True,
    )  # fmt: skip
    record = matter(actor=actor, matter_id=matter_id) if matter_id else None
    saved = queries.saved_searches(actor=actor, matter_id=matter_id) if matter_id else []
    facets = found.facets if found.total else None
    context = {
        "asked": asked,
        "query": asked.text,
        "orders": [(key, words, key == asked.order) for key, words in ORDERS.items()],
        "found": found,
        "hits": [_shown(hit, asked.text) for hit in found.hits],
        "problems": problems_said(found.problems),
        "examples": [(example, f"{asked.address}?{encoded(q=example)}") for example in EXAMPLES],
        "matter_bar": bar_of(record) if record else None,
        "matter_id": matter_id,
        "everywhere": f"{reverse('search:search')}?{encoded(q=asked.text)}" if matter_id and asked.text else "",
        "has_errors": found.failed,
        "families": facets.families if facets else 0,
        "groups": groups_of(facets, asked.text, asked.url, names=_names(actor, facets)) if facets else [],
        "timeline": timeline_of(facets, asked.text, asked.url) if facets else None,
        "saved": [_shown_search(each, asked) for each in saved],
        "previous_url": asked.url(asked.text, page=str(found.number - 1)) if found.number > 1 else "",
        "next_url": asked.url(asked.text, page=str(found.number + 1)) if found.number < found.pages else "",
    }
    return render(request, "search/search.html", context)


def _names(actor: Actor, facets: Facets) -> dict[str, str]:
    """Return what the groups among the answers are called."""
    groups = groups_in(facets)
    return group_names(actor=actor, documents=[*groups["duplicates"], *groups["near"]], threads=groups["thread"])


@require_POST
def keep(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Keep a query under a name."""
    actor = actor_of(request)
    record = matter(actor=actor, matter_id=matter_id)
    form = KeepForm(request.POST)
    address = reverse("search:matter", args=[record.id])
    if not form.is_valid():
        toast(request, gettext("Give the search a name."))
        return redirect(f"{address}?{encoded(q=request.POST.get('query', '')[:2000])}")
    given = form.cleaned_data
    try:
        actions.keep_search(
            actor=actor, matter_id=matter_id, name=given["name"], query=given["query"], stem=given["stem"],
            shared=given["shared"], at=timezone.now(),
        )  # fmt: skip
        toast(request, gettext("Search kept."))
    except (actions.NameMissing, QueryRefused) as refusal:
        toast(request, gettext(refusal.message) % refusal.params)
    return redirect(f"{address}?{encoded(q=given['query'], stem='1' if given['stem'] else '')}")


@require_POST
def drop(request: HttpRequest, search_id: str) -> HttpResponse:
    """Remove one of the reader's own searches."""
    matter_id = actions.drop_search(actor=actor_of(request), search_id=search_id, at=timezone.now())
    toast(request, gettext("Search removed."))
    return redirect("search:matter", matter_id)


@require_GET
def suggest(request: HttpRequest) -> JsonResponse:
    """Offer visible documents while a person types."""
    found = queries.suggestions(
        actor=actor_of(request), text=request.GET.get("q", "")[:100], matter_id=request.GET.get("matter") or None
    )
    return JsonResponse(
        {
            "suggestions": [
                {"url": reverse("documents:viewer", args=[each.document_id]), "label": each.label, "hint": each.hint}
                for each in found
            ]
        }
    )


def _asked(request: HttpRequest, matter_id: str | None) -> Asked:
    number = request.GET.get("page", "1")
    order = request.GET.get("order", "")
    return Asked(
        text=request.GET.get("q", "").strip(),
        page=int(number) if number.isdecimal() and len(number) < 6 else 1,
        stem=bool(request.GET.get("stem")),
        order=next((key for key in ORDERS if key == order), "relevance"),
        address=reverse("search:matter", args=[matter_id]) if matter_id else reverse("search:search"),
        matter_id=matter_id,
    )


def _shown(hit: queries.SearchHit, text: str) -> ShownHit:
    document = hit.document
    return ShownHit(
        url=f"{reverse('documents:viewer', args=[document.id])}?{encoded(q=text)}",
        number=document.control_number,
        title=document.title or document.name,
        name=document.name if document.title else "",
        author=document.author,
        day=document.sort_date,
        matter=f"{hit.matter.number} {name_of(hit.matter)}",
        lang={"zh": "zh-Hans"}.get(document.language, document.language),
        passages=hit.passages,
    )


def _shown_search(saved: queries.SavedSearchRecord, asked: Asked) -> ShownSearch:
    url = f"{asked.address}?{encoded(q=saved.query, stem='1' if saved.stem else '')}"
    return ShownSearch(saved.id, saved.name, saved.query, url, saved.own, saved.shared)
