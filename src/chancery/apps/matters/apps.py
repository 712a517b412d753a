"""Registration of the matters room."""

from __future__ import annotations

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """The matters room."""

    name = "chancery.apps.matters"
    label = "matters"
