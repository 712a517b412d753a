"""Opening evidence: who saw or took out what is on record before the first byte leaves."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chancery.apps.documents import policies
from chancery.apps.documents.models import Document
from chancery.apps.documents.reading import Native, native_of
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record


@transaction.atomic
def note_view(*, actor: Actor, document_id: str, at: datetime) -> None:
    """Record that a person has a document on screen. Raises NotFound if it is hidden."""
    row = policies.document(actor, document_id)
    _record(actor, row, "document.viewed", at)


def open_native(*, actor: Actor, document_id: str, at: datetime, inline: bool = False) -> Native:
    """Hand out the bytes of a document as received; recorded as viewed (inline) or downloaded first."""
    native = native_of(actor=actor, document_id=document_id)
    with transaction.atomic():
        row = policies.document(actor, document_id)
        _record(actor, row, "document.viewed" if inline else "document.downloaded", at, sha256=native.sha256)
    return native


@transaction.atomic
def note_list_export(*, actor: Actor, matter_id: str, documents: int, at: datetime) -> None:
    """Record that a list of documents left as a file. Raises NotFound for a hidden matter."""
    record(
        tenant_id=policies.matter(actor, matter_id).tenant_id,
        actor=actor,
        act="documents.list_exported",
        object_type="matter",
        object_id=matter_id,
        matter_id=matter_id,
        label=str(documents),
        at=at,
        detail={"documents": documents},
    )


def _record(actor: Actor, row: Document, act: str, at: datetime, **detail: str) -> None:
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="document",
        object_id=row.id,
        matter_id=row.matter_id,
        label=row.control_number,
        at=at,
        detail=detail or None,
    )
