"""The platform's tests use the same organisations and people as the apps' tests."""

from __future__ import annotations

from tests.apps.conftest import World, at, signed_in, world

__all__ = ["World", "at", "signed_in", "world"]
