"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class IndexConfig(AppConfig):
    """Name and label of the room."""

    name = "chancery.platform.index"
    label = "index"
    default_auto_field = "django.db.models.BigAutoField"
