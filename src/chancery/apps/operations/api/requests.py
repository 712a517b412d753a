"""Requests and quotes over the machine interface."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from chancery.apps.operations import actions, queries
from chancery.apps.operations.api.shapes import (
    Accepted,
    AnswersIn,
    DecisionIn,
    GradeIn,
    QuoteOut,
    ReasonIn,
    RequestIn,
    RequestOut,
    caller,
    moment,
    page_size,
    quote_out,
    request_out,
)

router = Router(tags=["operations"])


@router.get("/requests", response=list[RequestOut])
def list_requests(
    request: HttpRequest, text: str = "", state: str = "", after: str = "", limit: int = 100
) -> list[RequestOut]:
    """List requests, newest first; ``after`` is the last id of the page before. Without gradings and quotes."""
    records = queries.list_requests(actor=caller(request), text=text, state=state, after=after, limit=page_size(limit))
    return [request_out(record) for record in records]


@router.post("/requests", response=RequestOut)
def start_request(request: HttpRequest, given: RequestIn) -> RequestOut:
    """Start a draft, with answers if there are any."""
    actor, at = caller(request), moment()
    record = actions.start_request(
        actor=actor,
        tenant_id=given.tenant_id,
        service_id=given.service_id,
        title=given.title,
        idempotency_key=given.idempotency_key[:80],
        at=at,
    )
    if given.answers and record.state == "draft":
        record = actions.answer_request(actor=actor, request_id=record.id, answers=given.answers, at=at)
    return request_out(record)


@router.get("/requests/{request_id}", response=RequestOut)
def get_request(request: HttpRequest, request_id: str) -> RequestOut:
    """Return one request."""
    return request_out(queries.request(actor=caller(request), request_id=request_id, at=moment()))


@router.put("/requests/{request_id}/answers", response=RequestOut)
def answer_request(request: HttpRequest, request_id: str, given: AnswersIn) -> RequestOut:
    """Keep the answers of a draft."""
    return request_out(
        actions.answer_request(actor=caller(request), request_id=request_id, answers=given.answers, at=moment())
    )


@router.post("/requests/{request_id}/submit", response=RequestOut)
def submit_request(request: HttpRequest, request_id: str) -> RequestOut:
    """Submit a draft; the answer holds decision, reasons and quote."""
    return request_out(actions.submit_request(actor=caller(request), request_id=request_id, at=moment()))


@router.post("/requests/{request_id}/decide", response=RequestOut)
def decide_request(request: HttpRequest, request_id: str, given: DecisionIn) -> RequestOut:
    """Decide a routed request."""
    return request_out(
        actions.decide_request(
            actor=caller(request),
            request_id=request_id,
            decision=given.decision,
            reason=given.reason,
            at=moment(),
        )
    )


@router.post("/requests/{request_id}/grade", response=RequestOut)
def override_grade(request: HttpRequest, request_id: str, given: GradeIn) -> RequestOut:
    """Set another grade; the offer is renewed."""
    return request_out(
        actions.override_grade(
            actor=caller(request),
            request_id=request_id,
            grade=given.grade,
            reason=given.reason,
            at=moment(),
        )
    )


@router.get("/quotes/{quote_id}", response=QuoteOut)
def get_quote(request: HttpRequest, quote_id: str) -> QuoteOut:
    """Return one quote."""
    return quote_out(queries.quote(actor=caller(request), quote_id=quote_id, at=moment()))


@router.post("/quotes/{quote_id}/accept", response=Accepted)
def accept_quote(request: HttpRequest, quote_id: str) -> Accepted:
    """Accept an offer as the client; returns the matter."""
    return Accepted(matter_id=actions.accept_quote(actor=caller(request), quote_id=quote_id, at=moment()))


@router.post("/quotes/{quote_id}/decline", response=QuoteOut)
def decline_quote(request: HttpRequest, quote_id: str, given: ReasonIn) -> QuoteOut:
    """Decline an offer as the client."""
    return quote_out(actions.decline_quote(actor=caller(request), quote_id=quote_id, reason=given.reason, at=moment()))
