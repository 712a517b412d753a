"""What the spend room does on news from below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from chancery.apps.production.events import ProductionDelivered
from chancery.apps.spend.actions.invoices import draft_invoice, issue_invoice
from chancery.foundation.errors import Refused
from chancery.platform.access.actors import system_actor


def bill_delivery(event: ProductionDelivered) -> None:
    """Draft and issue the invoice of a delivered production, unless all of its work is billed already."""
    actor, at = system_actor(tenant_id=event.tenant_id), timezone.now()
    try:
        invoice_id = draft_invoice(actor=actor, matter_id=event.matter_id, production_id=event.production_id, at=at)
    except Refused as refusal:
        if refusal.code != "nothing_to_bill":
            raise
        return
    issue_invoice(actor=actor, invoice_id=invoice_id, at=at)


SUBSCRIPTIONS: list[tuple[type[Any], Callable[[Any], None], str]] = [
    (ProductionDelivered, bill_delivery, "spend.bill_delivery"),
]
