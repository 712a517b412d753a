"""Django configuration of the compliance room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplianceConfig(AppConfig):
    """Conflict checks and ethical walls."""

    name = "chancery.apps.compliance"
    label = "compliance"
    verbose_name = _("Compliance")
