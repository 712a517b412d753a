"""The page of one document: text with hits, page images with their text, native file, relations, record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_GET

from chancery.apps.documents import actions, queries
from chancery.apps.documents.names import download_name, without_direction
from chancery.apps.documents.web.acts import value_words
from chancery.apps.documents.web.metadata import metadata_rows
from chancery.apps.documents.web.naming import names_of
from chancery.apps.documents.web.shared import actor_of, matter_bar, said
from chancery.apps.documents.web.words import (
    ACTS,
    ACTS_ON_MANY,
    ADVICE,
    ASIDE,
    CODES,
    KINDS,
    REPAIR_KINDS,
    REPAIR_STATES,
    REPAIR_TONES,
    STATUSES,
    TONES,
)
from chancery.engines.retrieval.fields import TEXT
from chancery.engines.retrieval.grammar import parse
from chancery.engines.retrieval.highlights import Hit, Part, hits_in, marked, marked_terms
from chancery.interface.components import TimelineEntry
from chancery.interface.words import bytes_words, language_words, moment_words
from chancery.platform.access.values import Actor
from chancery.platform.audit.queries import entries_for

TABS = ("text", "page", "named", "native", "record")
PART = 40_000
"""Characters of text on one page."""


@dataclass(frozen=True, slots=True)
class ShownText:
    """One part of a text with its hits; ``first`` is the number of hits before it."""

    parts: tuple[Part, ...]
    number: int
    count: int
    hits: int
    first: int
    here: int
    next_hit_part: int
    previous_hit_part: int


@dataclass(frozen=True, slots=True)
class ShownWord:
    """A word of the text layer in points of the picture's own grid of 1000 × 1000; hit: to be marked."""

    text: str
    x: float
    y: float
    width: float
    height: float
    hit: bool

    @property
    def baseline(self) -> float:
        """Where the letters stand: a fifth above the lower edge."""
        return round(self.y + self.height * 0.8, 1)


@require_GET
def viewer(request: HttpRequest, document_id: str) -> HttpResponse:
    """Show one document; opening it is recorded."""
    actor = actor_of(request)
    document = queries.document(actor=actor, document_id=document_id)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "text"
    query = request.GET.get("q", "").strip()[:500]
    if request.headers.get("X-Purpose") != "prefetch":
        actions.note_view(actor=actor, document_id=document_id, at=timezone.now())
    before, after = queries.neighbours(actor=actor, document_id=document_id)
    context: dict[str, Any] = {
        "matter_bar": matter_bar(request, document.matter_id),
        "document": document,
        "shown_name": without_direction(document.name),
        "shown_title": without_direction(document.title),
        "shown_path": without_direction(document.path),
        "tab": tab,
        "tabs": _tabs(document, tab, query),
        "query": query,
        "kind": said(KINDS, document.kind),
        "status": said(STATUSES, document.status),
        "tone": TONES.get(document.status, ""),
        "code": said(CODES, document.exception) if document.exception else "",
        "advice": ADVICE.get(document.exception, ""),
        "relations": queries.relations_of(actor=actor, document_id=document_id),
        "facts": _facts(document),
        "metadata": metadata_rows(document.metadata),
        "tags": queries.tags_on(actor=actor, ids=[document_id]).get(document_id, []),
        "aside": said(ASIDE, document.set_aside) if document.set_aside else "",
        "changes": [
            (row, said(ACTS_ON_MANY, row.act), value_words(row))
            for row in queries.changes_of_document(actor=actor, document_id=document_id)
        ],
        "repairs": _repairs(actor, document_id),
        "previous_url": _address(before, tab, query) if before else "",
        "next_url": _address(after, tab, query) if after else "",
        "text_lang": {"zh": "zh-Hans"}.get(document.language, document.language),
    }
    if tab == "text":
        context["text"] = _text(actor, document, query, request.GET.get("part", ""))
    elif tab == "page":
        context |= _page(actor, document, query, request.GET.get("p", ""))
    elif tab == "named":
        context |= _names(actor, document, request.GET.get("kind", ""))
    elif tab == "record":
        context["entries"] = _entries(actor, document)
    return render(request, "documents/viewer.html", context)


