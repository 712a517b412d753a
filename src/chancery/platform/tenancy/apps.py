"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Name and label of the room."""

    name = "chancery.platform.tenancy"
    label = "tenancy"
    default_auto_field = "django.db.models.BigAutoField"
