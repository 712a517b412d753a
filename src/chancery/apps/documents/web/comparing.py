"""Two documents beside each other: what one says and the other does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from chancery.apps.documents import queries
from chancery.apps.documents.names import without_direction
from chancery.apps.documents.web.shared import actor_of, matter_bar
from chancery.engines.text.similarity.difference import Change, difference
from chancery.foundation.errors import NotFound

LONGEST: Final = 200_000
"""Characters of each text that are compared."""
AROUND: Final = 240
"""Characters of what is the same that show before and after a difference."""
MOST: Final = 400
"""Differences on one page."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the comparison. kind: same, removed, added or left_out; length: characters left out."""

    kind: str
    text: str = ""
    length: int = 0
    first: bool = False


@require_GET
def compare(request: HttpRequest, document_id: str, other_id: str) -> HttpResponse:
    """Show how the second document differs from the first; both must be readable to who asks, in one matter."""
    actor = actor_of(request)
    left = queries.document(actor=actor, document_id=document_id)
    right = queries.document(actor=actor, document_id=other_id)
    if left.matter_id != right.matter_id:
        raise NotFound
    texts = [queries.text_of(actor=actor, document_id=each.id) for each in (left, right)]
    cut = any(len(text) > LONGEST for text in texts)
    one, two = (text[:LONGEST] for text in texts)
    changes = difference(left=one, right=two)
    side = request.GET.get("view") == "side"
    count = sum(1 for change in changes if change.kind != "same")
    context: dict[str, Any] = {
        "matter_bar": matter_bar(request, left.matter_id),
        "left": left,
        "right": right,
        "left_name": without_direction(left.title or left.name),
        "right_name": without_direction(right.title or right.name),
        "langs": [{"zh": "zh-Hans"}.get(each.language, each.language) for each in (left, right)],
        "count": count,
        "more": count > MOST,
        "cut": cut,
        "side": side,
        "similarity": _similarity(changes, one, two),
        "tabs": [
            (gettext("In one text"), request.path, not side),
            (gettext("Side by side"), f"{request.path}?view=side", side),
        ],
        "swap_url": reverse("documents:compare", args=[right.id, left.id]),
    }
    if side:
        context["rows"] = list(_rows(changes, one, two))
    else:
        context["pieces"] = list(_inline(changes, one, two))
    return render(request, "documents/compare.html", context)


def _similarity(changes: tuple[Change, ...], one: str, two: str) -> int:
    """Return the share of both texts that is the same, in per cent of characters without white space."""
    same = sum(len("".join(one[each.left.start : each.left.end].split())) for each in changes if each.kind == "same")
    whole = len("".join(one.split())) + len("".join(two.split()))
    return round(200 * same / whole) if whole else 100


def _inline(changes: tuple[Change, ...], one: str, two: str) -> Iterator[Piece]:
    """Yield one text with removals and additions; long stretches that are the same are left out."""
    shown = 0
    for place, change in enumerate(changes):
        if change.kind == "same":
            yield Piece("same", _gap(one, change.left.start))
            yield from _same(one[change.left.start : change.left.end], place == 0, place == len(changes) - 1)
            continue
        shown += 1
        if shown > MOST:
            return
        removed, added = one[change.left.start : change.left.end], two[change.right.start : change.right.end]
        if removed:
            yield Piece("same", _gap(one, change.left.start))
            yield Piece("removed", removed, first=True)
        if added:
            yield Piece("same", _gap(two, change.right.start))
            yield Piece("added", added, first=not removed)


def _gap(text: str, start: int) -> str:
    """Return the white space that stands before a place: a line end, a blank or nothing."""
    before = text[max(start - 40, 0) : start]
    white = before[len(before.rstrip()) :]
    return "\n" if "\n" in white else " " if white else ""


def _same(text: str, leading: bool, trailing: bool) -> Iterator[Piece]:
    head, tail = (0 if leading else AROUND), (0 if trailing else AROUND)
    if len(text) <= head + tail + AROUND:
        yield Piece("same", text)
        return
    if head:
        yield Piece("same", text[:head])
    yield Piece("left_out", length=len(text) - head - tail)
    if tail:
        yield Piece("same", text[len(text) - tail :])


def _rows(changes: tuple[Change, ...], one: str, two: str) -> Iterator[tuple[str, str, str, int]]:
    """Yield (kind, left, right, characters left out) for two columns."""
    shown = 0
    for place, change in enumerate(changes):
        left, right = one[change.left.start : change.left.end], two[change.right.start : change.right.end]
        if change.kind != "same":
            shown += 1
            if shown > MOST:
                return
            yield change.kind, left, right, 0
            continue
        theirs = list(_same(right, place == 0, place == len(changes) - 1))
        for piece, other in zip(_same(left, place == 0, place == len(changes) - 1), theirs, strict=False):
            yield piece.kind, piece.text, other.text, piece.length
