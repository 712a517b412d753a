"""The lines of an invoice, from the work that was done: pure, so that a page can show a draft as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chancery.engines.billing.invoice import line_total
from chancery.foundation.money import Money, round_half_up

GIGABYTE = Decimal(10**9)
# Expense code "litigation support vendors" of the UTBMS expense set.
SUPPORT = "E118"


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """The person of a fee line; name as LEDES wants it, ``Last, First``."""

    id: str
    name: str
    classification: str
    grade: str


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line before it has a number; ``sources`` are the ids of the work behind it."""

    type: str
    day: date
    units: Decimal
    unit: str
    unit_cost: Decimal
    task_code: str
    activity_code: str
    expense_code: str
    timekeeper: Timekeeper | None
    description: str
    source_kind: str
    sources: tuple[str, ...]

    def total(self, *, currency: str, adjustment: Decimal = Decimal(0)) -> Decimal:
        """Return units × unit cost + adjustment, rounded once to the minor unit."""
        return line_total(units=self.units, unit_cost=self.unit_cost, adjustment=adjustment, currency=currency)


def counted(documents: int) -> str:
    """Return a number of documents in words of an English narrative."""
    return "1 document" if documents == 1 else f"{documents} documents"


def timekeeper_name(*, display_name: str, username: str) -> str:
    """Return ``Last, First`` in at most 30 ASCII characters; a name in another script gives the login."""
    words = display_name.split()
    name = f"{words[-1]}, {' '.join(words[:-1])}" if len(words) > 1 else (words[0] if words else username)
    return (name if name.isascii() else username)[:30]


def price_of_a_document(*, standard_minutes: Decimal, rate: Money) -> Decimal:
    """Return the agreed price of one document: standard minutes at the hourly rate, to four places."""
    return round_half_up(standard_minutes * rate.amount / 60, digits=4)


def expense_lines(
    *,
    unit_prices: Mapping[str, Money],
    input_bytes: int,
    collection_ids: Sequence[str],
    documents: int,
    production_id: str,
    processed_on: date,
    produced_on: date,
    billed_gigabytes: Decimal = Decimal(0),
) -> list[DraftLine]:
    """Return the lines of processing by gigabyte (at least one a matter) and imaging by document.

    input_bytes: all evidence of the matter; billed_gigabytes: what earlier invoices of the matter counted of it.
    """
    lines: list[DraftLine] = []
    size = max(Decimal(1), round_half_up(Decimal(input_bytes) / GIGABYTE, digits=2)) - billed_gigabytes
    if "gigabyte" in unit_prices and size > 0:
        lines.append(
            _expense(
                processed_on,
                size,
                "gigabyte",
                unit_prices["gigabyte"],
                f"Processing and hosting of {input_bytes} bytes, per gigabyte, minimum one",
                "collection",
                tuple(collection_ids),
            )
        )
    if "document" in unit_prices and documents:
        lines.append(
            _expense(
                produced_on,
                Decimal(documents),
                "document",
                unit_prices["document"],
                f"Imaging and numbering of {counted(documents)}",
                "production",
                (production_id,),
            )
        )
    return lines


def _expense(
    day: date, units: Decimal, unit: str, price: Money, description: str, kind: str, sources: tuple[str, ...]
) -> DraftLine:
    return DraftLine(
        type="E",
        day=day,
        units=units,
        unit=unit,
        unit_cost=price.amount,
        task_code="",
        activity_code="",
        expense_code=SUPPORT,
        timekeeper=None,
        description=description,
        source_kind=kind,
        sources=sources,
    )
