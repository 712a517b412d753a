"""Registration of the parties room."""

from __future__ import annotations

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """The parties room."""

    name = "chancery.apps.parties"
    label = "parties"
