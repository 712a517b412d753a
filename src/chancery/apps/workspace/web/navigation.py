"""The workspace room in the side navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chancery.interface.shell.navigation import NavEntry

ENTRIES = [
    NavEntry(
        key="home",
        label=_("My work"),
        url_name="workspace:home",
        order=10,
        roles=frozenset({"counsel", "manager", "reviewer", "attorney", "administrator"}),
        letter="h",
    )
]
