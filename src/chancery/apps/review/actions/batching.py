"""Handing documents out: batches whose families stay whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from chancery.apps.documents.queries import ReviewableRecord, reviewable_documents
from chancery.apps.matters.actions import lock_matter
from chancery.apps.operations.actions.work import NeedSpec, open_work_item
from chancery.apps.operations.queries.engagements import engagement_of
from chancery.apps.review.models import Batch, BatchDocument
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record

BATCH_SIZE = 50


def review_language(*, tag: str) -> str:
    """Return the working language of review for a language tag: Chinese or, for everything else, English."""
    return "zh" if tag.lower().startswith("zh") else "en"


def _families(documents: Iterable[ReviewableRecord]) -> Iterator[list[ReviewableRecord]]:
    families: dict[str, list[ReviewableRecord]] = {}
    for item in sorted(documents, key=lambda item: item.sequence):
        families.setdefault(item.family_id, []).append(item)
    yield from families.values()


def packed(*, documents: Iterable[ReviewableRecord], size: int) -> list[tuple[str, list[ReviewableRecord]]]:
    """Return (language, documents) per batch: families whole, up to ``size`` documents unless a family is larger."""
    shelves: dict[str, list[list[ReviewableRecord]]] = {}
    for family in _families(documents):
        batches = shelves.setdefault(review_language(tag=family[0].language), [[]])
        if batches[-1] and len(batches[-1]) + len(family) > size:
            batches.append([])
        batches[-1].extend(family)
    return [(language, batch) for language in sorted(shelves) for batch in shelves[language] if batch]


@transaction.atomic
def form_batches(
    *,
    actor: Actor,
    tenant_id: str,
    matter_id: str,
    at: datetime,
    size: int = BATCH_SIZE,
    wanted: frozenset[str] = frozenset(),
    wanted_by: str = "",
) -> int:
    """Put every reviewable document that is in no batch yet into one, and hand each batch out as a work item.

    Exact duplicates are left out: the copy that stays carries their decision. wanted: if given, only these documents,
    chosen by hand in the act ``wanted_by``, also copies and files that could not be read. Returns how many batches
    are new.
    """
    lock_matter(matter_id=matter_id)
    placed = set(
        BatchDocument.objects.filter(batch__matter_id=matter_id, batch__level=1).values_list("document_id", flat=True)
    )
    chosen = sorted(wanted) if wanted else None
    waiting = [
        item
        for item in reviewable_documents(tenant_id=tenant_id, matter_id=matter_id, document_ids=chosen)
        if item.id not in placed and (wanted or (item.status == "item" and item.duplicate_of is None))
    ]
    number = Batch.objects.filter(matter_id=matter_id).aggregate(last=Max("number"))["last"] or 0
    batches = packed(documents=waiting, size=size)
    for language, documents in batches:
        number += 1
        batch = Batch.objects.create(
            tenant_id=tenant_id,
            matter_id=matter_id,
            number=number,
            language=language,
            size=len(documents),
            wanted_by=wanted_by,
            created_at=at,
        )
        _fill(actor, batch, documents, at)
    return len(batches)


def _fill(actor: Actor, batch: Batch, documents: Sequence[ReviewableRecord], at: datetime) -> None:
    """Put documents into a new batch, hand it out and enter it into the record."""
    BatchDocument.objects.bulk_create(
        [BatchDocument(batch=batch, document_id=item.id, position=place) for place, item in enumerate(documents)]
    )
    hand_out(actor=actor, batch=batch, at=at)
    record(
        tenant_id=batch.tenant_id,
        actor=actor,
        act="batch.formed",
        object_type="batch",
        object_id=batch.id,
        matter_id=batch.matter_id,
        label=f"Batch {batch.number}",
        at=at,
        after={"documents": len(documents), "language": batch.language},
    )


def hand_out(*, actor: Actor, batch: Batch, at: datetime) -> None:
    """Open the work item of a first-level batch and take over the person it was given to.

    Grade, skills and standard time per document are those agreed for the matter.
    """
    engagement = engagement_of(matter_id=batch.matter_id)
    step = engagement.steps.get("first_level", {}) if engagement else {}
    minutes = Decimal(str(step.get("standard_minutes", "1"))) * batch.size
    item = open_work_item(
        actor=actor,
        tenant_id=batch.tenant_id,
        matter_id=batch.matter_id,
        kind="review_batch",
        subject_type="batch",
        subject_id=batch.id,
        title=f"Batch {batch.number}: {batch.size} documents",
        title_zh=f"第{batch.number}批：{batch.size}份文件",
        need=NeedSpec(
            role=Role.REVIEWER,
            grade=str(step.get("grade", "paralegal")),
            skills=engagement.skills if engagement else (),
            language=batch.language,
            minutes=max(1, round(minutes)),
        ),
        at=at,
    )
    batch.work_item_id = item.id
    batch.assignee_id = item.assignee_id
    batch.save(update_fields=["work_item_id", "assignee"])


@transaction.atomic
def follow_assignment(*, work_item_id: str, assignee_id: str) -> None:
    """Take over the person to whom a batch's work item was given (or nobody)."""
    Batch.objects.filter(work_item_id=work_item_id).exclude(state__in=Batch.ENDED).update(
        assignee_id=assignee_id or None
    )
