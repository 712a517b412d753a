"""The search room in the side navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chancery.interface.shell.navigation import NavEntry

ENTRIES = [
    NavEntry(
        key="search",
        label=_("Search"),
        url_name="search:search",
        order=30,
        roles=frozenset({"counsel", "manager", "reviewer", "attorney"}),
        letter="f",
    )
]
