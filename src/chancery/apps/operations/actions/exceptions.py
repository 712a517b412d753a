"""Work on files that could not be processed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chancery.apps.documents.queries import collection_accounting
from chancery.apps.operations.actions.work import NeedSpec, close_work_of, open_work_item
from chancery.apps.operations.models import Engagement, WorkItem
from chancery.apps.operations.queries.work import LIVE
from chancery.platform.access.actors import system_actor
from chancery.platform.access.values import Role

MINUTES_EACH, MOST_MINUTES = 5, 240


@transaction.atomic
def open_exception_work(*, tenant_id: str, matter_id: str, collection_id: str, at: datetime) -> str:
    """Open one work item for the exceptions of a processed collection; returns its id, empty without exceptions.

    Background work, safe to repeat.
    """
    actor = system_actor(tenant_id=tenant_id)
    count = collection_accounting(actor=actor, collection_id=collection_id).exceptions
    if not count:
        return ""
    engagement = Engagement.objects.filter(matter_id=matter_id).first()
    step = next((one for one in engagement.steps if one["key"] == "exceptions"), None) if engagement else None
    return open_work_item(
        actor=actor,
        tenant_id=tenant_id,
        matter_id=matter_id,
        kind=WorkItem.Kind.EXCEPTION,
        subject_type="collection",
        subject_id=collection_id,
        title=f"Files that could not be processed: {count}",
        title_zh=f"无法处理的文件：{count} 份",
        need=NeedSpec(
            role=Role.REVIEWER,
            grade=step["grade"] if step else "",
            minutes=min(MOST_MINUTES, max(MINUTES_EACH, MINUTES_EACH * count)),
        ),
        at=at,
    ).id


@transaction.atomic
def close_exception_work(*, tenant_id: str, matter_id: str, at: datetime) -> int:
    """Finish the exception work of collections that have no exception left; returns how many. Safe to repeat."""
    actor = system_actor(tenant_id=tenant_id)
    rows = WorkItem.objects.filter(
        tenant_id=tenant_id, matter_id=matter_id, kind=WorkItem.Kind.EXCEPTION, state__in=LIVE
    )
    done = 0
    for collection_id in list(rows.values_list("subject_id", flat=True)):
        if collection_accounting(actor=actor, collection_id=collection_id).exceptions == 0:
            close_work_of(
                actor=actor,
                kind=WorkItem.Kind.EXCEPTION,
                subject_type="collection",
                subject_id=collection_id,
                at=at,
            )
            done += 1
    return done
