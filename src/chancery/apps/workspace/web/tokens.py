"""The reader's own tokens of the machine interface."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from chancery.apps.workspace.actions import accounts
from chancery.apps.workspace.web.account_forms import TokenForm
from chancery.foundation.errors import NotFound, Refused
from chancery.interface.shell.toasts import toast
from chancery.interface.tables import BulkAct, Column, DateCell, Row, Table, TableState, TagCell
from chancery.platform.access.values import Actor
from chancery.platform.identity.queries import ApiTokenRecord, tokens_of


def _signed_in(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.user_id:
        raise NotFound
    return actor


def _state(record: ApiTokenRecord, now: datetime) -> TagCell:
    if record.revoked_at is not None:
        return TagCell(gettext("Revoked"), "bad")
    if record.expires_at is not None and record.expires_at <= now:
        return TagCell(gettext("Expired"), "warn")
    return TagCell(gettext("In force"), "ok")


def _row(record: ApiTokenRecord, now: datetime) -> Row:
    return Row(
        id=record.id,
        label=record.label,
        cells={
            "label": record.label,
            "state": _state(record, now),
            "created": DateCell(record.created_at),
            "expires": DateCell(record.expires_at) if record.expires_at else gettext("Never"),
            "used": DateCell(record.last_used_at) if record.last_used_at else gettext("Never"),
            "revoked": DateCell(record.revoked_at) if record.revoked_at else "",
        },
        barred={"revoke": gettext("This token is revoked.")} if record.revoked_at else {},
    )


def _table(request: HttpRequest, actor: Actor) -> Table:
    now, found = timezone.now(), tokens_of(user_id=actor.user_id)
    return Table(
        caption=gettext("Access tokens"),
        columns=[
            Column("label", gettext("Label"), grow=True),
            Column("state", gettext("State")),
            Column("created", gettext("Issued on")),
            Column("expires", gettext("Expires")),
            Column("used", gettext("Last used")),
            Column("revoked", gettext("Revoked")),
        ],
        rows=[_row(record, now) for record in found],
        state=TableState(path=request.path),
        total=len(found),
        searchable=False,
        acts=[
            BulkAct(
                "revoke",
                gettext("Revoke"),
                reverse("workspace:tokens_revoke"),
                confirm=gettext("Revoke the chosen tokens? Programs that use them are shut out at once."),
                letter="e",
            )
        ],
        empty=gettext("You have no tokens"),
    )


def tokens(request: HttpRequest) -> HttpResponse:
    """Show the reader's tokens; issue one. A new token is shown by this answer and by no other."""
    actor = _signed_in(request)
    form, secret = TokenForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _id, secret = accounts.issue_token(
                actor=actor, user_id=actor.user_id, at=timezone.now(), **form.cleaned_data
            )
        except Refused as refused:
            if isinstance(refused, NotFound):
                raise
            form.add_error(None, refused.sentence(gettext(refused.message)))
        else:
            form = TokenForm()
    context = {"table": _table(request, actor), "form": form, "secret": secret}
    return render(request, "workspace/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Revoke the chosen tokens of the reader."""
    actor = _signed_in(request)
    chosen = None if request.POST.get("everything") == "1" else request.POST.getlist("row")
    count = accounts.revoke_own_tokens(actor=actor, token_ids=chosen, at=timezone.now())
    words = ngettext("%(count)s token was revoked.", "%(count)s tokens were revoked.", count) % {"count": count}
    toast(request, words)
    return redirect("workspace:tokens")
