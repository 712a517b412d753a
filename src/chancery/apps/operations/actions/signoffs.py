"""Sign-off: an attorney answers for exactly what leaves, or refuses with reasons."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction

from chancery.apps.matters.queries import matter as matter_record
from chancery.apps.operations import events, policies
from chancery.apps.operations.actions.checklists import open_checklist, tick, untick
from chancery.apps.operations.actions.gate import licence_wanted
from chancery.apps.operations.actions.work import NeedSpec, close_work_of, open_work_item
from chancery.apps.operations.models import Engagement, Sample, SampleItem, SignOff, WorkItem
from chancery.apps.operations.queries.quality import checklist
from chancery.apps.operations.queries.releases import SignOffRecord, sign_off, sign_off_record
from chancery.apps.operations.wording import words
from chancery.apps.providers.queries import valid_licence
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.actors import system_actor
from chancery.platform.access.scopes import may_see_matter, require_person
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce

__all__ = [
    "ChecklistIncomplete",
    "ReleaseRefusal",
    "open_checklist",
    "refuse_release",
    "request_sign_off",
    "sign_release",
    "tick",
    "untick",
    "void_sign_off",
]
HASH = re.compile(r"[0-9a-f]{64}")
SIGN_OFF_MINUTES = 90
STATEMENT = {
    "en": "I release exactly the content with the hash shown above.",
    "zh": "本人就上列哈希值所对应的内容准予放行。",
}


class ReleaseRefusal(Refused):
    """A sign-off that cannot be asked for, given or taken."""

    code = "release_refused"


class ChecklistIncomplete(ReleaseRefusal):
    """Points of the checklist that nobody has ticked; ``missing`` has their words."""

    code = "checklist_incomplete"

    def __init__(self, missing: tuple[str, ...]) -> None:
        self.missing = missing
        super().__init__("The checklist is not complete: %(missing)s", missing=" · ".join(missing))


def _note(actor: Actor, act: str, row: SignOff, at: datetime, **values: Any) -> None:
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="sign_off",
        object_id=row.id,
        label=f"{row.subject_type} {row.subject_id}",
        matter_id=row.matter_id,
        at=at,
        detail={"subject_type": row.subject_type, "subject_id": row.subject_id, "subject_hash": row.subject_hash},
        **values,
    )


def _locked(actor: Actor, sign_off_id: str) -> SignOff:
    row = policies.sign_offs_for(actor).select_for_update(of=("self",)).filter(id=sign_off_id).first()
    if row is None:
        raise NotFound
    return row


@transaction.atomic
def request_sign_off(
    *,
    actor: Actor,
    tenant_id: str,
    matter_id: str,
    subject_type: str,
    subject_id: str,
    subject_hash: str,
    summary: dict[str, Any],
    checklist_id: str,
    at: datetime,
) -> SignOffRecord:
    """Ask an attorney to answer for what has this hash; opens the work for one with a valid licence.

    subject_hash: 64 hex digits of SHA-256 over exactly what leaves. summary: what the attorney is shown.
    Asking again for the same hash returns the sign-off; for another hash the earlier one is voided.
    Raises ChecklistIncomplete with what is missing; Refused ``hash_invalid``, ``checklist_foreign``;
    NotFound for a matter the actor may not see.
    """
    require_person(actor, Role.MANAGER, Role.REVIEWER, Role.ATTORNEY)
    if not may_see_matter(actor, tenant_id=tenant_id, matter_id=matter_id):
        raise NotFound
    if not HASH.fullmatch(subject_hash):
        raise ReleaseRefusal("What is signed needs its SHA-256 hash.", code="hash_invalid")
    points = checklist(actor=actor, checklist_id=checklist_id)
    if (points.matter_id, points.subject_type, points.subject_id) != (matter_id, subject_type, subject_id):
        raise ReleaseRefusal("This checklist belongs to something else.", code="checklist_foreign")
    if points.missing:
        raise ChecklistIncomplete(points.missing)
    live = _live(subject_type, subject_id)
    if live is not None:
        if live.subject_hash == subject_hash:
            return sign_off_record(live)
        _void(system_actor(tenant_id=tenant_id), live, "Another content was submitted.", at)
    row = SignOff.objects.create(
        tenant_id=tenant_id,
        matter_id=matter_id,
        subject_type=subject_type,
        subject_id=subject_id,
        subject_hash=subject_hash,
        summary=summary,
        checklist_id=checklist_id,
        requested_by_id=actor.user_id,
        requested_at=at,
    )
    _note(actor, "signoff.requested", row, at, after={"state": "waiting", "hash": subject_hash})
    _open_work(actor, row, at)
    return _read(row.id)


def _read(sign_off_id: str) -> SignOffRecord:
    rows = SignOff.objects.select_related("matter", "tenant", "requested_by", "attorney")
    return sign_off_record(rows.get(id=sign_off_id))


def _live(subject_type: str, subject_id: str) -> SignOff | None:
    rows = SignOff.objects.select_for_update(of=("self",)).select_related(
        "matter", "tenant", "requested_by", "attorney"
    )
    live = (SignOff.State.WAITING, SignOff.State.SIGNED)
    return rows.filter(subject_type=subject_type, subject_id=subject_id, state__in=live).first()


def _wanted_licence(row: SignOff) -> str | None:
    """Return the jurisdiction in which the attorney's licence must lie, by the service that was agreed."""
    engagement = Engagement.objects.select_related("matter").filter(matter_id=row.matter_id).first()
    if engagement is None:
        return None
    return licence_wanted(rule=engagement.sign_off["licence"], jurisdiction=engagement.matter.jurisdiction)


