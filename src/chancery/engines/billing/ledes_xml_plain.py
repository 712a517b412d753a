"""The short way through LEDES XML: charges and timekeepers that hold nothing but elements with text.

A charge that passes here is clean by itself; any other is judged again element by element (``ledes_xml_checking``),
so that every finding comes from one place. Values repeat (dates, codes, people, rates): each is judged once and
remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from chancery.engines.billing.codes import timekeeper_classes
from chancery.engines.billing.ledes_listed import ListedCodes
from chancery.engines.billing.ledes_reading import FieldRule, day_of
from chancery.engines.billing.ledes_values import REMEMBERED, SCALE, Judged, Scaled
from chancery.engines.billing.ledes_xml_reading import Element, plain_day
from chancery.engines.billing.receiver import Profile

AMOUNTS = frozenset(
    (
        *("units", "rate", "total_amount", "base_amount", "disc_cred_amount", "item_disc_cred_amount"),
        *("discount_amount", "inv_total_net_due", "inv_total_tax", "matter_total_due", "matter_total_detail_fees"),
        *("matter_tax_on_fees", "matter_total_detail_exp", "matter_tax_on_exp", "tk_rate"),
    )
)
SIZE = "14.4"
EARLIEST, LATEST = "00000000", "99999999"
# What a charge is judged by, in this order.
FIELDS = (
    "LINE_ITEM_DATE",
    "LINE_ITEM_TASK_CODE",
    "LINE_ITEM_EXPENSE_CODE",
    "LINE_ITEM_ACTIVITY_CODE",
    "TIMEKEEPER_CLASSIFICATION",
    "TIMEKEEPER_ID",
    "LINE_ITEM_NUMBER_OF_UNITS",
    "LINE_ITEM_UNIT_COST",
    "LINE_ITEM_TOTAL",
)


class _Days(dict[str, str]):
    """Texts of dates as YYYYMMDD; empty when they are none."""

    def __missing__(self, text: str) -> str:
        if len(self) >= REMEMBERED:
            self.clear()
        short = plain_day(text=text)
        self[text] = short if day_of(value=short) is not None else ""
        return self[text]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the charges of a matter: days of the work that raise no question, and its client's id."""

    lowest: str
    highest: str
    matter: str


class PlainCharges(ListedCodes):
    """Judges the charges of one file."""

    def __init__(self, *, elements: Mapping[str, tuple[Element, ...]], profile: Profile) -> None:
        """elements: of the version, by segment."""
        self.profile = profile
        self.needed = {name: [one.name for one in held if one.required] for name, held in elements.items()}
        self.names: dict[str, tuple[str, ...]] = {}
        for name in ("fee", "expense"):
            held = {field: [one.name for one in elements.get(name, ()) if one.field == field] for field in FIELDS}
            # A field that two elements carry is left to the long way.
            if all(len(names) <= 1 for names in held.values()):
                self.names[name] = tuple("".join(names) for names in held.values())
        rule = FieldRule(0, "", "number", SIZE, "O")
        self.amounts = Scaled(rule=rule, scale=SCALE, blank=0)
        self.days = _Days()
        self.shapes: dict[tuple[str, ...], list[str]] = {}
        self.codes = Judged(self._judge_codes)
        self.floor = EARLIEST
        exact = profile.tolerance * SCALE * SCALE
        self.tolerance = int(exact)
        known = profile.matter_terms is None and profile.rate_terms is None and profile.rates is None
        # Everything else is judged charge by charge.
        self.usable = len(self.names) == 2 and known and exact == exact.to_integral_value() and not profile.received

    def sound(self, *, name: str, values: Mapping[str, str]) -> bool:
        """Tell whether the elements of a segment give no finding by themselves."""
        shape = (name, *values)
        amounts = self.shapes.get(shape)
        if amounts is None:
            if len(self.shapes) >= REMEMBERED:
                self.shapes.clear()
            amounts = self.shapes[shape] = [element for element in values if element in AMOUNTS]
        for wanted in self.needed.get(name, ()):
            if not values.get(wanted):
                return False
        for element in amounts:
            read = self.amounts[values[element]]
            if read != read:
                return False
        if name == "tk_sum":
            return True
        if base := values.get("base_amount"):
            scaled, product = self.amounts[base] * SCALE, self.amounts[values["units"]] * self.amounts[values["rate"]]
            if abs(product - scaled) > self.tolerance:
                return False
        return not values.get("charge_date") or bool(self.days[values["charge_date"]])

    def around(self, *, shared: Mapping[str, str], today: date | None) -> Around | None:
        """Bounds of the work of a matter; None when charges have to be judged one by one."""
        if not self.usable:
            return None
        names = ("BILLING_START_DATE", "BILLING_END_DATE", "INVOICE_DATE")
        days = {name: self.days[shared.get(name, "")] for name in names}
        billed = day_of(value=days["INVOICE_DATE"])
        lowest = days["BILLING_START_DATE"] or EARLIEST
        if self.profile.ageing_days is not None and billed is not None:
            oldest = billed - timedelta(days=min(self.profile.ageing_days, billed.toordinal() - 1))
            lowest = max(lowest, f"{oldest:%Y%m%d}")
        ends = [days["BILLING_END_DATE"] or LATEST, days["INVOICE_DATE"] or LATEST]
        highest = min(*ends, f"{today:%Y%m%d}" if today is not None else LATEST)
        return Around(lowest, highest, shared.get("CLIENT_MATTER_ID", ""))

    def clean(
        self, *, name: str, values: Mapping[str, str], around: Around, people: Mapping[str, tuple[str, str]]
    ) -> bool:
        """Tell whether a charge gives no finding beside the others of its matter."""
        allowed = self.profile.matters
        if allowed is not None and around.matter not in allowed:
            return False
        day, *coded, who, units, cost, total = [values.get(element, "") for element in self.names[name]]
        kind = "F" if name == "fee" else "E"
        code = (kind, *coded)
        if code not in self.codes.good and self.codes.bad_rows(*([value] for value in code)):
            return False
        if day and not max(around.lowest, self.floor) <= self.days[day] <= around.highest:
            return False
        if kind == "F":
            last, level = people.get(who, ("", ""))
            if not (who and last and (coded[3] or timekeeper_classes().get(level) == "2014")):
                return False
        if not (units and cost and total):
            return False
        amounts = self.amounts
        discount = amounts[values.get("item_disc_cred_amount") or values.get("discount_amount") or "0"] * SCALE
        slip = amounts[units] * amounts[cost] - amounts[total] * SCALE
        return min(abs(slip + discount), abs(slip - discount)) <= self.tolerance

    def _judge_codes(self, coded: tuple[str, str, str, str, str]) -> bool:
        kind, task, expense, activity, grade = coded
        if kind == "F":
            if expense or (self.profile.task_billing and not (task and activity)):
                return False
        elif not expense or task or activity:
            return False
        if grade and timekeeper_classes().get(grade) != "2014":
            return False
        return self.listed(task=task, activity=activity, expense=expense)
