"""Rules for a whole invoice: dates, budgets, caps, discounts, tax, currency, papers that must exist."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.codes import billing_codes
from chancery.engines.billing.guidelines.fee_tests import ZERO, number, words
from chancery.engines.billing.guidelines.values import Guideline, Setting, Step

ONE = Decimal(1)
HUNDRED = Decimal(100)
InvoiceResult = tuple[Step | None, Decimal | None, dict[str, str]]
InvoiceTest = Callable[[Guideline, Setting, "Invoice"], list[InvoiceResult]]


@dataclass(frozen=True, slots=True)
class Invoice:
    """The lines of one invoice, and what is left of them after the rules for single lines."""

    number: str
    lines: Sequence[Line]
    approved: Decimal
    approved_fees: Decimal
    by_matter: Mapping[str, Sequence[Line]]

    @property
    def matters(self) -> list[str]:
        """Client matter ids, sorted."""
        return sorted(self.by_matter)


def phase_of(task: str) -> str:
    """The phase a task code belongs to; codes without one stand for themselves."""
    known = billing_codes().get(task)
    return known.parent if known is not None and known.parent else task


def late_invoice(rule: Guideline, setting: Setting, invoice: Invoice) -> list[InvoiceResult]:
    """Sent more than so many days after the end of the month in which the work ended."""
    end = max((line.period_end for line in invoice.lines if line.period_end), default=None)
    if end is None:
        end = max(line.day for line in invoice.lines)
    month_end = end.replace(day=monthrange(end.year, end.month)[1])
    days = (max(line.invoice_date for line in invoice.lines) - month_end).days
    return [(None, None, {"days": str(days)})] if days > int(number(rule, "days", "30")) else []


def budget(rule: Guideline, setting: Setting, invoice: Invoice) -> list[InvoiceResult]:
    """Fees by matter and phase against the budget; the highest level reached is told."""
    levels = sorted(Decimal(str(level)) for level in rule.params.get("levels", (80, 100, 110, 125)))
    new: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for key, lines in invoice.by_matter.items():
        for line in lines:
            if line.type == "F":
                new[key, phase_of(line.task)] += line.amount
    found: list[InvoiceResult] = []
    for (matter_id, phase), amount in sorted(new.items()):
        matter = (setting.matters or {}).get(matter_id)
        planned = matter.budget.get(phase) if matter is not None else None
        if matter is None or not planned:
            continue
        spent = matter.spent.get(phase, ZERO) + amount
        reached = [level for level in levels if spent * HUNDRED >= planned * level]
        if reached:
            detail = {"matter": matter_id, "phase": phase, "budget": str(planned), "spent": str(spent)}
            found.append((None, None, {**detail, "level": str(reached[-1])}))
    return found


def matter_cap(rule: Guideline, setting: Setting, invoice: Invoice) -> list[InvoiceResult]:
    """What is left under the cap agreed for a matter. Invoices over several matters are only told."""
    found: list[InvoiceResult] = []
    for matter_id in invoice.matters:
        matter = (setting.matters or {}).get(matter_id)
        if matter is None or matter.cap is None:
            continue
        left = max(matter.cap - sum(matter.spent.values(), ZERO), ZERO)
        detail = {"matter": matter_id, "cap": str(matter.cap), "left": str(left)}
        if len(invoice.matters) > 1:
            amount = sum((line.amount for line in invoice.by_matter[matter_id]), ZERO)
            if amount > left:
                found.append((None, None, detail))
        elif invoice.approved > left:
            found.append(("cap", left, detail))
    return found


def prompt_payment(rule: Guideline, setting: Setting, invoice: Invoice) -> list[InvoiceResult]:
    """Discount agreed for payment within the agreed days. percent: of the whole invoice."""
    percent = number(rule, "percent", "0")
    return [("discount", ONE - percent / HUNDRED, {"percent": str(percent)})] if percent > 0 else []


def volume_discount(rule: Guideline, setting: Setting, invoice: Invoice) -> list[InvoiceResult]:
    """Tiers over the fees of the year to date: each part of the fees gets the discount of its own tier.

    tiers: [from amount, percent] ascending. Fees of firms of one family are added in ``setting.year_to_date``.
    """
    tiers = [(Decimal(str(start)), Decimal(str(percent))) for start, percent in rule.params.get("tiers", ())]
    if not tiers or invoice.approved <= 0:
        return []
    before = setting.year_to_date.get(invoice.lines[0].firm, ZERO)
    after = before + invoice.approved_fees
    off = ZERO
    for place, (start, percent) in enumerate(tiers):
        end = tiers[place + 1][0] if place + 1 < len(tiers) else after
        part = min(after, max(end, start)) - max(before, start)
        off += max(part, ZERO) * percent / HUNDRED
    if off <= 0:
        return []
    return [("discount", ONE - off / invoice.approved, {"before": str(before), "fees": str(invoice.approved_fees)})]


def tax(rule: Guideline, setting: Setting, invoice: Invoice) -> list[InvoiceResult]:
    """Tax rate or tax id other than known for the matter."""
    found: list[InvoiceResult] = []
    for matter_id in invoice.matters:
        matter = (setting.matters or {}).get(matter_id)
        if matter is None:
            continue
        lines = [line for line in invoice.by_matter[matter_id] if line.currency]
        rates = {line.tax_rate for line in lines if line.tax_rate is not None}
        if matter.tax_rate is not None and rates - {matter.tax_rate}:
            wrong = ", ".join(str(rate) for rate in sorted(rates - {matter.tax_rate}))
            found.append((None, None, {"matter": matter_id, "rate": wrong, "agreed": str(matter.tax_rate)}))
        ids = {line.client_tax_id for line in lines if line.client_tax_id}
        if matter.client_tax_id and ids - {matter.client_tax_id}:
            wrong = ", ".join(sorted(ids - {matter.client_tax_id}))
            found.append((None, None, {"matter": matter_id, "tax_id": wrong, "known": matter.client_tax_id}))
    return found


def currency(rule: Guideline, setting: Setting, invoice: Invoice) -> list[InvoiceResult]:
    """A currency that was not agreed for the matter."""
    allowed = words(rule, "currencies")
    found: list[InvoiceResult] = []
    for given in sorted({line.currency for line in invoice.lines if line.currency}):
        if allowed and given not in allowed:
            found.append((None, None, {"currency": given, "agreed": ", ".join(sorted(allowed))}))
    for matter_id in invoice.matters:
        matter = (setting.matters or {}).get(matter_id)
        if matter is None or not matter.currency:
            continue
        lines = invoice.by_matter[matter_id]
        for given in sorted({line.currency for line in lines if line.currency} - {matter.currency}):
            found.append((None, None, {"matter": matter_id, "currency": given, "agreed": matter.currency}))
    return found


def card_currency(rule: Guideline, setting: Setting, invoice: Invoice) -> list[InvoiceResult]:
    """Rate cards in another currency than the invoice."""
    others: dict[str, set[str]] = defaultdict(set)
    for line in invoice.lines:
        person = (setting.people or {}).get(line.person)
        if person is None or not line.currency:
            continue
        cards = {rate.currency for rate in person.rates if rate.currency}
        if cards and line.currency not in cards:
            others[line.currency] |= cards
    return [
        (None, None, {"currency": given, "card": ", ".join(sorted(cards))}) for given, cards in sorted(others.items())
    ]


def order_missing(rule: Guideline, setting: Setting, invoice: Invoice) -> list[InvoiceResult]:
    """Purchase order not named though the matter has one, or no ledger account known for the matter."""
    found: list[InvoiceResult] = []
    for matter_id in invoice.matters:
        matter = (setting.matters or {}).get(matter_id)
        if matter is None:
            continue
        lines = invoice.by_matter[matter_id]
        if matter.po and any(line.currency and line.po != matter.po for line in lines):
            found.append((None, None, {"matter": matter_id, "missing": "po", "po": matter.po}))
        if rule.params.get("ledger_account") and not matter.gl:
            found.append((None, None, {"matter": matter_id, "missing": "gl"}))
    return found


def engagement_missing(rule: Guideline, setting: Setting, invoice: Invoice) -> list[InvoiceResult]:
    """No engagement letter, or conflicts not cleared."""
    found: list[InvoiceResult] = []
    for matter_id in invoice.matters:
        matter = (setting.matters or {}).get(matter_id)
        if matter is None:
            continue
        papers = {"engagement_letter": matter.engagement_letter, "conflicts_cleared": matter.conflicts_cleared}
        missing = ", ".join(name for name, there in papers.items() if there is False)
        if missing:
            found.append((None, None, {"matter": matter_id, "missing": missing}))
    return found


def duplicate_invoice(rule: Guideline, setting: Setting, invoice: Invoice) -> list[InvoiceResult]:
    """An invoice number this firm used before."""
    first = invoice.lines[0]
    known = (first.firm, invoice.number) in setting.invoices
    return [(None, None, {"firm": first.firm, "invoice": invoice.number})] if known else []
