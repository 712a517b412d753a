"""A review that is done: decisions on the documents of the kit, as a coding file leaves them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apps.matter_kit import Kit
from chancery.apps.operations.models import Sample
from chancery.apps.review.models import Coding

# Place in the kit's papers: responsive, privilege. 0-2 are one family; 6 stands alone and is withheld whole;
# 7 is a copy of 5 and 8 an exception: neither is decided.
DECISIONS = {
    0: ("responsive", "none"),
    1: ("responsive", "AC"),
    2: ("not_responsive", "none"),
    3: ("not_responsive", "none"),
    4: ("not_responsive", "none"),
    5: ("responsive", "none"),
    6: ("responsive", "WP"),
    10: ("responsive", "none"),
}


def decide(kit: Kit, place: int, *, at: datetime | None = None, by: str = "reviewer-1", **values: Any) -> Coding:
    """Enter a decision on a document of the first matter; an earlier one is superseded."""
    document_id = kit.first.documents[place]
    responsive, privilege = DECISIONS.get(place, ("responsive", "none"))
    responsive, privilege = values.pop("responsive", responsive), values.pop("privilege", privilege)
    if privilege != "none":
        values.setdefault("description", f"Advice of counsel, {place}")
    Coding.objects.filter(document_id=document_id, level=1, superseded=False).update(superseded=True)
    return Coding.objects.create(
        tenant_id=kit.first.tenant_id,
        matter_id=kit.first.matter_id,
        document_id=document_id,
        level=1,
        form="document-review@1",
        values=values,
        responsive=responsive,
        privilege=privilege,
        origin="file",
        by_id=kit.world.person[by].id,
        at=at or kit.at,
    )


def second_look(kit: Kit, **values: Any) -> Sample:
    """Enter the second look of the first matter, complete unless said otherwise."""
    found = {"state": "complete", "size": 2, **values}
    return Sample.objects.create(
        tenant_id=kit.first.tenant_id,
        matter_id=kit.first.matter_id,
        kind="review",
        number=Sample.objects.count() + 1,
        population=8,
        population_hash=f"{Sample.objects.count():064x}",
        seed="seed",
        drawn_at=kit.at,
        **found,
    )


def decide_first_matter(kit: Kit) -> None:
    """Enter every decision and the second look."""
    for place in DECISIONS:
        decide(kit, place)
    second_look(kit)
