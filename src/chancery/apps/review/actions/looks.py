"""The second look: drawn by operations, served blind, settled where the two differ."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from chancery.apps.operations.actions.quality import PopulationItem, draw_sample
from chancery.apps.operations.queries.quality import SampleRecord
from chancery.apps.review import policies
from chancery.apps.review.actions.coding import announce_change, write_decision
from chancery.apps.review.coding_forms import coding_form
from chancery.apps.review.models import Batch, BatchDocument, Coding
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.scopes import require_role
from chancery.platform.tenancy.actors import Actor, Role

# The standard of the service names its sampling plan by this kind.
KIND = "review"


def settled_before(*, matter_id: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return who decided what first where a lead has settled the difference since: the same file changes nothing."""
    standing = Coding.objects.filter(matter_id=matter_id, level=1, superseded=False, origin=Coding.Origin.SETTLED)
    earlier = Coding.objects.filter(superseded_by__in=standing).order_by("at", "id")
    return {item.document_id: (str(item.by_id), dict(item.values)) for item in earlier}


@transaction.atomic
def draw_second_look(
    *, actor: Actor, matter_id: str, at: datetime, among: Collection[str] | None = None
) -> SampleRecord:
    """Draw the random second look over all first decisions of a matter.

    among: only these documents, where the frame is limited from outside.
    Raises Refused ``review_unfinished`` while documents wait for a first decision and the frame is all of them.
    """
    if not actor.system:
        require_role(actor, Role.MANAGER, Role.ATTORNEY)
    batches = policies.batches_for(actor).filter(matter_id=matter_id, level=1)
    if not batches.exists():
        raise NotFound
    if among is None and batches.exclude(state__in=Batch.ENDED).exists():
        raise Refused("Documents are still waiting for a first decision.", code="review_unfinished")
    codings = policies.codings_for(actor).filter(matter_id=matter_id, level=1, superseded=False)
    if among is not None:
        codings = codings.filter(document_id__in=among)
    form = coding_form()
    settled = settled_before(matter_id=matter_id)
    population = [
        PopulationItem(
            subject_id=coding.document_id,
            first_by=settled.get(coding.document_id, (str(coding.by_id), {}))[0],
            first_values={key: coding.values[key] for key in form.decision},
            label=coding.document.control_number,
        )
        for coding in codings.select_related("document").order_by("document_id")
    ]
    tenant_id = batches.values_list("tenant_id", flat=True)[0]
    return draw_sample(actor=actor, tenant_id=tenant_id, matter_id=matter_id, kind=KIND, population=population, at=at)


@transaction.atomic
def serve_second_look(
    *,
    tenant_id: str,
    matter_id: str,
    sample_id: str,
    work_item_id: str,
    assignee_id: str,
    subject_ids: list[str],
    at: datetime,
) -> str:
    """Put the drawn documents into a blind batch for the person operations chose; the same sample once."""
    found = Batch.objects.filter(sample_id=sample_id).first()
    if found is not None:
        return found.id
    number = Batch.objects.filter(matter_id=matter_id).aggregate(last=Max("number"))["last"] or 0
    batch = Batch.objects.create(
        tenant_id=tenant_id,
        matter_id=matter_id,
        number=number + 1,
        level=2,
        sample_id=sample_id,
        work_item_id=work_item_id,
        assignee_id=assignee_id or None,
        size=len(subject_ids),
        created_at=at,
    )
    BatchDocument.objects.bulk_create(
        [BatchDocument(batch=batch, document_id=item, position=place) for place, item in enumerate(subject_ids)]
    )
    return batch.id


@transaction.atomic
def settle(
    *,
    actor: Actor,
    matter_id: str,
    document_id: str,
    values: dict[str, object],
    decided_by: str,
    at: datetime,
) -> None:
    """Make the second decision the current one where a lead kept it; other answers stay as they were."""
    first = (
        Coding.objects.select_for_update()
        .filter(matter_id=matter_id, document_id=document_id, level=1, superseded=False)
        .first()
    )
    if first is None or all(first.values.get(key) == value for key, value in values.items()):
        return
    merged = {**first.values, **values}
    if merged.get("privilege") == "none":
        merged["description"] = ""
    if merged.get("privilege") in ("AC", "WP") and not merged.get("description"):
        second = Coding.objects.filter(document_id=document_id, level=2, superseded=False).first()
        merged["description"] = second.values.get("description", "") if second else ""
    _coding, changed = write_decision(
        actor=actor,
        batch=None,
        tenant_id=first.tenant_id,
        matter_id=matter_id,
        document_id=document_id,
        label=document_id,
        form=coding_form(),
        values=merged,
        origin=Coding.Origin.SETTLED,
        by_id=decided_by,
        level=1,
        at=at,
    )
    if changed:
        announce_change(tenant_id=first.tenant_id, matter_id=matter_id, document_id=document_id, at=at)
