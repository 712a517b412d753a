"""Pages of quotes: the lines, the range, and the client's answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from chancery.apps.operations import actions, queries
from chancery.apps.operations.queries.requests import QuoteRecord
from chancery.apps.operations.web.acting import actor_of, address, attempt, moment
from chancery.apps.operations.web.forms import ReasonForm
from chancery.interface.components import Tile
from chancery.interface.shell.toasts import toast
from chancery.interface.words import money_words
from chancery.platform.access.values import Role

TONES = {"offered": "accent", "accepted": "ok", "declined": "bad", "expired": "warn"}


def quote_page(request: HttpRequest, quote_id: str) -> HttpResponse:
    """Show one quote."""
    return _page(request, queries.quote(actor=actor_of(request), quote_id=quote_id, at=moment()))


def _page(request: HttpRequest, record: QuoteRecord, *, form: ReasonForm | None = None) -> HttpResponse:
    actor = actor_of(request)
    may_answer = record.state == "offered" and actor.has(Role.COUNSEL) and record.tenant_id in actor.tenant_ids
    context = {
        "record": record,
        "tone": TONES.get(record.state, ""),
        "tiles": [
            Tile(label=gettext("At least"), value=money_words(record.low)),
            Tile(label=gettext("Expected"), value=money_words(record.expected), tone="accent"),
            Tile(label=gettext("At most"), value=money_words(record.high)),
        ],
        "may_answer": may_answer,
        "decline_form": (form or ReasonForm(prefix="decline")) if may_answer else None,
        "has_errors": bool(form and form.errors),
    }
    return render(request, "operations/quote.html", context, status=422 if context["has_errors"] else 200)


@require_POST
def accept(request: HttpRequest, quote_id: str) -> HttpResponse:
    """Accept the offer and go to the matter it opens."""
    matter_id = actions.accept_quote(actor=actor_of(request), quote_id=quote_id, at=moment())
    toast(request, gettext("The offer was accepted and the matter opened."))
    return redirect(address("workspace:matter", matter_id) or reverse("operations:quote", args=[quote_id]))


@require_POST
def decline(request: HttpRequest, quote_id: str) -> HttpResponse:
    """Decline the offer with a reason."""
    actor = actor_of(request)
    record = queries.quote(actor=actor, quote_id=quote_id, at=moment())
    form = ReasonForm(request.POST, prefix="decline")
    done = attempt(
        form,
        lambda: actions.decline_quote(actor=actor, quote_id=quote_id, reason=form.cleaned_data["reason"], at=moment()),
    )
    if not done:
        return _page(request, record, form=form)
    toast(request, gettext("The offer was declined."))
    return redirect("operations:quote", quote_id=quote_id)
