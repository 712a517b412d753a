"""Machine interface of the production room: the same actions and queries as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from chancery.apps.matters.queries import matter
from chancery.apps.production import queries
from chancery.apps.production.actions.preparing import prepare_production
from chancery.apps.production.actions.releasing import submit_for_sign_off
from chancery.platform.access.values import Actor

router = Router(tags=["productions"])
MOST = 500


class CheckOut(Schema):
    """A check before release."""

    key: str
    state: str
    count: int


class ProductionOut(Schema):
    """One volume on its way to the client, or delivered."""

    id: str
    matter_id: str
    volume: str
    prefix: str
    first_number: int
    state: str
    release_hash: str
    documents: int
    withheld: int
    families: int
    copies_rolled_up: int
    pages: int
    first: str
    last: str
    checklist_id: str
    sign_off_id: str
    prepared_at: datetime
    delivered_at: datetime | None


class ProductionDetailOut(ProductionOut):
    """A volume with its checks."""

    checks: list[CheckOut]
    message: str


class FileOut(Schema):
    """A file of a delivered volume."""

    path: str
    size: int
    sha256: str


class PrepareIn(Schema):
    """How the next volume is named and marked; empty texts take the next volume and the matter's prefix."""

    volume: str = ""
    prefix: str = ""
    confidentiality: str = Field("CONFIDENTIAL", max_length=60)


class SubmittedOut(Schema):
    """The sign-off that was asked for."""

    sign_off_id: str


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


@router.get("/matters/{matter_id}/productions", response=list[ProductionOut])
def list_productions(request: HttpRequest, matter_id: str) -> list[queries.ProductionRecord]:
    """Return the productions of a matter, newest first; clients get those that were delivered."""
    matter(actor=_actor(request), matter_id=matter_id)
    return queries.productions_of(actor=_actor(request), matter_id=matter_id)


@router.post("/matters/{matter_id}/productions", response={201: ProductionDetailOut})
def prepare(request: HttpRequest, matter_id: str, body: PrepareIn) -> Status[queries.ProductionRecord]:
    """Choose and check what leaves; 409 with the code of the first check that blocks."""
    actor = _actor(request)
    production_id = prepare_production(
        actor=actor,
        matter_id=matter_id,
        confidentiality=body.confidentiality,
        settings={"volume": body.volume, "prefix": body.prefix},
        at=timezone.now(),
    )
    return Status(201, queries.production(actor=actor, production_id=production_id))


@router.get("/productions/{production_id}", response=ProductionDetailOut)
def get_production(request: HttpRequest, production_id: str) -> queries.ProductionRecord:
    """Return one production with its checks; clients get no inner checks."""
    return queries.production(actor=_actor(request), production_id=production_id)


@router.get("/productions/{production_id}/files", response=list[FileOut])
def list_files(request: HttpRequest, production_id: str, after: str = "") -> list[queries.FileRecord]:
    """Return up to 500 files of a delivered volume in the order of their paths, from the one after a path."""
    return queries.files_of(actor=_actor(request), production_id=production_id, limit=MOST, after=after)


@router.post("/productions/{production_id}/submit", response=SubmittedOut)
def submit(request: HttpRequest, production_id: str) -> dict[str, str]:
    """Send a prepared production to the attorney; 409 ``checklist_incomplete`` while a point is open."""
    sign_off_id = submit_for_sign_off(actor=_actor(request), production_id=production_id, at=timezone.now())
    return {"sign_off_id": sign_off_id}
