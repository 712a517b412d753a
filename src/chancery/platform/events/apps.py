"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Name and label of the room."""

    name = "chancery.platform.events"
    label = "events"
    default_auto_field = "django.db.models.BigAutoField"
