"""The interface as a Django app: templates, static files, tags and translations."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class InterfaceConfig(AppConfig):
    """The look of every page."""

    name = "chancery.interface"
    label = "interface"
    verbose_name = gettext_lazy("Interface")
