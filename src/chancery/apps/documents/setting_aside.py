"""Setting documents aside as the plan of their source says: known system files, and what lies outside its dates."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from chancery.apps.documents.changes import set_aside_now
from chancery.apps.documents.models import Change, Collection, Document
from chancery.platform.access.values import Actor

KNOWN: Final = "known_file"
DATES: Final = "dates"


def set_aside_by_plan(*, actor: Actor, collection: Collection, at: datetime) -> None:
    """Set aside what the plan leaves out; families go as a whole, by the date of their head. Safe to repeat.

    Documents without a date stay. What was brought back by a person is not set aside again.
    """
    source = collection.source
    if source is None:
        return
    place = (collection.tenant_id, collection.matter_id)
    rows = Document.objects.filter(collection_id=collection.id, set_aside="")
    never = Change.objects.filter(matter_id=collection.matter_id, act=Change.Act.BRING_BACK).values(
        "items__document_id"
    )
    known = list(rows.filter(exception=KNOWN).exclude(id__in=never).values_list("id", flat=True))
    if known:
        set_aside_now(actor=actor, place=place, value=KNOWN, ids=known, at=at)
    outside = _outside(collection.time_zone, source.settings.get("date_from", ""), source.settings.get("date_to", ""))
    if outside is None:
        return
    heads = Document.objects.filter(outside, collection_id=collection.id, id=F("family_id"), sort_date__isnull=False)
    members = rows.filter(family_id__in=heads.values("id")).exclude(id__in=never).exclude(status="container")
    ids = list(members.order_by("sequence").values_list("id", flat=True))
    if ids:
        set_aside_now(actor=actor, place=place, value=DATES, ids=ids, at=at)


def _outside(zone: str, first: str, last: str) -> Q | None:
    """Return the condition of documents before the first or after the last day, as days are counted in the zone."""
    condition = Q(pk__in=[])
    if first:
        condition |= Q(sort_date__lt=_midnight(first, zone))
    if last:
        condition |= Q(sort_date__gte=_midnight(last, zone) + timedelta(days=1))
    return condition if first or last else None


def _midnight(day: str, zone: str) -> datetime:
    moment = datetime.combine(datetime.fromisoformat(day).date(), time.min, ZoneInfo(zone))
    return moment.astimezone(UTC)
