"""What every page may show about its reader."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the actor and the reader's preferences."""
    return {
        "actor": getattr(request, "actor", None),
        "preferences": getattr(request, "preferences", None),
        "demo": settings.CHANCERY_DEMO,
    }
