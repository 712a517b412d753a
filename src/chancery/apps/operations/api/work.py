"""Work items and service clocks over the machine interface."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from chancery.apps.operations import actions, queries
from chancery.apps.operations.api.shapes import (
    ClockOut,
    ReassignIn,
    WorkOut,
    caller,
    clock_out,
    moment,
    page_size,
    work_out,
)

router = Router(tags=["operations"])


@router.get("/work", response=list[WorkOut])
def list_work(
    request: HttpRequest,
    kind: str = "",
    state: str = "",
    grade: str = "",
    matter_id: str = "",
    mine: bool = False,
    after: str = "",
    limit: int = 100,
) -> list[WorkOut]:
    """List work items, newest first."""
    actor = caller(request)
    records = queries.list_work(
        actor=actor,
        kind=kind,
        state=state,
        grade=grade,
        matter_id=matter_id,
        assignee_id=actor.user_id if mine else "",
        after=after,
        limit=page_size(limit),
    )
    return [work_out(record) for record in records]


@router.get("/work/{work_item_id}", response=WorkOut)
def get_work(request: HttpRequest, work_item_id: str) -> WorkOut:
    """Return one work item with the reasons of its assignment."""
    return work_out(queries.work_item(actor=caller(request), work_item_id=work_item_id))


@router.post("/work/{work_item_id}/start", response=WorkOut)
def start_work(request: HttpRequest, work_item_id: str) -> WorkOut:
    """Begin the work."""
    return work_out(actions.start_work(actor=caller(request), work_item_id=work_item_id, at=moment()))


@router.post("/work/{work_item_id}/complete", response=WorkOut)
def complete_work(request: HttpRequest, work_item_id: str) -> WorkOut:
    """Finish the work."""
    return work_out(actions.complete_work(actor=caller(request), work_item_id=work_item_id, at=moment()))


@router.post("/work/{work_item_id}/reassign", response=WorkOut)
def reassign(request: HttpRequest, work_item_id: str, given: ReassignIn) -> WorkOut:
    """Give the work to somebody else."""
    return work_out(
        actions.reassign(
            actor=caller(request),
            work_item_id=work_item_id,
            person=given.person,
            reason=given.reason,
            at=moment(),
        )
    )


@router.get("/matters/{matter_id}/clock", response=ClockOut)
def get_clock(request: HttpRequest, matter_id: str) -> ClockOut:
    """Return the service clock of a matter with the events it is computed from."""
    return clock_out(queries.clock_of(actor=caller(request), matter_id=matter_id, now=moment()))
