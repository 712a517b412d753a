"""Small helps of the pages: who acts, when, and how refusals come back into a form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext

from chancery.apps.operations.queries.requests import ReasonRecord
from chancery.foundation.errors import NotFound, Refused
from chancery.foundation.evidence import Reason
from chancery.platform.access.values import Actor, Role

HIDDEN = frozenset({"not_found", "not_allowed"})


def actor_of(request: HttpRequest) -> Actor:
    """Return on whose behalf the page is asked for."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def moment() -> datetime:
    """Return the time of the request; the only clock of these pages."""
    return timezone.now()


def need(actor: Actor, *roles: Role) -> None:
    """Answer like an unknown address unless the actor holds one of the roles."""
    if not actor.has(*roles):
        raise NotFound


def address(name: str, *args: str) -> str:
    """Return the address of a page of another room; empty where that room is not mounted."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def sentence_of(refusal: Refused) -> str:
    """Return a refusal in the reader's language."""
    return refusal.sentence(gettext(refusal.message))


def attempt(form: forms.Form, act: Callable[[], Any]) -> bool:
    """Do an act for a valid form; a refusal becomes an error of the form. What may not be seen stays unseen."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refusal:
        if refusal.code in HIDDEN:
            raise
        form.add_error(None, sentence_of(refusal))
        return False
    return True


def explained(reasons: Iterable[ReasonRecord]) -> list[Reason]:
    """Return reasons for the explain panel; their sentences are in the reader's language already."""
    return [Reason(reason.code, reason.text, {}, reason.weight) for reason in reasons]
