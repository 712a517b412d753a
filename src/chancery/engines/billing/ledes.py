"""Write an invoice in the LEDES 1998B format."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

from chancery.engines.billing.invoice import Bill, BillLine, faults_of
from chancery.foundation.errors import Refused
from chancery.foundation.money import minor_digits

FIELDS = (
    ("INVOICE_DATE", 8),
    ("INVOICE_NUMBER", 20),
    ("CLIENT_ID", 20),
    ("LAW_FIRM_MATTER_ID", 20),
    ("INVOICE_TOTAL", 17),
    ("BILLING_START_DATE", 8),
    ("BILLING_END_DATE", 8),
    ("INVOICE_DESCRIPTION", 15 * 1024),
    ("LINE_ITEM_NUMBER", 20),
    ("EXP/FEE/INV_ADJ_TYPE", 2),
    ("LINE_ITEM_NUMBER_OF_UNITS", 15),
    ("LINE_ITEM_ADJUSTMENT_AMOUNT", 16),
    ("LINE_ITEM_TOTAL", 16),
    ("LINE_ITEM_DATE", 8),
    ("LINE_ITEM_TASK_CODE", 20),
    ("LINE_ITEM_EXPENSE_CODE", 20),
    ("LINE_ITEM_ACTIVITY_CODE", 20),
    ("TIMEKEEPER_ID", 20),
    ("LINE_ITEM_DESCRIPTION", 15 * 1024),
    ("LAW_FIRM_ID", 20),
    ("LINE_ITEM_UNIT_COST", 16),
    ("TIMEKEEPER_NAME", 30),
    ("TIMEKEEPER_CLASSIFICATION", 10),
    ("CLIENT_MATTER_ID", 20),
)
REQUIRED = frozenset({1, 2, 3, 4, 5, 6, 7, 9, 10, 13, 14, 20})
END = "[]\r\n"
# Typographic signs with an ASCII spelling that a reader takes for the same.
SPELLINGS = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "′": "'",
        "″": '"',
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "•": "*",
        "·": "*",
        "×": "x",
        "§": "sec. ",
        "€": "EUR ",
        "£": "GBP ",
        "©": "(c)",
        "®": "(R)",
        "™": "(TM)",
        "ß": "ss",
        "Æ": "AE",
        "æ": "ae",
        "Ø": "O",
        "ø": "o",
        "Œ": "OE",
        "œ": "oe",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "\u00ad": "",
        "\u200b": "",
        "\ufeff": "",
    }
)


class LedesRefused(Refused):
    """An invoice that the format cannot carry."""

    code = "ledes_refused"


def write_1998b(*, bill: Bill) -> bytes:
    """Write one invoice as LEDES 1998B: ASCII, 24 fields, pipes between, [] and CRLF after each record.

    The format has no escape: pipes become slashes, [] becomes [ ], line breaks and control characters become
    spaces. Typographic quotes, dashes and accented Latin letters are spelled in ASCII; other scripts are
    refused with the line (code narrative_not_ascii). Also refuses: the codes of ``invoice.faults_of``,
    field_too_long, field_missing, amount_too_precise, amount_too_large.
    Authority: LEDES Oversight Committee, LEDES 1998B.
    """
    faults = faults_of(bill=bill)
    if faults:
        raise faults[0]
    records = ["LEDES1998B", "|".join(name for name, _ in FIELDS)]
    records.extend(_record(bill, line) for line in bill.lines)
    return "".join(record + END for record in records).encode("ascii")


def _record(bill: Bill, line: BillLine) -> str:
    adjusting = line.type in ("IF", "IE")
    values = (
        _day(bill.invoice_date),
        bill.invoice_number,
        bill.client_id,
        bill.law_firm_matter_id,
        _amount(bill.total.amount, 12, line),
        _day(bill.period_start),
        _day(bill.period_end),
        bill.description,
        line.number,
        line.type,
        "" if adjusting else _amount(line.units, 10, line),
        _amount(_adjustment(bill, line), 10, line),
        _amount(line.total, 10, line),
        _day(line.date),
        line.task_code,
        line.expense_code,
        line.activity_code,
        line.timekeeper_id,
        line.description,
        bill.law_firm_id,
        "" if adjusting else _amount(line.unit_cost, 10, line),
        line.timekeeper_name,
        line.timekeeper_class,
        bill.client_matter_id,
    )
    return "|".join(_field(position, value, line) for position, value in enumerate(values, start=1))


def _adjustment(bill: Bill, line: BillLine) -> Decimal:
    """The adjustment; in a currency without minor unit it also carries what rounding the line changed.

    The format does not name the currency, so receivers allow a cent at most between units × cost and total.
    """
    if line.type in ("IF", "IE") or minor_digits(bill.currency) > 0:
        return line.adjustment
    return line.total - line.units * line.unit_cost


def _field(position: int, value: str, line: BillLine) -> str:
    name, limit = FIELDS[position - 1]
    text = _ascii(value, name, line)
    if position in REQUIRED and not text:
        raise LedesRefused("Line %(line)s: %(field)s is empty.", code="field_missing", line=line.number, field=name)
    if len(text) > limit:
        raise LedesRefused(
            "Line %(line)s: %(field)s is longer than %(limit)s characters.",
            code="field_too_long",
            line=line.number,
            field=name,
            limit=limit,
        )
    return text


def _ascii(value: str, name: str, line: BillLine) -> str:
    """Spell a value in printable ASCII without pipes and line breaks."""
    spelled = unicodedata.normalize("NFKD", value.translate(SPELLINGS)).translate(SPELLINGS)
    letters = "".join(letter for letter in spelled if not unicodedata.combining(letter))
    plain = "".join(" " if ord(letter) < 32 or ord(letter) == 127 else letter for letter in letters)
    if not plain.isascii():
        foreign = next(letter for letter in plain if not letter.isascii())
        raise LedesRefused(
            "Line %(line)s: %(field)s holds %(sign)s, which the format cannot carry; write it in English.",
            code="narrative_not_ascii",
            line=line.number,
            field=name,
            sign=foreign,
        )
    return " ".join(plain.replace("|", "/").replace("[]", "[ ]").split())


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _amount(value: Decimal, whole_digits: int, line: BillLine) -> str:
    """Plain decimal with two to four decimal places."""
    if not value.is_finite() or value != value.quantize(Decimal("0.0001")):
        raise LedesRefused(
            "Line %(line)s: %(value)s has more than four decimal places.",
            code="amount_too_precise",
            line=line.number,
            value=str(value),
        )
    if abs(value) >= Decimal(10) ** whole_digits:
        raise LedesRefused(
            "Line %(line)s: %(value)s has more than %(digits)s digits before the point.",
            code="amount_too_large",
            line=line.number,
            value=str(value),
            digits=whole_digits,
        )
    text = f"{value:.4f}"
    while text.endswith("0") and text[-3] != ".":
        text = text[:-1]
    return "0.00" if Decimal(text) == 0 else text
