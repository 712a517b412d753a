"""Bills made for tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.ledes_reading import field_rules

# What makes a line of a bill an expense.
EXPENSE = {
    "EXP/FEE/INV_ADJ_TYPE": "E",
    "LINE_ITEM_TASK_CODE": "",
    "LINE_ITEM_ACTIVITY_CODE": "",
    "LINE_ITEM_EXPENSE_CODE": "E118",
    "TIMEKEEPER_ID": "",
    "TIMEKEEPER_NAME": "",
    "TIMEKEEPER_CLASSIFICATION": "",
}
NARROW = {
    "INVOICE_DATE": "20260331",
    "INVOICE_NUMBER": "A-7",
    "CLIENT_ID": "C1",
    "LAW_FIRM_MATTER_ID": "M1",
    "INVOICE_TOTAL": "125.00",
    "BILLING_START_DATE": "20260301",
    "BILLING_END_DATE": "20260331",
    "INVOICE_DESCRIPTION": "March",
    "LINE_ITEM_NUMBER": "1",
    "EXP/FEE/INV_ADJ_TYPE": "F",
    "LINE_ITEM_NUMBER_OF_UNITS": "2.5",
    "LINE_ITEM_ADJUSTMENT_AMOUNT": "0.00",
    "LINE_ITEM_TOTAL": "125.00",
    "LINE_ITEM_DATE": "20260312",
    "LINE_ITEM_TASK_CODE": "L653",
    "LINE_ITEM_ACTIVITY_CODE": "A104",
    "TIMEKEEPER_ID": "T1",
    "LINE_ITEM_DESCRIPTION": "First pass review of supplier mail",
    "LAW_FIRM_ID": "98-7654321",
    "LINE_ITEM_UNIT_COST": "50",
    "TIMEKEEPER_NAME": "Roe, Ann",
    "TIMEKEEPER_CLASSIFICATION": "DOCRAT",
    "CLIENT_MATTER_ID": "CM1",
}
WIDE = {
    **NARROW,
    "INVOICE_TOTAL": "132.50",
    "LINE_ITEM_TOTAL": "132.50",
    "CLIENT_TAX_ID": "91310000TEST",
    "MATTER_NAME": "Supply",
    "INVOICE_TAX_TOTAL": "7.50",
    "INVOICE_NET_TOTAL": "125.00",
    "INVOICE_CURRENCY": "CNY",
    "ACCOUNT_TYPE": "O",
    "LAW_FIRM_NAME": "Example LLP",
    "LAW_FIRM_ADDRESS_1": "1 Main St",
    "CLIENT_NAME": "Client Ltd",
    "LINE_ITEM_TAX_RATE": "0.06",
    "LINE_ITEM_TAX_TOTAL": "7.50",
}


def bill(*changes: dict[str, str], wide: bool = False, end: str = "\r\n") -> str:
    """A file with one record for each set of changed fields."""
    names = [rule.name for rule in field_rules(format_name="98BI" if wide else "1998B")]
    rows = ["LEDES98BI V2[]" if wide else "LEDES1998B[]", "|".join(names) + "[]"]
    for change in changes or ({},):
        values = (WIDE if wide else NARROW) | change
        rows.append("|".join(values.get(name, "") for name in names) + "[]")
    return end.join(rows) + end


def long_bill(*, lines: int, per_invoice: int, wide: bool = False) -> str:
    """A valid file of many lines."""
    each = WIDE if wide else NARROW
    changes = []
    for number in range(lines):
        size = min(per_invoice, lines - number // per_invoice * per_invoice)
        sums = {
            name: str(Decimal(each[name]) * size)
            for name in ("INVOICE_TOTAL", "INVOICE_TAX_TOTAL", "INVOICE_NET_TOTAL")
            if name in each
        }
        changes.append({**sums, "LINE_ITEM_NUMBER": str(number + 1), "INVOICE_NUMBER": f"A-{number // per_invoice}"})
    return bill(*changes, wide=wide)


def line(**changes: Any) -> Line:
    """A fee line to which no standard rule objects."""
    given: dict[str, Any] = {
        "line": 3,
        "invoice": "A-7",
        "invoice_date": date(2026, 3, 31),
        "client": "C1",
        "firm": "F1",
        "matter": "M1",
        "client_matter": "CM1",
        "period_start": date(2026, 3, 1),
        "period_end": date(2026, 3, 31),
        "number": "1",
        "type": "F",
        "units": Decimal("2.0"),
        "rate": Decimal(300),
        "adjustment": Decimal(0),
        "amount": Decimal("600.00"),
        "day": date(2026, 3, 12),
        "task": "L120",
        "expense": "",
        "activity": "A103",
        "person": "T1",
        "name": "Roe, Ann",
        "grade": "ASSOC",
        "text": "Draft motion to dismiss for supplier claim",
    }
    given |= changes
    if "amount" not in changes and {"units", "rate"} & set(changes):
        given["amount"] = round(given["units"] * given["rate"], 2)
    given.setdefault("raw", repr(sorted(given.items(), key=lambda item: item[0])))
    return Line(**given)


def cost(**changes: Any) -> Line:
    """An expense line to which no standard rule objects."""
    given = {"type": "E", "task": "", "activity": "", "person": "", "name": "", "grade": "", "expense": "E112"}
    text = {"text": "Filing fee of the district court", "units": Decimal(1), "rate": Decimal(20)}
    return line(**{**given, **text, "number": "2", "line": 4, **changes})
