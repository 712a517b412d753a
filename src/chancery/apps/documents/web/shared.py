"""What the views of this room have in common: who asks, which matter, words in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from chancery.apps.documents.queries import matter_of
from chancery.interface.components import MatterBar
from chancery.platform.access.values import Actor


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def matter_bar(request: HttpRequest, matter_id: str) -> MatterBar:
    """Return the line that names the matter; NotFound if it is hidden."""
    record = matter_of(actor=actor_of(request), matter_id=matter_id)
    chinese = (get_language() or "").startswith("zh") and record.title_zh
    url = reverse("workspace:matter", args=[record.id])
    return MatterBar(number=record.number, name=record.title_zh if chinese else record.title, url=url)


def said(words: Mapping[Any, Any], key: Any) -> str:
    """Return the words for a key, or the key where there are none."""
    return str(words.get(key, key))
