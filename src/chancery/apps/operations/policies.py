"""Who may see what of the operations room: the only source of querysets for people.

Objects of a matter follow the matter's team and walls. Requests and quotes before a matter follow the client
organisation. Reviewers see their work, not orders, prices or sign-offs.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from chancery.apps.operations.models import (
    Checklist,
    ClockEvent,
    Engagement,
    Quote,
    Request,
    Sample,
    ServiceVersion,
    SignOff,
    WorkItem,
)
from chancery.platform.access.scopes import matter_filter, tenant_filter
from chancery.platform.access.values import Actor, Role

ORDERING = (Role.COUNSEL, Role.MANAGER, Role.ATTORNEY)
SUPERVISING = (Role.MANAGER, Role.ATTORNEY)
# Roles whose owner gets a work item of that role; the rest of the provider's roles work on matters.
CLIENT_KINDS = (WorkItem.Kind.QUOTE_DECISION,)


def _scope(actor: Actor) -> Q:
    """Rows of visible matters, and rows without a matter of the organisations the actor serves."""
    return (Q(matter__isnull=True) & tenant_filter(actor)) | (Q(matter__isnull=False) & matter_filter(actor))


def _may(actor: Actor, *roles: Role) -> bool:
    return actor.system or actor.has(*roles)


def services() -> QuerySet[ServiceVersion]:
    """Return every published version: the catalogue is open to everyone who is signed in."""
    return ServiceVersion.objects.all()


def requests_for(actor: Actor) -> QuerySet[Request]:
    """Return requests: for counsel of the client, managers and attorneys."""
    found = Request.objects.select_related("tenant", "requested_by", "decided_by", "matter")
    return found.filter(_scope(actor)) if _may(actor, *ORDERING) else found.none()


def quotes_for(actor: Actor) -> QuerySet[Quote]:
    """Return quotes: for the same people as requests."""
    found = Quote.objects.select_related("tenant", "request", "matter", "decided_by")
    return found.filter(_scope(actor)) if _may(actor, *ORDERING) else found.none()


def engagements_for(actor: Actor) -> QuerySet[Engagement]:
    """Return what was agreed for the matters the actor may see."""
    return Engagement.objects.filter(matter_filter(actor)).select_related("matter", "tenant")


def work_for(actor: Actor) -> QuerySet[WorkItem]:
    """Return work items: counsel see decisions asked of them; staff the work of their matters.

    A reviewer sees only work for reviewers; orders and sign-offs stay with managers and attorneys.
    """
    found = WorkItem.objects.select_related("tenant", "matter", "assignee").filter(_scope(actor))
    if actor.system or actor.has(Role.MANAGER, Role.ATTORNEY, Role.ADMINISTRATOR):
        return found
    if actor.has(Role.REVIEWER):
        return found.filter(Q(role=Role.REVIEWER) | Q(assignee_id=actor.user_id))
    if actor.has(Role.COUNSEL):
        return found.filter(role=Role.COUNSEL)
    return found.none()


def clock_events_for(actor: Actor) -> QuerySet[ClockEvent]:
    """Return the clock events of visible matters."""
    return ClockEvent.objects.filter(matter_filter(actor)).select_related("by")


def samples_for(actor: Actor) -> QuerySet[Sample]:
    """Return samples of visible matters: for staff who review or supervise."""
    found = Sample.objects.select_related("matter", "tenant", "waived_by")
    if not _may(actor, Role.MANAGER, Role.ATTORNEY, Role.REVIEWER):
        return found.none()
    return found.filter(matter_filter(actor))


def checklists_for(actor: Actor) -> QuerySet[Checklist]:
    """Return checklists of visible matters: for staff."""
    found = Checklist.objects.select_related("matter")
    if not _may(actor, Role.MANAGER, Role.ATTORNEY, Role.REVIEWER):
        return found.none()
    return found.filter(matter_filter(actor))


def sign_offs_for(actor: Actor) -> QuerySet[SignOff]:
    """Return sign-offs of visible matters: for managers, attorneys and the client's counsel."""
    found = SignOff.objects.select_related("matter", "tenant", "requested_by", "attorney", "checklist")
    return found.filter(matter_filter(actor)) if _may(actor, *ORDERING) else found.none()
