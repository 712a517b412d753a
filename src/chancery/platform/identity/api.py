"""Who calls the machine interface: bearer tokens."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from chancery.platform.identity.models import ApiToken, User
from chancery.platform.identity.tokens import fingerprint


class TokenAuth(HttpBearer):
    """Accepts an unexpired, unrevoked token of an active person."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Return the token's person and make the request that person's, or None."""
        now = timezone.now()
        alive = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        rows = ApiToken.objects.filter(alive, token_hash=fingerprint(token), revoked_at__isnull=True)
        row = rows.filter(user__is_active=True).select_related("user").first()
        if row is None:
            return None
        if row.last_used_at is None or now - row.last_used_at > timedelta(minutes=5):
            ApiToken.objects.filter(id=row.id).update(last_used_at=now)
        request.user = row.user
        return row.user


token_auth = TokenAuth()
