"""The matters room in the side navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chancery.interface.shell.navigation import NavEntry

ENTRIES = [
    NavEntry(
        key="matters",
        label=_("Matters"),
        url_name="matters:list",
        order=20,
        roles=frozenset({"counsel", "manager", "reviewer", "attorney", "administrator"}),
        letter="m",
        also=(
            "/documents/",
            "/collections/",
            "/sources/",
            "/rules/",
            "/productions/",
            "/samples/",
            "/checklists/",
            "/record/",
        ),
    )
]
