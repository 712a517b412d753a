"""Appends to the record and hands it out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from django.db import connection, transaction

from chancery.foundation.errors import Fault
from chancery.platform.audit import chain
from chancery.platform.audit.models import Entry
from chancery.platform.audit.models import Head as HeadRow
from chancery.platform.audit.signing import sign_head
from chancery.platform.audit.verification import Head
from chancery.platform.tenancy.actors import Actor


@dataclass(frozen=True, slots=True)
class Appended:
    """The place an act got in the chain."""

    tenant_id: str
    seq: int
    hash: str


def record(
    *,
    tenant_id: str,
    actor: Actor,
    act: str,
    object_type: str,
    object_id: str,
    label: str,
    at: datetime,
    matter_id: str | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
) -> Appended:
    """Append one act to the chain of a client organisation, inside the caller's transaction.

    act: stable dotted verb such as "coding.saved". label: the object as people know it. before, after, detail:
    JSON values (dates as text, money as text). The chain is locked until the transaction ends: keep it short.
    """
    if not connection.in_atomic_block:
        raise Fault("an act is recorded in the transaction that does it")
    body = {
        "tenant": tenant_id,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "act": act,
        "actor": {"id": actor.user_id, "label": actor.label[:200], "system": actor.system},
        "object": {"type": object_type, "id": str(object_id), "label": str(label)[:400]},
        "matter": matter_id,
        "before": before,
        "after": after,
        "detail": detail,
    }
    text = chain.canonical(json.loads(json.dumps(body, default=str)))
    head = _locked_head(tenant_id)
    seq = head.seq + 1
    hash_ = chain.link(prev=head.hash, seq=seq, digest=chain.digest_of(body=text))
    Entry.objects.create(
        tenant_id=tenant_id,
        seq=seq,
        at=at,
        act=act,
        actor_id=actor.user_id,
        actor_label=actor.label[:200],
        actor_system=actor.system,
        object_type=object_type,
        object_id=str(object_id),
        label=str(label)[:400],
        matter_id=matter_id,
        body=text,
        prev_hash=head.hash,
        hash=hash_,
    )
    HeadRow.objects.filter(tenant_id=tenant_id).update(seq=seq, hash=hash_)
    return Appended(tenant_id, seq, hash_)


def export_record(*, tenant_id: str, stream: TextIO, at: datetime, matter_id: str | None = None) -> Head:
    """Write the chain of an organisation as JSON lines, ended by its signed head; returns the head.

    matter_id: entries of other matters are written sealed (digest and hash only), so that the chain can be
    checked without showing them. Callers check who may have it.
    """
    with transaction.atomic():
        head = HeadRow.objects.filter(tenant_id=tenant_id).first()
        last, hash_ = (head.seq, head.hash) if head else (0, chain.genesis(tenant_id=tenant_id))
    rows = Entry.objects.filter(tenant_id=tenant_id, seq__lte=last).order_by("seq")
    fields = rows.values_list("seq", "prev_hash", "hash", "body", "matter_id")
    for seq, prev, own, body, matter in fields.iterator(chunk_size=2000):
        stream.write(f'{{"seq":{seq},"prev":"{prev}","hash":"{own}",')
        if matter_id is None or matter in (None, matter_id):
            stream.write(f'"body":{body}}}\n')
        else:
            stream.write(f'"digest":"{chain.digest_of(body=body)}"}}\n')
    signed = sign_head(tenant_id=tenant_id, seq=last, hash=hash_, at=at)
    stream.write(json.dumps({"head": signed.as_dict()}, separators=(",", ":")) + "\n")
    return signed


def _locked_head(tenant_id: str) -> HeadRow:
    head = HeadRow.objects.select_for_update().filter(tenant_id=tenant_id).first()
    if head is None:
        HeadRow.objects.get_or_create(tenant_id=tenant_id, defaults={"hash": chain.genesis(tenant_id=tenant_id)})
        head = HeadRow.objects.select_for_update().get(tenant_id=tenant_id)
    return head
