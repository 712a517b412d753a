"""Who may see which money: clients see invoices that were issued, staff those of their matters."""

from __future__ import annotations

from django.db.models import QuerySet

from chancery.apps.spend.models import Invoice, TimeEntry
from chancery.platform.access.scopes import matter_filter
from chancery.platform.access.values import Actor, Role

MONEY_ROLES = (Role.COUNSEL, Role.MANAGER, Role.ATTORNEY)


def invoices_for(actor: Actor) -> QuerySet[Invoice]:
    """Return the invoices the actor may see; drafts are the provider's own."""
    found = Invoice.objects.filter(matter_filter(actor))
    if actor.system:
        return found
    if not actor.has(*MONEY_ROLES):
        return found.none()
    return found if actor.provider else found.exclude(state=Invoice.State.DRAFT)


def time_for(actor: Actor) -> QuerySet[TimeEntry]:
    """Return the time entries the actor may see: all for managers and attorneys, the own for reviewers."""
    found = TimeEntry.objects.filter(matter_filter(actor))
    if actor.system or actor.has(Role.MANAGER, Role.ATTORNEY):
        return found
    if actor.has(Role.COUNSEL):
        return found.filter(superseded=False)
    return found.filter(user_id=actor.user_id or None)


def may_see_time(actor: Actor) -> bool:
    """Tell whether the actor has time to see at all; which entries is said by ``time_for``."""
    return actor.has(Role.COUNSEL, Role.MANAGER, Role.ATTORNEY, Role.REVIEWER)


def may_enter_time(actor: Actor) -> bool:
    """Tell whether the actor may enter own time."""
    return actor.provider and actor.has(Role.REVIEWER, Role.ATTORNEY, Role.MANAGER)


def may_correct(actor: Actor, entry: TimeEntry) -> bool:
    """Tell whether the actor may correct an entry: the own, or any as manager, until it is replaced or billed."""
    own = str(entry.user_id) == actor.user_id
    open_still = not entry.superseded and entry.invoice_id is None
    return actor.provider and open_still and (own or actor.has(Role.MANAGER))
