"""Reads of conflict checks and walls, as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language, gettext

from chancery.apps.compliance import policies
from chancery.apps.compliance.models import ConflictCheck
from chancery.apps.matters.queries import matter_choices
from chancery.foundation.errors import NotFound
from chancery.platform.access import queries as access
from chancery.platform.access.values import Actor, Role
from chancery.platform.tenancy.queries import tenants_by_id


@dataclass(frozen=True, slots=True)
class HitRecord:
    """One known name that may be the asked one, with the reason for its weight."""

    asked: str
    side: str
    side_name: str
    name: str
    tenant_name: str
    level: str
    level_name: str
    score: float
    why: str
    severity: str
    severity_name: str
    rule: str
    matters: int


@dataclass(frozen=True, slots=True)
class ConflictRecord:
    """A conflict check. effective: the outcome after a person's decision: clear, review or conflict."""

    id: str
    tenant_id: str
    tenant_name: str
    subject_type: str
    subject_id: str
    label: str
    names: tuple[dict[str, str], ...]
    hits: tuple[HitRecord, ...]
    compared: int
    method: str
    outcome: str
    outcome_name: str
    decision: str
    decision_name: str
    effective: str
    reason: str
    decided_by: str
    decided_at: datetime | None
    checked_at: datetime


def side_name(side: str) -> str:
    """Return the word for a side."""
    names = {
        "client": gettext("Client"),
        "affiliate": gettext("Affiliate of the client"),
        "adverse": gettext("Adverse"),
        "counsel": gettext("Counsel"),
        "witness": gettext("Witness"),
    }
    return names.get(side, side)


def _level_name(level: str) -> str:
    names = {"exact": gettext("Same name"), "strong": gettext("Nearly the same"), "review": gettext("Similar")}
    return names.get(level, level)


def _severity_name(severity: str) -> str:
    names = {"conflict": gettext("Conflict"), "review": gettext("Needs a person"), "note": gettext("No conflict")}
    return names[severity]


def _rule(rule: str) -> str:
    names = {
        "opposite_side_elsewhere": gettext(
            "Stands on the opposite side of another client's matter, or is itself our client."
        ),
        "opposite_side_similar": gettext("A similar name stands on the opposite side for another client."),
        "opposite_side_own": gettext("Stood on the other side in an earlier matter of the same client."),
        "known_to_client": gettext("Known from this client's own matters."),
        "known_elsewhere": gettext("Known from another client, not on the opposite side."),
    }
    return names.get(rule, rule)


def _hit(item: dict[str, Any], tenants: dict[str, str]) -> HitRecord:
    return HitRecord(
        asked=item["asked"],
        side=item["side"],
        side_name=side_name(item["side"]),
        name=item["name"],
        tenant_name=tenants.get(item["tenant_id"], ""),
        level=item["level"],
        level_name=_level_name(item["level"]),
        score=item["score"],
        why=" ".join(gettext(reason["sentence"]) % reason["params"] for reason in item["why"]),
        severity=item["severity"],
        severity_name=_severity_name(item["severity"]),
        rule=_rule(item["rule"]),
        matters=len({matter for _, matter, _ in item["sides"] if matter}),
    )


def effective_outcome(row: ConflictCheck) -> str:
    """Return the outcome after a decision: a cleared check is clear, a declined one a conflict."""
    if row.decision == ConflictCheck.Decision.CLEARED:
        return "clear"
    return "conflict" if row.decision == ConflictCheck.Decision.DECLINED else row.outcome


def record_of(row: ConflictCheck, *, with_hits: bool = True) -> ConflictRecord:
    """Return the plain record of a row loaded with its client and decider."""
    chinese = (get_language() or "").startswith("zh")
    tenants: dict[str, str] = {}
    if with_hits:
        found = tenants_by_id(ids={item["tenant_id"] for item in row.hits})
        tenants = {key: (one.name_zh if chinese and one.name_zh else one.name) for key, one in found.items()}
    return ConflictRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        tenant_name=row.tenant.name_zh if chinese and row.tenant.name_zh else row.tenant.name,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        label=row.label,
        names=tuple(row.names),
        hits=tuple(_hit(item, tenants) for item in row.hits) if with_hits else (),
        compared=row.compared,
        method=row.method,
        outcome=row.outcome,
        outcome_name=str(ConflictCheck.Outcome(row.outcome).label),
        decision=row.decision,
        decision_name=str(ConflictCheck.Decision(row.decision).label) if row.decision else "",
        effective=effective_outcome(row),
        reason=row.reason,
        decided_by=row.decided_by.shown_name() if row.decided_by else "",
        decided_at=row.decided_at,
        checked_at=row.checked_at,
    )


