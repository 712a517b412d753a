"""Time: taken from the desk, entered by hand, corrected with a reason."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop

from chancery.apps.matters.queries import MatterRecord, matter
from chancery.apps.providers.queries import professional_of
from chancery.apps.review.queries.progress import DeskTime, desk_time
from chancery.apps.spend import policies
from chancery.apps.spend.models import TimeEntry
from chancery.engines.billing.time import billable_hours
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.scopes import require_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record

# UTBMS e-discovery tasks of the two levels, and the activity "review or analyse".
TASK_OF_LEVEL = {1: "L653", 2: "L654"}
NARRATIVE_OF_LEVEL = {1: "First pass document review", 2: "Second pass document review of a random sample"}
REVIEW_ACTIVITY = "A104"
# What time that no desk measures can be entered under.
TASKS = ("L653", "L654", "L655", "L659", "L670", "L690")


@transaction.atomic
def gather_time(*, actor: Actor, matter_id: str, at: datetime) -> int:
    """Bring the matter's desk time up to date as time entries.

    Entries that were corrected or billed stay as they are: what the desk measured since becomes a new entry.
    Returns the number of entries that are new or have grown.
    """
    require_role(actor, Role.REVIEWER, Role.ATTORNEY, Role.MANAGER)
    found = matter(actor=actor, matter_id=matter_id)
    held: dict[tuple[str, date, str], list[TimeEntry]] = {}
    for row in TimeEntry.objects.filter(matter_id=matter_id, origin=TimeEntry.Origin.DESK):
        held.setdefault((str(row.user_id), row.day, row.task_code), []).append(row)
    changed = 0
    for item in desk_time(matter_id=matter_id):
        rows = held.get((item.user_id, item.day, TASK_OF_LEVEL[item.level]), [])
        closed = [row for row in rows if row.superseded or row.invoice_id]
        entry = next((row for row in rows if not row.superseded and not row.invoice_id), None)
        seconds = item.seconds - sum(row.seconds for row in closed)
        if seconds <= 0 or (entry is not None and entry.seconds == seconds):
            continue
        entry = entry or _measured(found, item, at)
        entry.seconds, entry.hours = seconds, billable_hours(seconds=seconds)
        entry.sources = list(item.focus_ids)
        entry.save()
        changed += 1
    return changed


def _measured(found: MatterRecord, item: DeskTime, at: datetime) -> TimeEntry:
    return TimeEntry(
        tenant_id=found.tenant_id,
        matter_id=found.id,
        user_id=item.user_id,
        day=item.day,
        task_code=TASK_OF_LEVEL[item.level],
        activity_code=REVIEW_ACTIVITY,
        origin=TimeEntry.Origin.DESK,
        narrative=NARRATIVE_OF_LEVEL[item.level],
        created_at=at,
    )


def _checked(*, hours: Decimal, text: str, missing: str) -> None:
    if not hours.is_finite() or not Decimal(0) <= hours <= Decimal(24) or hours != hours.quantize(Decimal("0.1")):
        raise Refused("Give hours between 0 and 24 in steps of 0.1.", code="hours_out_of_range")
    if not text.strip():
        raise Refused(missing, code="reason_missing")


@transaction.atomic
def enter_time(
    *, actor: Actor, matter_id: str, day: date, hours: Decimal, task_code: str, narrative: str, at: datetime
) -> str:
    """Enter the actor's own time that no desk measured, with what was done; returns the entry's id.

    hours: 0 to 24 in steps of 0.1. narrative: in Latin letters, since the invoice file holds no others.
    Raises Refused ``hours_out_of_range``, ``reason_missing``, ``narrative_not_ascii``, ``task_unknown``,
    ``day_in_future`` or ``no_timekeeper``, and NotFound.
    """
    require_role(actor, Role.REVIEWER, Role.ATTORNEY, Role.MANAGER)
    found = matter(actor=actor, matter_id=matter_id)
    _checked(hours=hours, text=narrative, missing=gettext_noop("Say what was done in this time."))
    if task_code not in TASKS:
        raise Refused("Choose a task from the list.", code="task_unknown")
    if day > at.date():
        raise Refused("Time is entered for today or an earlier day.", code="day_in_future")
    if not all(letter.isascii() or "LATIN" in unicodedata.name(letter, "") for letter in narrative):
        raise Refused(
            "Write the narrative in English: the invoice file holds no other script.", code="narrative_not_ascii"
        )
    if professional_of(user_id=actor.user_id, on=day) is None:
        raise Refused("You are not in the register of professionals, so your time has no rate.", code="no_timekeeper")
    entry = TimeEntry.objects.create(
        tenant_id=found.tenant_id,
        matter_id=matter_id,
        user_id=actor.user_id,
        day=day,
        seconds=int(hours * 3600),
        hours=hours,
        task_code=task_code,
        activity_code=REVIEW_ACTIVITY,
        origin=TimeEntry.Origin.ENTERED,
        narrative=narrative.strip()[:500],
        created_at=at,
        created_by_id=actor.user_id,
    )
    _audit(actor=actor, entry=entry, act="time.entered", at=at, before=None)
    return entry.id


@transaction.atomic
def correct_time(*, actor: Actor, entry_id: str, hours: Decimal, reason: str, at: datetime) -> str:
    """Replace a time entry by one with other hours and the reason; the first entry stays readable.

    Raises Refused ``hours_out_of_range``, ``reason_missing``, ``already_corrected`` or ``already_billed`` and
    NotFound.
    """
    entry = policies.time_for(actor).select_for_update(of=("self",)).filter(id=entry_id).first()
    own = entry is not None and str(entry.user_id) == actor.user_id
    if entry is None or not actor.provider or not (own or actor.has(Role.MANAGER)):
        raise NotFound
    if entry.superseded:
        raise Refused("This entry was corrected already; correct the newer one.", code="already_corrected")
    if entry.invoice_id:
        raise Refused(
            "This time stands on an invoice; reduce the line there when its query is answered.", code="already_billed"
        )
    _checked(hours=hours, text=reason, missing=gettext_noop("Say why the time is corrected."))
    TimeEntry.objects.filter(id=entry.id).update(superseded=True)
    corrected = TimeEntry.objects.create(
        tenant_id=entry.tenant_id,
        matter_id=entry.matter_id,
        user_id=entry.user_id,
        day=entry.day,
        seconds=entry.seconds,
        hours=hours,
        task_code=entry.task_code,
        activity_code=entry.activity_code,
        origin=TimeEntry.Origin.CORRECTED,
        narrative=entry.narrative,
        reason=reason.strip()[:500],
        corrects=entry,
        sources=entry.sources,
        created_at=at,
        created_by_id=actor.user_id,
    )
    _audit(actor=actor, entry=corrected, act="time.corrected", at=at, before={"hours": str(entry.hours)})
    return corrected.id


def _audit(*, actor: Actor, entry: TimeEntry, act: str, at: datetime, before: dict[str, str] | None) -> None:
    record(
        tenant_id=entry.tenant_id,
        actor=actor,
        act=act,
        object_type="time_entry",
        object_id=entry.id,
        matter_id=entry.matter_id,
        label=f"{entry.day.isoformat()} {entry.task_code}",
        at=at,
        before=dict(before) if before else None,
        after={"hours": str(entry.hours), "reason": entry.reason or entry.narrative},
    )
