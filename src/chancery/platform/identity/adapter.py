"""How sign-in is allowed here: no self-registration; names tried are counted against guessing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are entered by the administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody registers alone."""
        return False


def name_tried(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Return the name or address somebody tried to sign in with."""
    given = credentials or {}
    return str(given.get("username") or given.get("email") or request.POST.get("login", "") or "").lower()
