"""Registration of the production room."""

from __future__ import annotations

from django.apps import AppConfig


class ProductionConfig(AppConfig):
    """The production room."""

    name = "chancery.apps.production"
    label = "production"
