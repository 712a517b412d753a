"""The providers room in the side navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chancery.interface.shell.navigation import NavEntry

ENTRIES = [
    NavEntry(
        key="people",
        label=_("People"),
        url_name="providers:people",
        order=80,
        roles=frozenset({"manager", "administrator", "attorney"}),
        letter="p",
    )
]
