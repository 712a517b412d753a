"""Toasts: short words for done things, with an undo where there is one. Never for errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

_MARK = "undo="


@dataclass(frozen=True, slots=True)
class Toast:
    """A done thing in words, and the address whose POST undoes it."""

    text: str
    undo_url: str = ""


def toast(request: HttpRequest, text: Any, *, undo_url: str = "") -> None:
    """Say on the next page that something was done.

    text: a translated whole sentence. undo_url: an address that undoes the act by POST.
    """
    messages.success(request, text, extra_tags=f"{_MARK}{undo_url}" if undo_url else "")


def toasts_of(request: HttpRequest) -> list[Toast]:
    """Take the toasts that wait for this person; each is shown once."""
    taken = []
    for message in messages.get_messages(request):
        tags = message.extra_tags or ""
        taken.append(Toast(str(message.message), tags[len(_MARK) :] if tags.startswith(_MARK) else ""))
    return taken
