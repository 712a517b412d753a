"""Machine interface of the operations room: the same queries and actions as the pages."""

from __future__ import annotations

from ninja import Router

from chancery.apps.operations.api import requests, signoffs, work

router = Router(tags=["operations"])
for part in (requests, work, signoffs):
    router.add_router("", part.router)
