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
    ),
    NavEntry(
        key="logins",
        label=_("Logins"),
        url_name="workspace:people_admin",
        order=90,
        roles=frozenset({"administrator"}),
        letter="l",
    ),
]
