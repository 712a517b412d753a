"""The command palette: pages to jump to, matters and documents to open."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from chancery.apps.documents.queries import quick_matches
from chancery.apps.matters.queries import matters_found, record_of
from chancery.apps.workspace.web.views import title_of
from chancery.interface.components import PaletteGroup, PaletteItem
from chancery.interface.shell.navigation import navigation_for
from chancery.platform.access.values import Actor

MOST = 8


def palette(request: HttpRequest) -> HttpResponse:
    """Answer the palette with what the words could mean; never more than the reader may see."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    words = request.GET.get("q", "").strip()[:100]
    groups = [PaletteGroup(label=gettext("Go to"), items_found=_pages(request, actor, words))]
    if words:
        groups.append(PaletteGroup(label=gettext("Matters"), items_found=_matters(actor, words)))
        groups.append(PaletteGroup(label=gettext("Documents"), items_found=_documents(actor, words)))
        search = PaletteItem(
            label=gettext("Search documents for “%(words)s”") % {"words": words},
            url=f"{reverse('search:search')}?q={_quoted(words)}",
        )
        groups.append(PaletteGroup(label=gettext("Search"), items_found=[search]))
    return render(request, "chancery/shell/palette.html", {"groups": groups})


def _quoted(words: str) -> str:
    from_query = HttpRequest().GET.copy()
    from_query["q"] = words
    return from_query.urlencode().removeprefix("q=")


def _pages(request: HttpRequest, actor: Actor, words: str) -> list[PaletteItem]:
    found = navigation_for(request=request, actor=actor)
    wanted = [item for item in found if words.lower() in str(item.label).lower()]
    return [PaletteItem(label=item.label, url=item.url) for item in wanted[:MOST]]


def _matters(actor: Actor, words: str) -> list[PaletteItem]:
    rows = matters_found(actor=actor, text=words).order_by("-opened_at")[:MOST]
    records = [record_of(row) for row in rows]
    return [
        PaletteItem(label=title_of(item), url=reverse("workspace:matter", args=[item.id]), hint=item.number)
        for item in records
    ]


def _documents(actor: Actor, words: str) -> list[PaletteItem]:
    rows = quick_matches(actor=actor, words=words, limit=MOST)
    return [
        PaletteItem(
            label=row.title or row.name, url=reverse("documents:viewer", args=[row.id]), hint=row.control_number
        )
        for row in rows
    ]