def _open_work(actor: Actor, row: SignOff, at: datetime) -> None:
    matter = matter_record(actor=system_actor(tenant_id=row.tenant_id), matter_id=row.matter_id)
    responsible = matter.responsible_attorney_id or ""
    wanted = _wanted_licence(row)
    fit = responsible != row.requested_by_id and bool(responsible)
    fit = fit and valid_licence(user_id=responsible, on=at.date(), jurisdiction=wanted) is not None
    open_work_item(
        actor=system_actor(tenant_id=row.tenant_id),
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        kind=WorkItem.Kind.SIGN_OFF,
        subject_type="sign_off",
        subject_id=row.id,
        title=f"Sign off: {matter.number} {matter.title}"[:200],
        title_zh=f"签发：{matter.number} {matter.title_zh or matter.title}"[:200],
        need=NeedSpec(
            role=Role.ATTORNEY,
            grade="lawyer",
            jurisdiction=wanted or "",
            minutes=SIGN_OFF_MINUTES,
            not_authored_by=(row.requested_by_id,),
            person_id=responsible if fit else "",
        ),
        at=at,
    )


def _refuse_open_samples(matter_id: str) -> None:
    """Nothing leaves while a second look waits or a difference is unsettled; an attorney may waive the sample."""
    if Sample.objects.filter(matter_id=matter_id, state=Sample.State.OPEN).exists():
        raise ReleaseRefusal(
            "The second look is not finished; finish it, or waive it with a reason.", code="sample_open"
        )
    if SampleItem.objects.filter(sample__matter_id=matter_id, overturned=True, resolution="").exists():
        raise ReleaseRefusal("A difference between the two looks is not settled.", code="overturn_open")


def _refuse_unready(*, actor: Actor, row: SignOff, seen_hash: str) -> None:
    if row.state != SignOff.State.WAITING:
        raise ReleaseRefusal("This no longer waits for a sign-off.", code="not_waiting")
    if row.requested_by_id == actor.user_id:
        raise ReleaseRefusal("Whoever prepared it cannot sign it off.", code="preparer")
    if seen_hash and seen_hash != row.subject_hash:
        raise ReleaseRefusal("The content is not the one you were shown.", code="hash_changed")
    points = checklist(actor=actor, checklist_id=row.checklist_id)
    if points.missing:
        raise ChecklistIncomplete(points.missing)
    _refuse_open_samples(row.matter_id)


