"""Judge LEDES 1998B and 98BI invoices without knowing how they were written.

This module never imports the writer: what it knows comes from the tables in ``data`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from chancery.engines.billing.codes import UNLISTED, CodeKind, currencies, find_code, timekeeper_classes
from chancery.engines.billing.ledes_reading import LedesFinding, Reading, Record, read
from chancery.foundation.money import minor_digits

ZERO = Decimal(0)
HEAD_DAYS = ("INVOICE_DATE", "BILLING_START_DATE", "BILLING_END_DATE")
HEAD_NUMBERS = ("INVOICE_TOTAL", "INVOICE_TAX_TOTAL", "INVOICE_NET_TOTAL")


@dataclass(frozen=True, slots=True)
class Profile:
    """What one receiver asks for, as data.

    task_billing: fees carry task and activity codes. tolerance: difference allowed in the arithmetic of a
    line. code_sets: sets agreed for the matter, None for all. line_numbers_per_invoice: numbers may repeat in
    another invoice of the file. received: (firm id, invoice number) already held. matters: client matter ids
    open to the firm, None when not checked. rates: approved hourly rate per timekeeper id, None likewise.
    """

    name: str = "default"
    task_billing: bool = True
    tolerance: Decimal = Decimal("0.01")
    code_sets: frozenset[str] | None = None
    line_numbers_per_invoice: bool = False
    received: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    matters: frozenset[str] | None = None
    rates: Mapping[str, Decimal] | None = None


def check(*, data: bytes | str, today: date | None = None, profile: Profile | None = None) -> list[LedesFinding]:
    """Everything wrong or doubtful in a LEDES 1998B or 98BI file, in order of lines; empty when it is clean.

    today: day from which a work date counts as in the future; not checked when None. Never raises on any
    content. Line arithmetic allows ``profile.tolerance``; the invoice total is compared exactly with the sum
    of the given line totals. Fields that cannot be read are left out of the arithmetic, so that one fault is
    reported once. Authority: LEDES Oversight Committee, LEDES 1998B and 98BI V2; rules in ledes_rules.csv.
    """
    asked = profile or Profile()
    reading = read(data=data)
    numbers: set[tuple[str, str]] = set()
    for record in reading.records:
        _check_arithmetic(reading, record, asked)
        _check_dates(reading, record, today)
        _check_codes(reading, record, asked)
        _check_receiver(reading, record, asked)
        scope = record.values["INVOICE_NUMBER"] if asked.line_numbers_per_invoice else ""
        key = (scope, record.values["LINE_ITEM_NUMBER"])
        if key[1] and key in numbers:
            reading.add("E035", record.line, "LINE_ITEM_NUMBER", f"{key[1]} is used twice.")
        numbers.add(key)
    for invoice in _invoices(reading).values():
        _check_invoice(reading, invoice, asked)
    return sorted(reading.findings, key=lambda finding: (finding.line or 0, finding.rule, finding.field))


def blocking(*, findings: list[LedesFinding]) -> list[LedesFinding]:
    """The findings for which a receiver sends the invoice back: those of severity error."""
    return [finding for finding in findings if finding.severity == "error"]


def _invoices(reading: Reading) -> dict[str, list[Record]]:
    grouped: dict[str, list[Record]] = {}
    for record in reading.records:
        grouped.setdefault(record.values["INVOICE_NUMBER"], []).append(record)
    return grouped


def _number(record: Record, name: str) -> Decimal | None:
    """The number of a field: zero when blank, None when it cannot be read."""
    return record.numbers.get(name, None if record.values.get(name) else ZERO)


def _check_arithmetic(reading: Reading, record: Record, asked: Profile) -> None:
    units = _number(record, "LINE_ITEM_NUMBER_OF_UNITS")
    cost = _number(record, "LINE_ITEM_UNIT_COST")
    adjustment = _number(record, "LINE_ITEM_ADJUSTMENT_AMOUNT")
    total = record.numbers.get("LINE_ITEM_TOTAL")
    tax = _number(record, "LINE_ITEM_TAX_TOTAL")
    if units is None or cost is None or adjustment is None or tax is None:
        return
    base = units * cost + adjustment
    if record.type in ("F", "E"):
        needed = ("LINE_ITEM_NUMBER_OF_UNITS", "LINE_ITEM_UNIT_COST")
        readable = all(record.values[name] for name in needed) and total is not None
        if readable and total is not None and abs(base + tax - total) > asked.tolerance:
            reading.add("E020", record.line, "LINE_ITEM_TOTAL", f"{base + tax:f} was expected, {total:f} is given.")
    elif record.type in ("IF", "IE"):
        expected = base if cost else adjustment
        if total is not None and abs(expected + tax - total) > asked.tolerance:
            reading.add(
                "E021",
                record.line,
                "LINE_ITEM_TOTAL",
                f"{expected + tax:f} was expected, {total:f} is given.",
            )
        base = expected
    else:
        return
    _check_tax(reading, record, base, asked)


def _check_tax(reading: Reading, record: Record, base: Decimal, asked: Profile) -> None:
    if reading.format != "98BI":
        return
    rate = record.numbers.get("LINE_ITEM_TAX_RATE")
    tax = record.numbers.get("LINE_ITEM_TAX_TOTAL")
    if rate is not None and tax is not None and abs(base * rate - tax) > asked.tolerance:
        reading.add("E022", record.line, "LINE_ITEM_TAX_TOTAL", f"{base * rate:f} was expected, {tax:f} is given.")


def _check_dates(reading: Reading, record: Record, today: date | None) -> None:
    day = record.days.get("LINE_ITEM_DATE")
    start, end = record.days.get("BILLING_START_DATE"), record.days.get("BILLING_END_DATE")
    billed = record.days.get("INVOICE_DATE")
    if day is None:
        return
    if (start is not None and day < start) or (end is not None and day > end):
        message = "The date lies outside the billing period."
    elif billed is not None and day > billed:
        message = "The date lies after the invoice date."
    elif today is not None and day > today:
        message = "The date lies in the future."
    else:
        return
    reading.add("W034", record.line, "LINE_ITEM_DATE", message)


def _check_codes(reading: Reading, record: Record, asked: Profile) -> None:
    values, line = record.values, record.line
    task, activity = values["LINE_ITEM_TASK_CODE"], values["LINE_ITEM_ACTIVITY_CODE"]
    expense, grade = values["LINE_ITEM_EXPENSE_CODE"], values["TIMEKEEPER_CLASSIFICATION"]
    if record.type == "F":
        for name in ("TIMEKEEPER_ID", "TIMEKEEPER_NAME", "TIMEKEEPER_CLASSIFICATION"):
            if not values[name]:
                reading.add("E040", line, name)
        if expense:
            reading.add("E041", line, "LINE_ITEM_EXPENSE_CODE", "A fee has no expense code.")
        if asked.task_billing and not (task and activity):
            reading.add("W042", line, "LINE_ITEM_ACTIVITY_CODE" if task else "LINE_ITEM_TASK_CODE")
    elif record.type == "E":
        if not expense:
            reading.add("E041", line, "LINE_ITEM_EXPENSE_CODE", "An expense has an expense code.")
        if task or activity:
            reading.add("E041", line, "LINE_ITEM_TASK_CODE", "An expense has no task or activity code.")
    _check_code(reading, record, "LINE_ITEM_TASK_CODE", "task", asked)
    _check_code(reading, record, "LINE_ITEM_ACTIVITY_CODE", "activity", asked)
    _check_code(reading, record, "LINE_ITEM_EXPENSE_CODE", "expense", asked)
    if grade and timekeeper_classes().get(grade) != "2014":
        reading.add("W044", line, "TIMEKEEPER_CLASSIFICATION", f"{grade} is not a class of 2014.")


def _check_code(reading: Reading, record: Record, name: str, kind: CodeKind, asked: Profile) -> None:
    code = record.values[name]
    if not code or (kind == "task" and UNLISTED.fullmatch(code)):
        return
    found = find_code(code=code, kind=kind, sets=asked.code_sets)
    if found is None:
        reading.add("E043", record.line, name, f"{code} is not in the code sets in force.")
    elif found.level == "phase":
        reading.add("W042", record.line, name, f"{code} is a phase; a task is asked for.")


def _check_receiver(reading: Reading, record: Record, asked: Profile) -> None:
    values = record.values
    if (values["LAW_FIRM_ID"], values["INVOICE_NUMBER"]) in asked.received:
        reading.add("E050", record.line, "INVOICE_NUMBER")
    if asked.matters is not None and values["CLIENT_MATTER_ID"] not in asked.matters:
        reading.add("E051", record.line, "CLIENT_MATTER_ID")
    if asked.rates is not None and record.type == "F" and values["TIMEKEEPER_ID"]:
        approved = asked.rates.get(values["TIMEKEEPER_ID"])
        cost = record.numbers.get("LINE_ITEM_UNIT_COST")
        if approved is None:
            reading.add("E052", record.line, "TIMEKEEPER_ID", "The timekeeper is not approved.")
        elif cost is not None and cost > approved:
            reading.add("E052", record.line, "LINE_ITEM_UNIT_COST", f"The approved rate is {approved:f}.")


def _check_invoice(reading: Reading, records: list[Record], asked: Profile) -> None:
    first = records[0]
    for record in records[1:]:
        for name in (*HEAD_DAYS, *HEAD_NUMBERS, "INVOICE_CURRENCY"):
            if _head(first, name) != _head(record, name):
                reading.add("E032", record.line, name)
    start, end = first.days.get("BILLING_START_DATE"), first.days.get("BILLING_END_DATE")
    if start is not None and end is not None and start > end:
        reading.add("E033", first.line, "BILLING_START_DATE")
    complete = first.values["INVOICE_NUMBER"] not in reading.incomplete
    if complete:
        _compare(reading, records, "INVOICE_TOTAL", "LINE_ITEM_TOTAL", "E030")
    if reading.format == "98BI":
        _check_international(reading, records, complete)


def _head(record: Record, name: str) -> object:
    value = record.values.get(name)
    return record.numbers.get(name, record.days.get(name, value))


def _compare(reading: Reading, records: list[Record], head: str, part: str, rule: str) -> None:
    """Compare a total in the head of an invoice with the exact sum of a field of its lines."""
    given = records[0].numbers.get(head)
    parts = [record.numbers.get(part) for record in records]
    known = [number for number in parts if number is not None]
    if given is None or len(known) != len(parts):
        return
    if sum(known, ZERO) != given:
        message = f"The lines sum to {sum(known, ZERO):f}, {given:f} is given."
        reading.add(rule, records[0].line, head, message)


def _check_international(reading: Reading, records: list[Record], complete: bool) -> None:
    first = records[0]
    if complete:
        _compare(reading, records, "INVOICE_TAX_TOTAL", "LINE_ITEM_TAX_TOTAL", "E031")
    total, net = first.numbers.get("INVOICE_TOTAL"), first.numbers.get("INVOICE_NET_TOTAL")
    tax = _number(first, "INVOICE_TAX_TOTAL")
    if total is not None and net is not None and tax is not None and total - tax != net:
        reading.add("E031", first.line, "INVOICE_NET_TOTAL", f"{total - tax:f} was expected, {net:f} is given.")
    currency = first.values["INVOICE_CURRENCY"]
    for name in ("INVOICE_CURRENCY", "INVOICE_TAX_CURRENCY"):
        if first.values[name] and first.values[name] not in currencies():
            reading.add("E045", first.line, name, f"{first.values[name]} is not a currency of ISO 4217.")
    if currency in currencies():
        for name in HEAD_NUMBERS:
            number = first.numbers.get(name)
            if number is not None and number != round(number, minor_digits(currency)):
                reading.add("E045", first.line, name, f"More decimal places than {currency} has.")