@require_GET
def page_image(request: HttpRequest, document_id: str, page: int) -> HttpResponse:
    """Send one page as a picture."""
    picture = queries.page_picture(actor=actor_of(request), document_id=document_id, page=page)
    response = HttpResponse(picture, content_type="image/png" if picture[:4] == b"\x89PNG" else "image/webp")
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_GET
def native(request: HttpRequest, document_id: str) -> HttpResponseBase:
    """Send the bytes as received, always as a download that no browser runs."""
    actor = actor_of(request)
    document = queries.document(actor=actor, document_id=document_id)
    found = actions.open_native(actor=actor, document_id=document_id, at=timezone.now())
    response = StreamingHttpResponse(found.pieces, content_type="application/octet-stream")
    response["Content-Disposition"] = disposition(found.name, document.control_number)
    response["Content-Length"] = str(found.size)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def disposition(name: str, control_number: str) -> str:
    """Return a header that saves a file under a safe name: plain Latin first, then the name in UTF-8."""
    safe = download_name(f"{control_number} {name}", fallback=control_number)
    plain = safe.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def _address(document_id: str, tab: str, query: str, **more: Any) -> str:
    parameters = QueryDict(mutable=True)
    for name, value in {"tab": tab if tab != "text" else "", "q": query, **more}.items():
        if value:
            parameters[name] = str(value)
    url = reverse("documents:viewer", args=[document_id])
    return f"{url}?{parameters.urlencode()}" if parameters else url


def _tabs(document: queries.DocumentRecord, tab: str, query: str) -> list[tuple[str, str, bool]]:
    words = {
        "text": gettext("Text"),
        "page": pgettext("part of the viewer", "Pages"),
        "named": gettext("Named in it"),
        "native": gettext("Native file"),
        "record": gettext("Record"),
    }
    return [(words[each], _address(document.id, each, query), each == tab) for each in TABS]


