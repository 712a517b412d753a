"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Name and label of the room."""

    name = "chancery.platform.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
