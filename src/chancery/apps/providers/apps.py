"""Registration of the providers room."""

from __future__ import annotations

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    """The providers room."""

    name = "chancery.apps.providers"
    label = "providers"
