"""What the spend room announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chancery.platform.events.values import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceIssued(Event):
    """An invoice went to the client."""

    name: ClassVar[str] = "spend.invoice_issued"
    tenant_id: str
    matter_id: str
    invoice_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePaid(Event):
    """The client marked an invoice as paid."""

    name: ClassVar[str] = "spend.invoice_paid"
    tenant_id: str
    matter_id: str
    invoice_id: str
