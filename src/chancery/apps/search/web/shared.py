"""What the views of this room have in common: who asks, which matter, addresses, problems in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import get_language, gettext

from chancery.apps.matters.queries import MatterRecord
from chancery.engines.retrieval.nodes import Problem
from chancery.interface.components import MatterBar
from chancery.platform.access.values import Actor


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def name_of(record: MatterRecord) -> str:
    """Return a matter's title in the reader's language."""
    chinese = (get_language() or "").startswith("zh") and record.title_zh
    return record.title_zh if chinese else record.title


def bar_of(record: MatterRecord) -> MatterBar:
    """Return the line that names the matter."""
    return MatterBar(number=record.number, name=name_of(record), url=reverse("workspace:matter", args=[record.id]))


def encoded(**values: str) -> str:
    """Return values as the query part of an address; empty ones are left out."""
    query = QueryDict(mutable=True)
    for name, value in values.items():
        if value:
            query[name] = value
    return query.urlencode()


def problems_said(problems: Iterable[Problem]) -> list[tuple[str, bool]]:
    """Return each problem in the reader's language, and whether it stands in the way."""
    return [(gettext(problem.sentence) % problem.params, problem.fatal) for problem in problems]
