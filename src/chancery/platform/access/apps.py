"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Name and label of the room."""

    name = "chancery.platform.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
