"""Gives every request its actor."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from chancery.platform.access.actors import actor_for
from chancery.platform.access.values import Actor
from chancery.platform.identity.models import User


class ActorMiddleware:
    """Sets ``request.actor``, made when first used and once per request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = cast(Actor, SimpleLazyObject(lambda: actor_for(user=cast(User, request.user))))  # type: ignore[attr-defined]
        return self.get_response(request)
