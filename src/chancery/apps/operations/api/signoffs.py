"""Sign-offs over the machine interface."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from chancery.apps.operations import actions, queries
from chancery.apps.operations.api.shapes import ReasonIn, SignIn, SignOffOut, caller, moment, page_size, sign_off_out

router = Router(tags=["operations"])


@router.get("/sign-offs", response=list[SignOffOut])
def list_sign_offs(request: HttpRequest, state: str = "", after: str = "", limit: int = 100) -> list[SignOffOut]:
    """List sign-offs, newest first."""
    records = queries.list_sign_offs(actor=caller(request), state=state, after=after, limit=page_size(limit))
    return [sign_off_out(record) for record in records]


@router.get("/sign-offs/{sign_off_id}", response=SignOffOut)
def get_sign_off(request: HttpRequest, sign_off_id: str) -> SignOffOut:
    """Return one sign-off."""
    return sign_off_out(queries.sign_off(actor=caller(request), sign_off_id=sign_off_id))


@router.post("/sign-offs/{sign_off_id}/sign", response=SignOffOut)
def sign_release(request: HttpRequest, sign_off_id: str, given: SignIn) -> SignOffOut:
    """Sign exactly what has the given hash."""
    return sign_off_out(
        actions.sign_release(
            actor=caller(request),
            sign_off_id=sign_off_id,
            seen_hash=given.subject_hash or "none",
            at=moment(),
        )
    )


@router.post("/sign-offs/{sign_off_id}/refuse", response=SignOffOut)
def refuse_release(request: HttpRequest, sign_off_id: str, given: ReasonIn) -> SignOffOut:
    """Refuse to sign, with reasons."""
    return sign_off_out(
        actions.refuse_release(actor=caller(request), sign_off_id=sign_off_id, reasons=given.reason, at=moment())
    )
