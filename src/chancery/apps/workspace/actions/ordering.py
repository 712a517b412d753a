"""From a folder to an open matter: request, gate, grade, quote, acceptance; by the same acts as the pages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from chancery.apps.operations.actions.gate import submit_request
from chancery.apps.operations.actions.quotes import accept_quote
from chancery.apps.operations.actions.requests import answer_request, start_request
from chancery.apps.operations.queries.requests import RequestRecord, request
from chancery.apps.workspace.models import Run
from chancery.engines.ingest.inventory import hash_file, inventory, scan_sparse
from chancery.engines.ingest.records import Limits, SourceFile
from chancery.foundation.errors import Refused
from chancery.platform.access.values import Actor
from chancery.platform.tenancy.queries import TenantRecord


class RunRefused(Refused):
    """A whole-matter run cannot start or go on."""

    code = "run_refused"


@dataclass(frozen=True, slots=True)
class Order:
    """What the client asks for: the words of the request and the answers of its form."""

    title: str
    answers: Mapping[str, Any]


def source_files(*, source: Path) -> list[SourceFile]:
    """Return the input files of a folder, or the one file given; refuses ``source_missing`` and ``source_empty``."""
    if source.is_file():
        return [SourceFile(path=source.name, location=source)]
    if not source.is_dir():
        raise RunRefused("There is no folder %(source)s.", code="source_missing", source=str(source))
    files = list(inventory(folder=source))
    if not files:
        raise RunRefused("There is no file in %(source)s.", code="source_empty", source=str(source))
    return files


def contents_hash(*, files: Sequence[SourceFile]) -> str:
    """Return the SHA-256 over paths and contents: the same evidence has the same hash wherever it lies."""
    digest = hashlib.sha256()
    for file in files:
        size = file.location.stat().st_size
        beyond = size > Limits().max_file_bytes or scan_sparse(path=file.location, size=size)
        content = f"size {size}" if beyond else hash_file(path=file.location)[1]
        digest.update(f"{file.path}\0{content}\n".encode())
    return digest.hexdigest()


@transaction.atomic
def take_up_run(*, tenant: TenantRecord, service_id: str, contents: str, at: datetime) -> Run:
    """Return the unfinished run of the same evidence for the same client and service, or a new one."""
    found = Run.objects.select_for_update().filter(tenant_id=tenant.id, service_id=service_id, contents=contents)
    waiting = found.filter(finished=False).order_by("-number").first()
    if waiting is not None:
        return waiting
    last = found.aggregate(last=Max("number"))["last"] or 0
    return Run.objects.create(
        tenant_id=tenant.id, service_id=service_id, contents=contents, number=last + 1, started_at=at
    )


def order_for(*, client: TenantRecord, source: Path, files: int, size: int, adverse: Sequence[str] = ()) -> Order:
    """Return a plain order of review and production for a folder.

    files: number of input files, the first estimate of the volume. size: bytes.
    """
    gigabytes = max(Decimal("0.01"), (Decimal(size) / Decimal(10**9)).quantize(Decimal("0.01")))
    return Order(
        title=f"Review and production: {source.name or 'evidence'}"[:180],
        answers={
            "work": ["review", "privilege_review", "production"],
            "documents": str(max(1, files)),
            "gigabytes": str(gigabytes),
            "languages": ["en", "zh"],
            "jurisdiction": "US",
            "data_location": "US",
            "data_class": "confidential",
            "privilege": "screen",
            "client_parties": [client.name],
            "adverse_parties": list(adverse) or ["Not yet named"],
            "currency": "USD",
            "deadline_days": "10",
            "consent": "yes",
        },
    )


def place_order(*, run: Run, counsel: Actor, order: Order, at: datetime) -> RequestRecord:
    """Start, answer and submit the request of a run, or return the one it has.

    Raises RunRefused ``request_declined`` or ``request_routed`` with the gate's reasons.
    """
    if not run.request_id:
        started = start_request(
            actor=counsel,
            tenant_id=run.tenant_id,
            service_id=run.service_id,
            title=order.title,
            at=at,
            idempotency_key=f"run:{run.id}",
        )
        run.request_id = started.id
        run.save(update_fields=["request_id"])
    record = request(actor=counsel, request_id=run.request_id)
    if record.state == "draft":
        answer_request(actor=counsel, request_id=run.request_id, answers=order.answers, at=at)
        submit_request(actor=counsel, request_id=run.request_id, at=at)
        record = request(actor=counsel, request_id=run.request_id)
    if record.decision in ("decline", "route") and record.quote is None:
        raise RunRefused(
            "The request was not accepted: %(reasons)s",
            code=f"request_{record.decision}d",
            reasons="; ".join(reason.text for reason in record.reasons),
        )
    return record


def engage(*, run: Run, counsel: Actor, record: RequestRecord, at: datetime) -> str:
    """Accept the quote of a run's request; returns the matter's id."""
    if not run.matter_id:
        if record.quote is None:
            raise RunRefused("No quote was offered for this request.", code="quote_missing")
        run.matter_id = accept_quote(actor=counsel, quote_id=record.quote.id, at=at)
        run.save(update_fields=["matter_id"])
    return run.matter_id
