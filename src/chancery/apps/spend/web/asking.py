"""Small helps of the spend pages: who asks, how refusals come back into a form, words for states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext

from chancery.apps.spend.models import Invoice
from chancery.apps.spend.records import InvoiceRecord, TimeRecord
from chancery.foundation.errors import NotFound, Refused
from chancery.interface.components import MatterBar
from chancery.platform.access.values import Actor, Role

HIDDEN = frozenset({"not_found", "not_allowed"})
STATE = Invoice.State
TONES = {
    STATE.DRAFT: "",
    STATE.ISSUED: "accent",
    STATE.QUERIED: "warn",
    STATE.APPROVED: "ok",
    STATE.PAID: "ok",
}


def actor_of(request: HttpRequest) -> Actor:
    """Return on whose behalf the page is asked for."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def need(actor: Actor, *roles: Role) -> None:
    """Answer like an unknown address unless the actor holds one of the roles."""
    if not actor.has(*roles):
        raise NotFound


def sentence_of(refusal: Refused) -> str:
    """Return a refusal in the reader's language; what may not be seen stays unseen."""
    if refusal.code in HIDDEN:
        raise refusal
    return refusal.sentence(gettext(refusal.message))


def attempt(form: forms.Form, act: Callable[[], Any]) -> bool:
    """Do an act for a valid form; a refusal becomes an error of the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refusal:
        form.add_error(None, sentence_of(refusal))
        return False
    return True


def address(name: str, *arguments: str) -> str:
    """Return an address of another room, or nothing if it is not mounted."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def in_chinese() -> bool:
    """Tell whether the page is written in Chinese."""
    return (get_language() or "").startswith("zh")


def matter_title(record: InvoiceRecord) -> str:
    """Return the title of an invoice's matter in the reader's language."""
    return record.matter_title_zh if in_chinese() and record.matter_title_zh else record.matter_title


def client_name(record: InvoiceRecord) -> str:
    """Return the client's name in the reader's language."""
    return record.tenant_name_zh if in_chinese() and record.tenant_name_zh else record.tenant_name


def person_name(record: TimeRecord) -> str:
    """Return a person's name in the reader's language."""
    return record.person_zh if in_chinese() and record.person_zh else record.person


def bar_of(record: InvoiceRecord) -> MatterBar:
    """Return what the top bar names."""
    return MatterBar(record.matter_number, matter_title(record), address("workspace:matter", record.matter_id))


def state_name(state: str) -> str:
    """Return the word for a state."""
    return str(STATE(state).label)


def unit_name(unit: str) -> str:
    """Return the word for a unit of a line."""
    return {"hour": gettext("hours"), "document": gettext("documents"), "gigabyte": gettext("GB")}.get(unit, unit)