@transaction.atomic
def sign_release(*, actor: Actor, sign_off_id: str, at: datetime, seen_hash: str = "") -> SignOffRecord:
    """Sign as an attorney for exactly what has the recorded hash.

    The attorney holds a licence valid on that day (in the jurisdiction the service asks for) and did not
    prepare what is signed. seen_hash: the hash the attorney was shown; another one is refused. Signing again
    changes nothing. Refused: ``not_allowed``, ``preparer``, ``licence_invalid``, ``not_waiting``,
    ``hash_changed``, ``sample_open``, ``overturn_open``, ChecklistIncomplete.
    """
    row = _locked(actor, sign_off_id)
    require_person(actor, Role.ATTORNEY)
    if row.state == SignOff.State.SIGNED and row.attorney_id == actor.user_id:
        return sign_off(actor=actor, sign_off_id=row.id)
    _refuse_unready(actor=actor, row=row, seen_hash=seen_hash)
    wanted = _wanted_licence(row)
    licence = valid_licence(user_id=actor.user_id, on=at.date(), jurisdiction=wanted)
    if licence is None:
        raise ReleaseRefusal(
            "You hold no licence that is valid on %(day)s and covers this matter.",
            code="licence_invalid",
            day=at.date().isoformat(),
        )
    engagement = Engagement.objects.filter(matter_id=row.matter_id).first()
    row.state, row.attorney_id, row.at = SignOff.State.SIGNED, actor.user_id, at
    row.statement = words((engagement.sign_off if engagement else {}).get("statement") or STATEMENT)
    row.licence = {
        "jurisdiction": licence.jurisdiction,
        "number": licence.number,
        "valid_from": licence.valid_from.isoformat(),
        "valid_to": licence.valid_to.isoformat(),
        "asked": wanted or "",
    }
    row.save(update_fields=["state", "attorney", "at", "statement", "licence"])
    _note(
        actor, "signoff.signed", row, at,
        before={"state": "waiting"}, after={"state": "signed", "licence": row.licence, "statement": row.statement},
    )  # fmt: skip
    close_work_of(actor=actor, kind=WorkItem.Kind.SIGN_OFF, subject_type="sign_off", subject_id=row.id, at=at)
    announce(
        events.ReleaseSigned(
            tenant_id=row.tenant_id,
            matter_id=row.matter_id,
            sign_off_id=row.id,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            subject_hash=row.subject_hash,
        ),
        at=at,
    )
    return sign_off(actor=actor, sign_off_id=row.id)


@transaction.atomic
def refuse_release(*, actor: Actor, sign_off_id: str, reasons: str, at: datetime) -> SignOffRecord:
    """Refuse to sign, as an attorney, with the reasons that go back to whoever prepared it.

    Refusing again changes nothing. Refused: ``not_allowed``, ``reason_missing``, ``not_waiting``, ``preparer``.
    """
    row = _locked(actor, sign_off_id)
    require_person(actor, Role.ATTORNEY)
    if row.state == SignOff.State.REFUSED and row.attorney_id == actor.user_id:
        return sign_off(actor=actor, sign_off_id=row.id)
    if row.state != SignOff.State.WAITING:
        raise ReleaseRefusal("This no longer waits for a sign-off.", code="not_waiting")
    if row.requested_by_id == actor.user_id:
        raise ReleaseRefusal("Whoever prepared it cannot sign it off.", code="preparer")
    if not reasons.strip():
        raise ReleaseRefusal("Say why: the reasons go back to whoever prepared it.", code="reason_missing")
    row.state, row.attorney_id, row.at, row.reasons = SignOff.State.REFUSED, actor.user_id, at, reasons.strip()
    row.save(update_fields=["state", "attorney", "at", "reasons"])
    _note(
        actor, "signoff.refused", row, at,
        before={"state": "waiting"}, after={"state": "refused", "reasons": row.reasons},
    )  # fmt: skip
    close_work_of(actor=actor, kind=WorkItem.Kind.SIGN_OFF, subject_type="sign_off", subject_id=row.id, at=at)
    announce(
        events.ReleaseRefused(
            tenant_id=row.tenant_id,
            matter_id=row.matter_id,
            sign_off_id=row.id,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            subject_hash=row.subject_hash,
            reasons=row.reasons,
        ),
        at=at,
    )
    return sign_off(actor=actor, sign_off_id=row.id)


@transaction.atomic
def void_sign_off(*, actor: Actor, subject_type: str, subject_id: str, reason: str, at: datetime) -> bool:
    """Take the force from the live sign-off of a subject because what it covers changed; tells whether there was one.

    For the room that holds the subject; the change itself was permitted there. Voiding again changes nothing.
    """
    row = _live(subject_type, subject_id)
    if row is None:
        return False
    if not may_see_matter(actor, tenant_id=row.tenant_id, matter_id=row.matter_id):
        raise NotFound
    if not reason.strip():
        raise ReleaseRefusal("Say what changed.", code="reason_missing")
    _void(actor, row, reason.strip(), at)
    return True


def _void(actor: Actor, row: SignOff, reason: str, at: datetime) -> None:
    before = {"state": row.state}
    row.state, row.void_reason, row.voided_at = SignOff.State.VOID, reason, at
    row.save(update_fields=["state", "void_reason", "voided_at"])
    _note(actor, "signoff.voided", row, at, before=before, after={"state": "void", "reason": reason})
    close_work_of(actor=actor, kind=WorkItem.Kind.SIGN_OFF, subject_type="sign_off", subject_id=row.id, at=at)
    announce(
        events.ReleaseVoided(
            tenant_id=row.tenant_id,
            matter_id=row.matter_id,
            sign_off_id=row.id,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            reason=reason,
        ),
        at=at,
    )
