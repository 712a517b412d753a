"""The operations room in the side navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chancery.apps.operations.queries import sign_offs_waiting, work_count
from chancery.interface.shell.navigation import NavEntry

ENTRIES = [
    NavEntry(
        key="work",
        label=_("Work"),
        url_name="operations:work",
        order=30,
        roles=frozenset({"manager", "reviewer", "attorney", "administrator"}),
        count=lambda actor: work_count(actor=actor),
        letter="w",
    ),
    NavEntry(
        key="requests",
        label=_("Requests"),
        url_name="operations:requests",
        order=15,
        roles=frozenset({"counsel", "manager", "attorney"}),
        letter="q",
        also=("/quotes/",),
    ),
    NavEntry(
        key="catalogue",
        label=_("Catalogue"),
        url_name="operations:catalogue",
        order=16,
        roles=frozenset({"counsel", "manager", "attorney"}),
        letter="c",
    ),
    NavEntry(
        key="sign_offs",
        label=_("Sign-offs"),
        url_name="operations:sign_offs",
        order=60,
        roles=frozenset({"counsel", "manager", "attorney"}),
        count=lambda actor: sign_offs_waiting(actor=actor),
        letter="s",
    ),
]
