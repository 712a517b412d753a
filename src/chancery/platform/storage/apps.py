"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class StorageConfig(AppConfig):
    """Name and label of the room."""

    name = "chancery.platform.storage"
    label = "storage"
    default_auto_field = "django.db.models.BigAutoField"
