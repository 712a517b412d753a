"""Small helps of the production pages: who asks, and how a refusal comes back with its next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext

from chancery.apps.matters.queries import MatterRecord
from chancery.foundation.errors import Refused
from chancery.interface.components import MatterBar
from chancery.platform.access.values import Actor

HIDDEN = frozenset({"not_found", "not_allowed"})


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do about a refusal, and where."""

    text: str
    url: str
    label: str


def actor_of(request: HttpRequest) -> Actor:
    """Return on whose behalf the page is asked for."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def sentence_of(refusal: Refused) -> str:
    """Return a refusal in the reader's language; what may not be seen stays unseen."""
    if refusal.code in HIDDEN:
        raise refusal
    return refusal.sentence(gettext(refusal.message))


def address(name: str, *arguments: str) -> str:
    """Return an address of another room, or nothing if it is not mounted."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def title_of(matter: MatterRecord) -> str:
    """Return the title of a matter in the reader's language."""
    return matter.title_zh if (get_language() or "").startswith("zh") and matter.title_zh else matter.title


def bar_of(matter: MatterRecord) -> MatterBar:
    """Return what the top bar names."""
    return MatterBar(matter.number, title_of(matter), address("workspace:matter", matter.id))


def next_step(*, code: str, matter_id: str) -> NextStep | None:
    """Return the one next step after a refused preparation, or None where the sentence says it."""
    review = address("review:control", matter_id)
    steps = {
        "chosen": gettext("Finish the first-level review; then prepare again."),
        "second_look_missing": gettext("Draw the second look in review control."),
        "overturns_open": gettext("Settle each difference in the second look."),
        "redaction_pending": gettext("Take the mark back in the coding of each document, or leave them out."),
        "privilege_undescribed": gettext("Describe each withheld document at the review desk."),
    }
    if code not in steps or not review:
        return None
    return NextStep(steps[code], review, gettext("Open review control"))
