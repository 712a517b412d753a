"""Registration of the spend room."""

from __future__ import annotations

from django.apps import AppConfig


class SpendConfig(AppConfig):
    """The spend room."""

    name = "chancery.apps.spend"
    label = "spend"
