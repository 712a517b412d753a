"""Machine interface of the matters room: the same queries as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.http import HttpRequest
from ninja import Router, Schema

from chancery.apps.matters import queries
from chancery.platform.access.values import Actor

router = Router(tags=["matters"])
MOST = 200


class MatterOut(Schema):
    """A matter; budget: decimal text in ``currency``."""

    id: str
    number: str
    client_id: str
    client: str
    title: str
    title_zh: str
    status: str
    service_id: str
    service_version: int
    jurisdiction: str
    data_location: str
    budget: str
    currency: str
    bates_prefix: str
    client_reference: str
    responsible_attorney: str
    opened_at: datetime


class PartyOut(Schema):
    """A party of a matter and its side."""

    party_id: str
    name: str
    name_zh: str
    side: str


class MatterDetail(MatterOut):
    """A matter with its parties."""

    description: str
    parties: list[PartyOut]


def _caller(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def _fields(record: queries.MatterRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "number": record.number,
        "client_id": record.tenant_id,
        "client": record.tenant_name,
        "title": record.title,
        "title_zh": record.title_zh,
        "status": record.status,
        "service_id": record.service_id,
        "service_version": record.service_version,
        "jurisdiction": record.jurisdiction,
        "data_location": record.data_location,
        "budget": str(record.budget.amount),
        "currency": record.budget.currency,
        "bates_prefix": record.bates_prefix,
        "client_reference": record.client_reference,
        "responsible_attorney": record.responsible_attorney,
        "opened_at": record.opened_at,
    }


@router.get("/matters", response=list[MatterOut])
def list_matters(
    request: HttpRequest, text: str = "", status: str = "", after: str = "", limit: int = 100
) -> list[MatterOut]:
    """List matters, newest first; ``after`` is the last number of the page before, ``limit`` 1 to 200."""
    found = queries.list_matters(
        actor=_caller(request), text=text[:200], status=status, after=after, limit=max(1, min(limit, MOST))
    )
    return [MatterOut.model_validate(_fields(record)) for record in found]


@router.get("/matters/{matter_id}", response=MatterDetail)
def get_matter(request: HttpRequest, matter_id: str) -> MatterDetail:
    """Return one matter with its parties."""
    actor = _caller(request)
    record = queries.matter(actor=actor, matter_id=matter_id)
    parties = [
        {"party_id": item.party_id, "name": item.name, "name_zh": item.name_zh, "side": item.side}
        for item in queries.parties_of(actor=actor, matter_id=matter_id)
    ]
    return MatterDetail.model_validate({**_fields(record), "description": record.description, "parties": parties})
