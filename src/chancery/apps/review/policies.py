"""Who may review, and who may not see a first decision."""

from __future__ import annotations

from django.db.models import QuerySet

from chancery.apps.review.models import Batch, Coding, Focus
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
