"""Reads of the record; each row carries the labels it shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chancery.platform.audit import chain
from chancery.platform.audit.models import Entry, Head
from chancery.platform.audit.scoping import scope
from chancery.platform.audit.verification import Verdict
from chancery.platform.tenancy.actors import Actor


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One act as a timeline shows it."""

    id: int
    tenant_id: str
    seq: int
    at: datetime
    act: str
    actor_id: str
    actor_label: str
    actor_system: bool
    object_type: str
    object_id: str
    label: str
    matter_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    detail: dict[str, Any] | None
    hash: str


def entries_for(
    *,
    actor: Actor,
    tenant_id: str | None = None,
    object_type: str | None = None,
    object_id: str | None = None,
    matter_id: str | None = None,
    kind: str | None = None,
    before_seq: int | None = None,
    before_id: int | None = None,
    limit: int = 100,
) -> list[EntryRecord]:
    """Return acts the actor may see, newest first; one query.

    kind: first word of the act, such as "coding". before_seq: page on within one organisation; before_id: page
    on over several. limit: 1 to 500.
    """
    rows = Entry.objects.filter(scope(actor))
    exact = {
        "tenant_id": tenant_id,
        "object_type": object_type,
        "object_id": object_id,
        "matter_id": matter_id,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if kind:
        rows = rows.filter(act__startswith=f"{kind}.")
    if before_seq is not None:
        rows = rows.filter(seq__lt=before_seq)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return [_record(row) for row in rows.order_by("-id")[: min(max(limit, 1), 500)]]


def verify_tenant(*, tenant_id: str) -> Verdict:
    """Check the chain in the database, and that the columns people see say what the hashed bodies say."""
    head = Head.objects.filter(tenant_id=tenant_id).first()
    seq, prev = 0, chain.genesis(tenant_id=tenant_id)
    for row in Entry.objects.filter(tenant_id=tenant_id).order_by("seq").iterator(chunk_size=2000):
        reason = _fault_of(row, seq=seq, prev=prev)
        if reason:
            return Verdict(False, seq + 1, reason, seq)
        seq, prev = row.seq, row.hash
    if head is None or head.seq > seq:
        return Verdict(seq == 0 and head is None, None if head is None else seq + 1, "tail_lost" if head else "", seq)
    if head.seq < seq or head.hash != prev:
        return Verdict(False, max(head.seq, 1), "head_mismatch", seq)
    return Verdict(True, None, "", seq)


def _fault_of(row: Entry, *, seq: int, prev: str) -> str:
    if row.seq != seq + 1:
        return "order"
    if row.prev_hash != prev:
        return "broken_link"
    if chain.link(prev=prev, seq=row.seq, digest=chain.digest_of(body=row.body)) != row.hash:
        return "edited"
    body = json.loads(row.body)
    shown = (
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.act,
        {"id": row.actor_id, "label": row.actor_label, "system": row.actor_system},
        {"type": row.object_type, "id": row.object_id, "label": row.label},
        row.matter_id,
    )
    said = (body["at"], body["act"], body["actor"], body["object"], body["matter"])
    return "" if shown == said else "edited"


def _record(row: Entry) -> EntryRecord:
    body = json.loads(row.body)
    return EntryRecord(
        row.id, row.tenant_id, row.seq, row.at, row.act, row.actor_id, row.actor_label, row.actor_system,
        row.object_type, row.object_id, row.label, row.matter_id,
        body["before"], body["after"], body["detail"], row.hash,
    )  # fmt: skip
