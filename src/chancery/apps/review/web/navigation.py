"""The review room in the side navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chancery.apps.review.queries.desk import waiting_count
from chancery.interface.shell.navigation import NavEntry

ENTRIES = [
    NavEntry(
        key="review",
        label=_("Review"),
        url_name="review:queue",
        order=40,
        roles=frozenset({"reviewer", "attorney", "manager"}),
        count=waiting_count,
        letter="r",
    )
]
