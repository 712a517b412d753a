"""The spend room in the side navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chancery.apps.spend.queries import invoices_waiting
from chancery.interface.shell.navigation import NavEntry

ENTRIES = [
    NavEntry(
        key="spend",
        label=_("Invoices"),
        url_name="spend:invoices",
        order=60,
        roles=frozenset({"counsel", "manager", "attorney"}),
        count=invoices_waiting,
        letter="i",
    )
]
