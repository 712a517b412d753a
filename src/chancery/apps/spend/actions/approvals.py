"""Approving several invoices at once: each is checked as if it stood alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from chancery.apps.spend.actions.invoices import approve_invoice
from chancery.foundation.errors import Refused
from chancery.platform.access.scopes import require_role
from chancery.platform.access.values import Actor, Role


@dataclass(frozen=True, slots=True)
class Approvals:
    """What became of the chosen invoices. refusals: one for each that was not approved."""

    approved: int
    refusals: tuple[Refused, ...]


def approve_invoices(*, actor: Actor, invoice_ids: Sequence[str], at: datetime) -> Approvals:
    """Approve each invoice that may be approved; the others stay as they are and say why.

    Only counsel of the client. An id that is unknown or forbidden counts among the refusals.
    """
    require_role(actor, Role.COUNSEL)
    approved, refusals = 0, []
    for invoice_id in dict.fromkeys(invoice_ids):
        try:
            with transaction.atomic():
                approve_invoice(actor=actor, invoice_id=invoice_id, at=at)
            approved += 1
        except Refused as refusal:
            refusals.append(refusal)
    return Approvals(approved, tuple(refusals))
