"""Shows each reader the pages in the reader's language and time zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from chancery.platform.identity.models import User


@dataclass(frozen=True, slots=True)
class Preferences:
    """How the reader sees the pages."""

    language: str
    theme: str
    density: str
    letter_keys: bool
    time_zone: str


class PreferencesMiddleware:
    """Sets ``request.preferences``; a signed-in person's language wins over the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User):
            translation.activate(user.language)
            preferences = Preferences(user.language, user.theme, user.density, user.letter_keys, user.time_zone)
        else:
            preferences = Preferences(translation.get_language() or "en", "auto", "normal", True, "UTC")
        request.preferences = preferences  # type: ignore[attr-defined]
        request.LANGUAGE_CODE = preferences.language
        with timezone.override(_zone(preferences.time_zone)):
            response = self.get_response(request)
        response.headers["Content-Language"] = preferences.language
        return response


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
