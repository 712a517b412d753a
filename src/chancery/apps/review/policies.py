"""Who may review, and who may not see a first decision."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from chancery.apps.review.models import Batch, BatchDocument, Coding, Focus
from chancery.platform.access.scopes import matter_filter
from chancery.platform.tenancy.actors import Actor, Role

REVIEWERS = (Role.REVIEWER, Role.ATTORNEY, Role.MANAGER)


def batches_for(actor: Actor) -> QuerySet[Batch]:
    """Return the batches of the matters the actor may see; clients see progress, never the desk."""
    return Batch.objects.filter(matter_filter(actor))


def codings_for(actor: Actor) -> QuerySet[Coding]:
    """Return the decisions in the matters the actor may see."""
    return Coding.objects.filter(matter_filter(actor))


def focus_for(actor: Actor) -> QuerySet[Focus]:
    """Return the desk time in the matters the actor may see."""
    return Focus.objects.filter(matter_filter(actor))


def may_review(actor: Actor) -> bool:
    """Tell whether the actor may sit at a desk at all."""
    return actor.provider and actor.has(*REVIEWERS)


def is_blind(actor: Actor, batch: Batch) -> bool:
    """Tell whether first decisions must stay hidden: the batch is a second look that is not finished."""
    return batch.level == 2 and batch.state != Batch.State.COMPLETE


def reads_decisions(actor: Actor) -> bool:
    """Tell whether the actor's part includes other people's decisions: clients, leads and background work.

    A reviewer may be drawn for a second look at any document of a matter, and an administrator has no part in it.
    """
    return actor.system or actor.has(Role.COUNSEL, Role.MANAGER, Role.ATTORNEY)


def second_look_ahead(actor: Actor) -> QuerySet[BatchDocument, str]:
    """Return the ids of documents on the actor's desk whose second look is still to be made."""
    return BatchDocument.objects.filter(
        batch__level=2, batch__assignee_id=actor.user_id or None, coded=False
    ).values_list("document_id", flat=True)


def decisions_for(actor: Actor) -> QuerySet[Coding]:
    """Return the decisions the actor may read without spoiling a second look.

    Nobody reads a first decision on a document that waits for their own second look. A reviewer reads their own
    decisions, and others' only on documents at which they have looked a second time.
    """
    found = codings_for(actor)
    if actor.system:
        return found
    own = Q(by_id=actor.user_id or None)
    if reads_decisions(actor):
        return found.filter(own | ~Q(document_id__in=second_look_ahead(actor)))
    looked = Coding.objects.filter(by_id=actor.user_id or None, level=2).values_list("document_id", flat=True)
    return found.filter(own | Q(document_id__in=looked))
