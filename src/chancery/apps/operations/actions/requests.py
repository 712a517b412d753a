"""Starting and answering requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from chancery.apps.operations import policies
from chancery.apps.operations.catalogue.answers import AnswersRefused, read_answers
from chancery.apps.operations.models import Request
from chancery.apps.operations.queries.catalogue import service, service_definition
from chancery.apps.operations.queries.requests import RequestRecord, full_request
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.scopes import OVERSEERS, require_role
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.tenancy.queries import tenants_by_id


class RequestRefused(Refused):
    """A request that cannot be changed or decided in this way."""

    code = "request_refused"


def locked_request(*, actor: Actor, request_id: str) -> Request:
    """Return a request for changing, locked; raises NotFound if unknown or forbidden."""
    row = policies.requests_for(actor).select_for_update(of=("self",)).filter(id=request_id).first()
    if row is None:
        raise NotFound
    return row


def note_request(actor: Actor, act: str, row: Request, at: datetime, **values: Any) -> None:
    """Append an act on a request to the record."""
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="request",
        object_id=row.id,
        label=row.title,
        at=at,
        matter_id=row.matter_id,
        **values,
    )


@transaction.atomic
def start_request(
    *, actor: Actor, tenant_id: str, service_id: str, title: str, at: datetime, idempotency_key: str = ""
) -> RequestRecord:
    """Start an order of a service's newest version as a draft; the same key starts it once.

    For counsel of the client, or the delivery manager on the client's behalf. Raises NotFound for a client
    the actor does not serve or a service that does not exist; Refused ``title_missing``.
    """
    require_role(actor, Role.COUNSEL, Role.MANAGER)
    if tenant_id not in actor.tenant_ids and not (actor.provider and actor.has(*OVERSEERS)):
        raise NotFound
    client = tenants_by_id(ids={tenant_id}).get(tenant_id)
    if client is None or client.kind != "client":
        raise NotFound
    newest = service(service_id=service_id)
    title = " ".join(title.split())
    if not title:
        raise RequestRefused("Give the request a title.", code="title_missing")
    if idempotency_key:
        earlier = Request.objects.filter(tenant_id=tenant_id, idempotency_key=idempotency_key).first()
        if earlier is not None:
            return full_request(locked_request(actor=actor, request_id=earlier.id))
    row = Request.objects.create(
        tenant_id=tenant_id,
        service_id=service_id,
        service_version=newest.version,
        title=title[:200],
        requested_by_id=actor.user_id,
        created_at=at,
        idempotency_key=idempotency_key,
    )
    note_request(actor, "request.started", row, at, after={"service": f"{service_id} v{newest.version}"})
    return full_request(locked_request(actor=actor, request_id=row.id))


@transaction.atomic
def answer_request(
    *, actor: Actor, request_id: str, answers: Mapping[str, Any], at: datetime, title: str = ""
) -> RequestRecord:
    """Keep the answers of a draft; answers to questions that are not asked are dropped.

    answers: all answers of the form, by key; lists for several choices and for lines. Raises AnswersRefused
    with a problem per question; Refused ``not_draft``. Required answers may still be missing.
    """
    require_role(actor, Role.COUNSEL, Role.MANAGER)
    row = locked_request(actor=actor, request_id=request_id)
    if row.state != Request.State.DRAFT:
        raise RequestRefused("The request has been submitted and can no longer be changed.", code="not_draft")
    definition = service_definition(service_id=row.service_id, version=row.service_version)
    read = read_answers(service=definition, raw=answers)
    if read.problems:
        raise AnswersRefused(read.problems)
    name = " ".join(title.split())[:200] or row.title
    if read.values == row.answers and name == row.title:
        return full_request(row)
    before = {"title": row.title, "answers": row.answers}
    row.answers, row.title = read.values, name
    row.save(update_fields=["answers", "title"])
    note_request(actor, "request.answered", row, at, before=before, after={"title": name, "answers": row.answers})
    return full_request(row)
