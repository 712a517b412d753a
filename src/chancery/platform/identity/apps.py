"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Name and label of the room."""

    name = "chancery.platform.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"
