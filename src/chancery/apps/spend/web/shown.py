"""What the invoice page shows: lines, totals, the state track, what the client's system would say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext

from chancery.apps.spend.records import InvoiceRecord, LineRecord
from chancery.apps.spend.web.asking import STATE, state_name, unit_name
from chancery.engines.billing.codes import billing_codes
from chancery.engines.billing.ledes_reading import LedesFinding, rules
from chancery.foundation.money import Money, minor_digits
from chancery.interface.components import Step

TRACK = (STATE.DRAFT, STATE.ISSUED, STATE.APPROVED, STATE.PAID)
# Minor-unit digits beyond which a rate is shown in full: prices of one document have four.
RATE_DIGITS = 4


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line as the page draws it."""

    line: LineRecord
    url: str
    code: str
    code_name: str
    units: str
    rate: str
    open_queries: int
    answered: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of an invoice; they add up to the cent."""

    fees: Money
    expenses: Money
    adjustments: Money
    total: Money


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding of the validator with the sentence of its rule."""

    rule: str
    blocks: bool
    place: str
    sentence: str
    detail: str


def track(record: InvoiceRecord) -> list[Step]:
    """Return draft, issued, approved, paid with how far the invoice is; a queried one stands at issued."""
    now = STATE.ISSUED if record.state == STATE.QUERIED else STATE(record.state)
    at = TRACK.index(now)
    return [
        Step(state_name(state), "done" if place < at or now == STATE.PAID else "current" if place == at else "ahead")
        for place, state in enumerate(TRACK)
    ]


def lines(record: InvoiceRecord) -> list[ShownLine]:
    """Return the lines in their order."""
    return [line_of(record, item) for item in record.lines]


def line_of(record: InvoiceRecord, line: LineRecord) -> ShownLine:
    """Return one line as the page draws it."""
    code = line.task_code or line.expense_code
    known = billing_codes().get(code)
    return ShownLine(
        line=line,
        url=reverse("spend:line", args=[record.id, line.id]),
        code=code,
        code_name=known.name if known else "",
        units=f"{plain(line.units)} {unit_name(line.unit)}",
        rate=f"{line.unit_cost.currency} {rate(line.unit_cost)}",
        open_queries=sum(item.open for item in line.queries),
        answered=sum(not item.open for item in line.queries),
    )


def plain(value: Decimal) -> str:
    """Return a decimal without trailing zeros, grouped by thousands."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rate(price: Money) -> str:
    """Return a price per unit with the digits of its currency, or four where it has more."""
    digits = minor_digits(price.currency)
    exact = price.amount == round(price.amount, digits)
    return f"{price.amount:,.{digits if exact else RATE_DIGITS}f}"


def totals(record: InvoiceRecord) -> Totals:
    """Return the sums of the lines: fees and expenses as billed, what was taken off, and the total."""

    def amount(found: Sequence[Decimal]) -> Money:
        return Money(sum(found, Decimal(0)), record.currency)

    fees = [item.total.amount - item.adjustment.amount for item in record.lines if item.type in ("F", "IF")]
    expenses = [item.total.amount - item.adjustment.amount for item in record.lines if item.type in ("E", "IE")]
    off = [item.adjustment.amount for item in record.lines]
    return Totals(amount(fees), amount(expenses), amount(off), amount([*fees, *expenses, *off]))


def findings(found: Sequence[LedesFinding]) -> list[ShownFinding]:
    """Return what the validator found, each with the sentence of its rule in the reader's language."""
    known = rules()
    shown = []
    for item in found:
        held = known.get(item.rule)
        sentence = gettext(held.sentence) if held else item.message
        place = gettext("line %(line)s of the file") % {"line": item.line} if item.line else gettext("whole file")
        shown.append(
            ShownFinding(
                rule=item.rule,
                blocks=item.severity == "error",
                place=f"{place}, {item.field}" if item.field else place,
                sentence=sentence,
                detail=item.message if held and item.message != held.sentence else "",
            )
        )
    return shown
