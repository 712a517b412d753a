"""Handing the record out to the client."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import export_record, record


def export_lines(*, actor: Actor, tenant_id: str, matter_id: str, at: datetime) -> Iterator[str]:
    """Return the lines of a client's record with its signed head; the export itself stands in the record first."""
    with transaction.atomic():
        record(
            tenant_id=tenant_id,
            actor=actor,
            act="record.exported",
            object_type="matter",
            object_id=matter_id,
            matter_id=matter_id,
            label="record",
            at=at,
        )
    stream = io.StringIO()
    export_record(tenant_id=tenant_id, stream=stream, at=at, matter_id=matter_id)
    return iter(stream.getvalue().splitlines(keepends=True))
