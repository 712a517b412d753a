"""Rules for single expense lines: what is paid at all, and up to what amount."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.guidelines.fee_tests import ZERO, Result, Test, number, words
from chancery.engines.billing.guidelines.seen import Seen, matter_of
from chancery.engines.billing.guidelines.values import Guideline, Setting
from chancery.engines.billing.narratives import Reading, cost_subjects

DAY = timedelta(days=1)


def not_reimbursed(rule: Guideline, setting: Setting, seen: Seen) -> Test:
    """Costs that belong to the firm: word processing, library, training, overhead."""
    codes = words(rule, "codes", ("E103",))

    def test(line: Line, reading: Reading) -> Result:
        if line.expense in codes:
            return "reject", ZERO, {"code": line.expense}
        if "overhead" in cost_subjects(text=line.text):
            return "reject", ZERO, {"code": line.expense, "subject": "overhead"}
        return None

    return test


def unit_caps(rule: Guideline, setting: Setting, seen: Seen) -> Test:
    """Most that is paid for one unit of a kind of cost. caps: code → amount a unit; cities: word → amount a night."""
    caps = {str(code): Decimal(str(amount)) for code, amount in rule.params.get("caps", {}).items()}
    cities = {str(city).lower(): Decimal(str(amount)) for city, amount in rule.params.get("cities", {}).items()}
    hotel = words(rule, "hotel_words", ("hotel", "lodging", "酒店", "住宿"))

    def test(line: Line, reading: Reading) -> Result:
        cap = caps.get(line.expense)
        lowered = line.text.lower() if cities else ""
        if cities and any(word in lowered for word in hotel):
            cap = next((amount for city, amount in cities.items() if city in lowered), cap)
        if cap is None or line.rate <= cap or line.units <= 0:
            return None
        return "cap", cap * line.units + line.adjustment, {"unit_cost": str(line.rate), "cap": str(cap)}

    return test


def receipt_missing(rule: Guideline, setting: Setting, seen: Seen) -> Test:
    """Costs above a limit without a receipt."""
    limit, held = number(rule, "limit", "25"), setting.receipts or frozenset()
    return lambda line, reading: (
        (None, None, {"amount": str(line.amount), "limit": str(limit)})
        if line.amount > limit and line.key not in held
        else None
    )


def vendor_markup(rule: Guideline, setting: Setting, seen: Seen) -> Test:
    """More than the vendor charged; words that speak of a surcharge are shown."""

    def test(line: Line, reading: Reading) -> Result:
        cost = setting.vendor_costs.get(line.key)
        if cost is not None and line.amount > cost:
            return "cap", cost, {"amount": str(line.amount), "vendor": str(cost)}
        if cost is None and "markup" in cost_subjects(text=line.text):
            return None, None, {"subject": "markup"}
        return None

    return test


def first_class_travel(rule: Guideline, setting: Setting, seen: Seen) -> Test:
    """Travel above economy class. share: part kept."""
    share = number(rule, "share", "0")

    def test(line: Line, reading: Reading) -> Result:
        if "first_class" not in cost_subjects(text=line.text):
            return None
        return "percentage", share, {"share": str(share)}

    return test


def travel_without_entry(rule: Guideline, setting: Setting, seen: Seen) -> Test:
    """Travel costs of a matter without any travel time around that day."""
    codes = words(rule, "codes", ("E109", "E110"))

    def test(line: Line, reading: Reading) -> Result:
        if line.expense not in codes:
            return None
        matter = matter_of(line)
        days = (line.day - DAY, line.day, line.day + DAY)
        found = any((matter, day) in seen.travelling or (matter, day) in seen.hearings for day in days)
        return None if found else (None, None, {"code": line.expense, "day": line.day.isoformat()})

    return test


def online_research(rule: Guideline, setting: Setting, seen: Seen) -> Test:
    """Flat-price online research is overhead."""
    codes = words(rule, "codes", ("E106",))
    return lambda line, reading: ("reject", ZERO, {"code": line.expense}) if line.expense in codes else None
