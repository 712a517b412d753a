"""Django configuration of the operations room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """Catalogue, intake, quotes, work, clocks, quality and sign-off."""

    name = "chancery.apps.operations"
    label = "operations"
    verbose_name = _("Operations")
