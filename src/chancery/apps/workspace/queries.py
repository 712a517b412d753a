"""Reads over several rooms: what waits for a person, the home of a matter, the record of an object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from chancery.apps.documents.queries import Accounting, collection_accounting, may_read_evidence
from chancery.apps.matters.queries import MatterPartyRecord, MatterRecord, matter, matter_choices, parties_of
from chancery.apps.operations.queries.clocks import ClockRecord, clock_of
from chancery.apps.operations.queries.releases import SignOffRecord, list_sign_offs
from chancery.apps.operations.queries.requests import QuoteRecord, quotes_waiting
from chancery.apps.operations.queries.work import WorkRecord, list_work, mine
from chancery.apps.production.queries import ProductionRecord, productions_of
from chancery.apps.review.queries.desk import BatchRecord, hidden_decisions, queue
from chancery.apps.review.queries.progress import Progress, progress
from chancery.apps.spend.queries import InvoiceRecord, billed_to_date, invoice_record, invoices_found
from chancery.foundation.errors import NotFound
from chancery.platform.access.queries import TeamMemberRecord, team_of
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.queries import EntryRecord, entries_for
from chancery.platform.jobs.queries import JobRecord, jobs_for

# Acts whose before and after say what was decided on a document, at the desk and in a sample.
DECISIONS = frozenset({"coding.saved", "coding.undone"})
SAMPLE_DECISIONS = frozenset({"sample.second_look", "sample.resolved"})
LIVE_JOBS = frozenset({"queued", "running"})


@dataclass(frozen=True, slots=True)
class MyWork:
    """What waits for one person; ``risk``: due within a working day or over."""

    items: tuple[WorkRecord, ...]
    batches: tuple[BatchRecord, ...]
    quotes: tuple[QuoteRecord, ...]
    sign_offs: tuple[SignOffRecord, ...]
    invoices: tuple[InvoiceRecord, ...]
    matters: tuple[MatterRecord, ...]
    due_today: int
    at_risk: int


@dataclass(frozen=True, slots=True)
class MatterHome:
    """Everything the home of a matter shows; accounting is None for those who do not open evidence."""

    matter: MatterRecord
    parties: tuple[MatterPartyRecord, ...]
    team: tuple[TeamMemberRecord, ...]
    accounting: Accounting | None
    progress: Progress
    clock: ClockRecord | None
    productions: tuple[ProductionRecord, ...]
    billed: dict[str, Any]
    work: tuple[WorkRecord, ...]
    jobs: tuple[JobRecord, ...]
    record: tuple[EntryRecord, ...]


def my_work(*, actor: Actor, now: datetime) -> MyWork:
    """Return what waits for the actor, soonest due first; a fixed number of queries."""
    items = tuple(item for item in mine(actor=actor, limit=50))
    tomorrow = now + timedelta(hours=24)
    counsel = actor.has(Role.COUNSEL)
    waiting = ("issued",) if counsel else ("draft", "queried") if actor.has(Role.MANAGER) else ()
    invoices: list[InvoiceRecord] = []
    for state in waiting:
        invoices += [
            invoice_record(row) for row in invoices_found(actor=actor, state=state).order_by("-invoice_date")[:10]
        ]
    return MyWork(
        items=items,
        batches=tuple(queue(actor=actor, limit=20)) if actor.provider else (),
        quotes=tuple(quotes_waiting(actor=actor, at=now, limit=10)) if counsel else (),
        sign_offs=tuple(list_sign_offs(actor=actor, state="waiting", limit=10)) if actor.has(Role.ATTORNEY) else (),
        invoices=tuple(invoices),
        matters=tuple(matter_choices(actor=actor, limit=8)),
        due_today=sum(
            1 for item in items if item.due_at and timezone.localdate(item.due_at) <= timezone.localdate(now)
        ),
        at_risk=sum(1 for item in items if item.due_at and item.due_at <= tomorrow),
    )


def matter_home(*, actor: Actor, matter_id: str, now: datetime) -> MatterHome:
    """Return the home of a matter; raises NotFound if it is unknown or forbidden."""
    found = matter(actor=actor, matter_id=matter_id)
    return MatterHome(
        matter=found,
        parties=tuple(parties_of(actor=actor, matter_id=matter_id)),
        team=tuple(team_of(actor=actor, matter_id=matter_id)),
        accounting=collection_accounting(actor=actor, matter_id=matter_id) if may_read_evidence(actor) else None,
        progress=progress(actor=actor, matter_id=matter_id),
        clock=_clock(actor, matter_id, now),
        productions=tuple(productions_of(actor=actor, matter_id=matter_id)),
        billed=billed_to_date(actor=actor, matter_id=matter_id),
        work=tuple(list_work(actor=actor, matter_id=matter_id, live=True, limit=12)),
        jobs=tuple(jobs_for(actor=actor, matter_id=matter_id, states=LIVE_JOBS, limit=5)),
        record=tuple(shown(actor=actor, entries=entries_for(actor=actor, matter_id=matter_id, limit=8))),
    )


def _clock(actor: Actor, matter_id: str, now: datetime) -> ClockRecord | None:
    try:
        return clock_of(actor=actor, matter_id=matter_id, now=now)
    except NotFound:
        return None


def record_of(
    *,
    actor: Actor,
    matter_id: str | None = None,
    object_type: str | None = None,
    object_id: str | None = None,
    kind: str | None = None,
    before_id: int | None = None,
    limit: int = 100,
) -> list[EntryRecord]:
    """Return the record of a matter or object, newest first; raises NotFound where the actor may see none of it."""
    if matter_id is not None:
        matter(actor=actor, matter_id=matter_id)
    found = entries_for(
        actor=actor,
        matter_id=matter_id,
        object_type=object_type,
        object_id=object_id,
        kind=kind,
        before_id=before_id,
        limit=limit,
    )
    if (
        not found
        and matter_id is None
        and not entries_for(actor=actor, object_type=object_type, object_id=object_id, limit=1)
    ):
        raise NotFound
    return shown(actor=actor, entries=found)


def shown(*, actor: Actor, entries: Sequence[EntryRecord]) -> list[EntryRecord]:
    """Return entries without what would spoil a second look that the reader may still be asked for.

    Who acted and when stays; what was decided on a document goes where the review room hides it.
    """
    decided = {item.object_id for item in entries if item.act in DECISIONS}
    hidden = hidden_decisions(actor=actor, document_ids=decided)
    leads = actor.system or actor.has(Role.COUNSEL, Role.MANAGER, Role.ATTORNEY)
    return [
        replace(item, before=None, after=None, detail=None)
        if (item.act in DECISIONS and item.object_id in hidden and item.actor_id != actor.user_id)
        or (item.act in SAMPLE_DECISIONS and not leads and item.actor_id != actor.user_id)
        else item
        for item in entries
    ]