def _text(actor: Actor, document: queries.DocumentRecord, query: str, wanted: str) -> ShownText:
    text = queries.text_of(actor=actor, document_id=document.id)
    hits = hits_in(text, marked_terms(parse(query).node, fields=(TEXT,))) if query else ()
    count = max(1, -(-len(text) // PART))
    with_hits = sorted({hit.start // PART for hit in hits})
    default = with_hits[0] if with_hits else 0
    number = min(int(wanted) - 1, count - 1) if wanted.isdecimal() and int(wanted) > 0 else default
    start, end = number * PART, (number + 1) * PART
    inside = [Hit(hit.start - start, min(hit.end, end) - start, hit.term) for hit in hits if start <= hit.start < end]
    return ShownText(
        parts=marked(text[start:end], inside),
        number=number + 1,
        count=count,
        hits=len(hits),
        first=sum(1 for hit in hits if hit.start < start),
        here=len(inside),
        next_hit_part=next((part + 1 for part in with_hits if part > number), 0),
        previous_hit_part=next((part + 1 for part in reversed(with_hits) if part < number), 0),
    )


def _names(actor: Actor, document: queries.DocumentRecord, kind: str) -> dict[str, Any]:
    names = names_of(actor=actor, document_id=document.id, kind=kind)
    chips = [("", gettext("All"), sum(count for _key, _words, count in names.counts)), *names.counts]
    return {
        "names": names,
        "kinds": [
            (words, count, _address(document.id, "named", "", kind=key), key == names.kind)
            for key, words, count in chips
        ],
        "rows": [(row, _address(document.id, "text", f'"{row.written}"')) for row in names.rows],
    }


def _page(actor: Actor, document: queries.DocumentRecord, query: str, wanted: str) -> dict[str, Any]:
    pages = queries.page_count(actor=actor, document_id=document.id)
    number = min(max(int(wanted), 1), pages) if wanted.isdecimal() and pages else 1
    if not pages:
        return {"pages": 0}
    words = queries.words_of_page(actor=actor, document_id=document.id, page=number)
    layer = [word.text for word in words]
    marks = _marked_words(layer, query)
    return {
        "pages": pages,
        "page": number,
        "image_url": reverse("documents:page_image", args=[document.id, number]),
        "first_page_url": _address(document.id, "page", query, p=number - 1) if number > 1 else "",
        "next_page_url": _address(document.id, "page", query, p=number + 1) if number < pages else "",
        "ahead_url": reverse("documents:page_image", args=[document.id, number + 1]) if number < pages else "",
        "layer": [
            ShownWord(
                word.text,
                round(word.x0 * 1000, 1),
                round(word.y0 * 1000, 1),
                round(max(word.x1 - word.x0, 0.001) * 1000, 1),
                round(max(word.y1 - word.y0, 0.001) * 1000, 1),
                index in marks,
            )
            for index, word in enumerate(words)
        ],
        "marks": len(marks),
    }


def _marked_words(layer: list[str], query: str) -> set[int]:
    """Return the numbers of the words of a page that a hit touches."""
    if not query:
        return set()
    starts: list[int] = []
    text = ""
    for word in layer:
        starts.append(len(text))
        text += f"{word} "
    marks: set[int] = set()
    for hit in hits_in(text, marked_terms(parse(query).node, fields=(TEXT,))):
        for index, start in enumerate(starts):
            if start < hit.end and hit.start < start + len(layer[index]):
                marks.add(index)
    return marks


def _facts(document: queries.DocumentRecord) -> list[tuple[str, Any]]:
    date = moment_words(document.sort_date) if document.sort_date else ""
    pairs: list[tuple[str, Any]] = [
        (gettext("Type"), said(KINDS, document.kind)),
        (gettext("Media type"), document.media_type),
        (gettext("From"), document.author),
        (gettext("Date"), f"{date} ({document.time_zone})" if date and document.time_zone != "UTC" else date),
        (gettext("Size"), bytes_words(document.size)),
        (gettext("Language"), language_words(document.language)),
        (gettext("Custodians"), ", ".join(document.all_custodians)),
        (gettext("Characters of text"), document.text_length or ""),
        ("SHA-256", document.sha256),
        ("MD5", document.md5),
    ]
    return [(term, value) for term, value in pairs if value not in ("", None)]


def _repairs(actor: Actor, document_id: str) -> list[tuple[queries.RepairRecord, str, str, str]]:
    return [
        (row, said(REPAIR_KINDS, row.kind), said(REPAIR_STATES, row.state), REPAIR_TONES.get(row.state, ""))
        for row in queries.repairs_of(actor=actor, document_id=document_id)
    ]


def _entries(actor: Actor, document: queries.DocumentRecord) -> list[TimelineEntry]:
    """Return what happened to the document and to the file it came in, newest first."""
    found = [
        *entries_for(actor=actor, tenant_id=document.tenant_id, object_type="document", object_id=document.id),
        *entries_for(
            actor=actor, tenant_id=document.tenant_id, object_type="input_file", object_id=document.input_file_id
        ),
    ]
    found.sort(key=lambda entry: -entry.seq)
    return [
        TimelineEntry(
            who=entry.actor_label,
            what=said(ACTS, entry.act),
            at=entry.at,
            before=said(CODES, str((entry.before or {}).get("exception") or "")),
            after=said(CODES, str((entry.after or {}).get("exception") or "")),
            note=_note(entry.after or {}, entry.detail or {}),
        )
        for entry in found
    ]


def _note(after: dict[str, Any], detail: dict[str, Any]) -> str:
    parts = []
    digest = after.get("sha256") or detail.get("sha256")
    if digest:
        parts.append(f"SHA-256 {digest}")
    found = after.get("found")
    if found:
        parts.append(
            ngettext("%(count)d document found inside", "%(count)d documents found inside", found) % {"count": found}
        )
    if detail.get("given_name"):
        parts.append(without_direction(str(detail["given_name"])))
    return " · ".join(parts)
