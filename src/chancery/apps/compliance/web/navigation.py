"""The compliance room in the side navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chancery.apps.compliance.queries import checks_waiting
from chancery.interface.shell.navigation import NavEntry

ENTRIES = [
    NavEntry(
        key="conflicts",
        label=_("Conflict checks"),
        url_name="compliance:conflicts",
        order=80,
        roles=frozenset({"manager", "attorney"}),
        count=lambda actor: checks_waiting(actor=actor),
        letter="k",
    ),
    NavEntry(
        key="walls",
        label=_("Ethical walls"),
        url_name="compliance:walls",
        order=82,
        roles=frozenset({"manager", "administrator"}),
    ),
]
