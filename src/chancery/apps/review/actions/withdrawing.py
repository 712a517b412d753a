"""Documents that were chosen for review by hand leave it again when that choice is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from chancery.apps.matters.actions import lock_matter
from chancery.apps.operations.actions.work import cancel_work
from chancery.apps.review.actions.coding import close_batch, say_if_level_done
from chancery.apps.review.models import Batch, BatchDocument
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record

REASON = "The documents were taken back out of review."


@transaction.atomic
def withdraw_documents(
    *, actor: Actor, tenant_id: str, matter_id: str, wanted_by: str, document_ids: Sequence[str], at: datetime
) -> int:
    """Take documents out of the batches they came into by one act, unless somebody has decided on them.

    A decision stays, and its document with it. A batch that is left empty is withdrawn with its work; one whose other
    documents are all decided is complete. Documents that were in a batch before the act stay there. Background work;
    safe to repeat. Returns how many documents left.
    """
    lock_matter(matter_id=matter_id)
    formed = Batch.objects.select_for_update(of=("self",)).filter(tenant_id=tenant_id, matter_id=matter_id)
    touched = 0
    for batch in formed.filter(wanted_by=wanted_by, level=1).exclude(state__in=Batch.ENDED).order_by("number"):
        leaving = batch.places.filter(document_id__in=document_ids, coded=False)
        gone = leaving.delete()[1].get(BatchDocument._meta.label, 0)
        if gone:
            _shrink(actor, batch, gone, at)
            touched += gone
    if touched:
        say_if_level_done(tenant_id=tenant_id, matter_id=matter_id, at=at)
    return touched


def _shrink(actor: Actor, batch: Batch, gone: int, at: datetime) -> None:
    """Enter what left a batch, and end the batch if nothing is left to decide."""
    before = batch.size
    batch.size -= gone
    if not batch.size:
        batch.state = Batch.State.WITHDRAWN
    batch.save(update_fields=["size", "state"])
    record(
        tenant_id=batch.tenant_id,
        actor=actor,
        act="batch.shrunk",
        object_type="batch",
        object_id=batch.id,
        matter_id=batch.matter_id,
        label=f"Batch {batch.number}",
        at=at,
        before={"documents": before},
        after={"documents": batch.size},
    )
    if not batch.size:
        cancel_work(actor=actor, work_item_id=batch.work_item_id, reason=REASON, at=at)
    elif batch.coded >= batch.size:
        close_batch(actor=actor, batch=batch, at=at)