def conflict_check(*, actor: Actor, check_id: str) -> ConflictRecord:
    """Return one check with its hits; raises NotFound if unknown or forbidden."""
    row = policies.conflict_checks_for(actor).filter(id=check_id).first()
    if row is None:
        raise NotFound
    return record_of(row)


def conflict_checks_found(
    *, actor: Actor, text: str = "", outcome: str = "", waiting: bool = False
) -> QuerySet[ConflictCheck]:
    """Return the visible checks, filtered; the page slices it. waiting: found something, not decided."""
    found = policies.conflict_checks_for(actor)
    if text:
        found = found.filter(Q(label__icontains=text) | Q(tenant__name__icontains=text))
    if outcome:
        found = found.filter(outcome=outcome)
    return found.exclude(outcome="clear").filter(decision="") if waiting else found


def list_conflict_checks(
    *, actor: Actor, text: str = "", outcome: str = "", waiting: bool = False, after: str = "", limit: int = 100
) -> list[ConflictRecord]:
    """Return checks without hits, newest first; ``after`` is the last id of the page before."""
    found = conflict_checks_found(actor=actor, text=text, outcome=outcome, waiting=waiting).order_by("-id")
    if after:
        found = found.filter(id__lt=after)
    return [record_of(row, with_hits=False) for row in found[:limit]]


def latest_check(*, actor: Actor, subject_type: str, subject_id: str) -> ConflictRecord | None:
    """Return the newest check of a subject, or None if there is none or it is forbidden."""
    found = policies.conflict_checks_for(actor).filter(subject_type=subject_type, subject_id=subject_id)
    row = found.order_by("-checked_at", "-id").first()
    return record_of(row) if row else None


def outcome_of(*, subject_type: str, subject_id: str) -> str:
    """Return the effective outcome of the newest check of a subject, without its findings: for gates."""
    rows = ConflictCheck.objects.filter(subject_type=subject_type, subject_id=subject_id)
    row = rows.order_by("-checked_at", "-id").first()
    return effective_outcome(row) if row else ""


def checks_waiting(*, actor: Actor) -> int:
    """Return how many checks wait for a decision."""
    return conflict_checks_found(actor=actor, waiting=True).count()


@dataclass(frozen=True, slots=True)
class WallLine:
    """A wall as its page shows it."""

    id: str
    matter_id: str
    matter_number: str
    matter_title: str
    user_id: str
    name: str
    reason: str
    raised_by: str
    at: datetime
    standing: bool
    lowered_at: datetime | None
    lowered_reason: str


@dataclass(frozen=True, slots=True)
class PersonChoice:
    """A person who can be chosen for a wall."""

    user_id: str
    name: str


def list_walls(*, actor: Actor, matter_id: str = "") -> list[WallLine]:
    """Return walls, newest first; raises NotFound for people who do not keep walls."""
    if not policies.may_see_walls(actor):
        raise NotFound
    matters = {item.id: item for item in matter_choices(actor=actor, limit=2000)}
    return [
        WallLine(
            id=wall.id,
            matter_id=wall.matter_id,
            matter_number=matters[wall.matter_id].number if wall.matter_id in matters else "",
            matter_title=matters[wall.matter_id].title if wall.matter_id in matters else "",
            user_id=wall.user_id,
            name=wall.name,
            reason=wall.reason,
            raised_by=wall.raised_by,
            at=wall.at,
            standing=wall.lowered_at is None,
            lowered_at=wall.lowered_at,
            lowered_reason=wall.lowered_reason,
        )
        for wall in access.walls_for(actor=actor, matter_id=matter_id or None)
    ]


def staff_choices(*, actor: Actor) -> list[PersonChoice]:
    """Return the provider's people, once each; raises NotFound for people who do not keep walls."""
    if not policies.may_see_walls(actor):
        raise NotFound
    chinese = (get_language() or "").startswith("zh")
    people = {
        item.user_id: PersonChoice(item.user_id, item.name_zh if chinese and item.name_zh else item.name)
        for item in access.memberships(tenant_id=None)
    }
    return sorted(people.values(), key=lambda person: person.name)


def may_lower(actor: Actor) -> bool:
    """Tell whether the actor may end a wall."""
    return actor.provider and actor.has(Role.ADMINISTRATOR)
