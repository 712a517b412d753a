"""The parties room in the side navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chancery.interface.shell.navigation import NavEntry

ENTRIES = [
    NavEntry(
        key="parties",
        label=_("Parties"),
        url_name="parties:list",
        order=85,
        roles=frozenset({"counsel", "manager"}),
        letter="y",
    )
]
