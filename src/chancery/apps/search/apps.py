"""Registers the room with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Name and label of the room."""

    name = "chancery.apps.search"
    label = "search"
    verbose_name = _("Search")
