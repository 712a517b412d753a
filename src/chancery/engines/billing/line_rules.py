"""Rules that look at one record of a bill at a time: arithmetic, tax, dates, codes, the receiver's own lists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from chancery.engines.billing.codes import UNLISTED, CodeKind, find_code, timekeeper_classes
from chancery.engines.billing.ledes_reading import FormatName, Record, Report
from chancery.engines.billing.receiver import Profile

ZERO = Decimal(0)


def check_record(
    *, report: Report, record: Record, format_name: FormatName, profile: Profile, today: date | None
) -> None:
    """Report what is wrong in a record that could be read. Fields that could not be read are left out."""
    _check_arithmetic(report, record, format_name, profile)
    _check_dates(report, record, today, profile)
    _check_codes(report, record, profile)
    _check_receiver(report, record, profile)


def number_in(*, record: Record, name: str) -> Decimal | None:
    """The number of a field: zero when blank, None when it cannot be read."""
    return record.numbers.get(name, None if record.values.get(name) else ZERO)


def _check_arithmetic(report: Report, record: Record, format_name: FormatName, asked: Profile) -> None:
    units = number_in(record=record, name="LINE_ITEM_NUMBER_OF_UNITS")
    cost = number_in(record=record, name="LINE_ITEM_UNIT_COST")
    adjustment = number_in(record=record, name="LINE_ITEM_ADJUSTMENT_AMOUNT")
    total = record.numbers.get("LINE_ITEM_TOTAL")
    tax = number_in(record=record, name="LINE_ITEM_TAX_TOTAL")
    # A blank tax is nothing, unless a rate says that there is one.
    untold = not record.values.get("LINE_ITEM_TAX_TOTAL") and record.numbers.get("LINE_ITEM_TAX_RATE")
    if units is None or cost is None or adjustment is None or tax is None or untold:
        return
    base = units * cost + adjustment
    if record.type in ("F", "E"):
        needed = ("LINE_ITEM_NUMBER_OF_UNITS", "LINE_ITEM_UNIT_COST")
        readable = all(record.values[name] for name in needed) and total is not None
        if readable and total is not None and abs(base + tax - total) > asked.tolerance:
            report.at(record, "E020", "LINE_ITEM_TOTAL", f"{base + tax:f} was expected, {total:f} is given.")
    elif record.type in ("IF", "IE"):
        expected = base if cost else adjustment
        if total is not None and abs(expected + tax - total) > asked.tolerance:
            report.at(record, "E021", "LINE_ITEM_TOTAL", f"{expected + tax:f} was expected, {total:f} is given.")
        base = expected
    else:
        return
    if format_name == "98BI":
        _check_tax(report, record, base, asked)


def _check_tax(report: Report, record: Record, base: Decimal, asked: Profile) -> None:
    rate = record.numbers.get("LINE_ITEM_TAX_RATE")
    tax = record.numbers.get("LINE_ITEM_TAX_TOTAL")
    if rate is not None and tax is not None and abs(base * rate - tax) > asked.tolerance:
        report.at(record, "E022", "LINE_ITEM_TAX_TOTAL", f"{base * rate:f} was expected, {tax:f} is given.")


def _check_dates(report: Report, record: Record, today: date | None, asked: Profile) -> None:
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
    elif asked.ageing_days is not None and billed is not None and (billed - day).days > asked.ageing_days:
        message = f"The work is older than {asked.ageing_days} days at the invoice date."
    else:
        return
    report.at(record, "W034", "LINE_ITEM_DATE", message)


def _check_codes(report: Report, record: Record, asked: Profile) -> None:
    values = record.values
    task, activity = values["LINE_ITEM_TASK_CODE"], values["LINE_ITEM_ACTIVITY_CODE"]
    expense, grade = values["LINE_ITEM_EXPENSE_CODE"], values["TIMEKEEPER_CLASSIFICATION"]
    if record.type == "F":
        for name in ("TIMEKEEPER_ID", "TIMEKEEPER_NAME", "TIMEKEEPER_CLASSIFICATION"):
            if not values[name]:
                report.at(record, "E040", name)
        if expense:
            report.at(record, "E041", "LINE_ITEM_EXPENSE_CODE", "A fee has no expense code.")
        if asked.task_billing and not (task and activity):
            report.at(record, "W042", "LINE_ITEM_ACTIVITY_CODE" if task else "LINE_ITEM_TASK_CODE")
    elif record.type == "E":
        if not expense:
            report.at(record, "E041", "LINE_ITEM_EXPENSE_CODE", "An expense has an expense code.")
        if task or activity:
            name = "LINE_ITEM_TASK_CODE" if task else "LINE_ITEM_ACTIVITY_CODE"
            report.at(record, "E041", name, "An expense has no task or activity code.")
    _check_code(report, record, "LINE_ITEM_TASK_CODE", "task", asked)
    _check_code(report, record, "LINE_ITEM_ACTIVITY_CODE", "activity", asked)
    _check_code(report, record, "LINE_ITEM_EXPENSE_CODE", "expense", asked)
    if grade and timekeeper_classes().get(grade) != "2014":
        report.at(record, "W044", "TIMEKEEPER_CLASSIFICATION", f"{grade} is not a class of 2014.")


def _check_code(report: Report, record: Record, name: str, kind: CodeKind, asked: Profile) -> None:
    code = record.values[name]
    if not code or (kind == "task" and UNLISTED.fullmatch(code)):
        return
    sets = asked.code_sets
    if asked.matter_terms is not None:
        terms = asked.matter_terms.get(record.values["CLIENT_MATTER_ID"])
        sets = terms.code_sets if terms is not None and terms.code_sets is not None else sets
    found = find_code(code=code, kind=kind, sets=sets)
    day = record.days.get("LINE_ITEM_DATE") if asked.dated_codes else None
    if found is None:
        report.at(record, "E043", name, f"{code} is not in the code sets in force.")
    elif day is not None and not found.in_force_on(day):
        report.at(record, "E043", name, f"{code} is not in force on {day.isoformat()}.")
    elif found.level == "phase":
        report.at(record, "W042", name, f"{code} is a phase; a task is asked for.")


def _check_receiver(report: Report, record: Record, asked: Profile) -> None:
    values = record.values
    if (values["LAW_FIRM_ID"], values["INVOICE_NUMBER"]) in asked.received:
        report.at(record, "E050", "INVOICE_NUMBER")
    _check_matter(report, record, asked)
    if record.type == "F" and values["TIMEKEEPER_ID"]:
        _check_rate(report, record, asked)


def _check_matter(report: Report, record: Record, asked: Profile) -> None:
    matter = record.values["CLIENT_MATTER_ID"]
    if asked.matters is not None and matter not in asked.matters:
        report.at(record, "E051", "CLIENT_MATTER_ID")
    if asked.matter_terms is None:
        return
    terms = asked.matter_terms.get(matter)
    day = record.days.get("LINE_ITEM_DATE")
    if terms is None:
        report.at(record, "E051", "CLIENT_MATTER_ID")
    elif terms.firms and record.values["LAW_FIRM_ID"] not in terms.firms:
        report.at(record, "E051", "LAW_FIRM_ID", "The matter is not given to this firm.")
    elif day is not None and (
        (terms.opened is not None and day < terms.opened) or (terms.closed is not None and day > terms.closed)
    ):
        report.at(record, "E051", "CLIENT_MATTER_ID", "The matter was not open on the day of the work.")


def _check_rate(report: Report, record: Record, asked: Profile) -> None:
    who, cost = record.values["TIMEKEEPER_ID"], record.numbers.get("LINE_ITEM_UNIT_COST")
    if asked.rates is not None:
        approved = asked.rates.get(who)
    elif asked.rate_terms is not None:
        day = record.days.get("LINE_ITEM_DATE")
        held = [term.amount for term in asked.rate_terms.get(who, ()) if term.holds_on(day)]
        approved = max(held, default=None)
    else:
        return
    if approved is None:
        report.at(record, "E052", "TIMEKEEPER_ID", "The timekeeper is not approved.")
    elif cost is not None and cost > approved:
        report.at(record, "E052", "LINE_ITEM_UNIT_COST", f"The approved rate is {approved:f}.")
