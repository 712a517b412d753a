"""Judge LEDES XML bills as a stream: elements that are missing or unreadable, sums, dates, codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from chancery.engines.billing.codes import currencies
from chancery.engines.billing.invoice_rules import LineNumbers
from chancery.engines.billing.ledes_reading import (
    LedesFinding,
    Record,
    Report,
    day_of,
    field_rules,
    number_of,
)
from chancery.engines.billing.ledes_stream import opened
from chancery.engines.billing.ledes_xml import Leaf, Segment, Walker, segment_of
from chancery.engines.billing.ledes_xml_pieces import Piece
from chancery.engines.billing.ledes_xml_plain import AMOUNTS, SIZE, PlainCharges
from chancery.engines.billing.ledes_xml_reading import elements, known_version, plain_day
from chancery.engines.billing.line_rules import check_record
from chancery.engines.billing.receiver import Profile
from chancery.foundation.money import minor_digits

ZERO = Decimal(0)
# Segment → the one it stands in. In 2000 the firm stands beside its clients.
AROUND = {"client": "firm", "invoice": "client", "matter": "invoice"} | dict.fromkeys(
    ("fee", "expense", "tk_sum"), "matter"
)


@dataclass(slots=True)
class _Open:
    """Sums of the invoice and matter being read. known: False when an amount of them could not be read."""

    start: date | None = None
    end: date | None = None
    billed: date | None = None
    due: Decimal = ZERO
    due_known: bool = True
    tax: Decimal = ZERO
    tax_known: bool = True
    matters: int = 0
    fees: Decimal = ZERO
    costs: Decimal = ZERO
    known: bool = True
    charges: list[Segment | tuple[Piece, dict[str, str]]] = field(default_factory=list)
    people: dict[str, tuple[str, str]] = field(default_factory=dict)


class XmlChecking:
    """One pass over an XML bill; the counterpart of ``validation.Checking`` for the flat formats."""

    def __init__(self, *, profile: Profile | None = None, today: date | None = None, short_way: bool = True) -> None:
        self.profile, self.today = profile or Profile(), today
        self.report = Report(severities=self.profile.severities)
        self.walker = Walker(opened=self._opened, closed=self._closed, plain=self._plain if short_way else None)
        self.version = ""
        self._quick: PlainCharges | None = None
        self.marked = False
        self.records = self.invoices = 0
        self._items = LineNumbers()
        self._missing: set[str] = set()
        self._at = _Open()

    @property
    def format(self) -> str:
        """The format as people call it."""
        return f"XML {self.version}"

    def run(self, data: bytes | str | BinaryIO) -> Iterator[list[LedesFinding]]:
        """Findings as they are met. Refuses what cannot be walked through (``ledes_xml.Walker``)."""
        seen = False
        for _ in self.walker.steps(opened(data)):
            if self.walker.root and not seen:
                seen = True
                self._root()
            yield self.report.drain()
        if self.marked and not self.invoices:
            self.report.add("E007", None, "invoice", "The file holds no invoice.")
            yield self.report.drain()

    def _root(self) -> None:
        self.version = known_version(root=self.walker.root, version=self.walker.version)
        self.marked = bool(self.version)
        if not self.version:
            self.version = "2.2"
            self.report.add("E001", 1, self.walker.root[:40], "The root element is not one of LEDES XML.", offset=0)

    def _opened(self, segment: Segment) -> None:
        if not self.version:
            self._root_seen()
        self._place(segment.name, segment.line, segment.offset)
        if segment.name == "invoice":
            self.invoices += 1
            self._at = _Open()
        elif segment.name == "matter":
            self._at.fees = self._at.costs = ZERO
            self._at.known, self._at.people = True, {}

    def _place(self, name: str, line: int, offset: int) -> None:
        """Report a segment that is missing around another, once."""
        if not known_version(root=self.walker.root, version=self.walker.version):
            return
        wanted = AROUND.get(name, "")
        known = not wanted or (wanted == "firm" and self.version == "2000") or wanted in self._missing
        if not known and all(above.name != wanted for above in self.walker.open):
            self._missing.add(wanted)
            self.report.add("E007", line, wanted, f"The segment {wanted} is missing around {name}.", offset=offset)

    def _root_seen(self) -> None:
        self.version = known_version(root=self.walker.root, version=self.walker.version) or "2.2"

    def _closed(self, segment: Segment) -> None:
        if not known_version(root=self.walker.root, version=self.walker.version):
            return
        for element in elements(version=self.version).get(segment.name, ()):
            if element.required and not segment.text(element.name):
                self._note("E007", segment, element.name)
        amounts = self._amounts(segment)
        self._item(segment)
        if segment.name in ("fee", "expense"):
            self.records += 1
            self._charge(segment, amounts)
        elif segment.name == "tk_sum":
            self._person({name: leaf.text for name, leaf in segment.values.items()})
        elif segment.name == "matter":
            self._matter(segment, amounts)
        elif segment.name == "invoice":
            self._invoice(segment, amounts)

    def _plain(self, piece: Piece, values: dict[str, str]) -> None:
        """The same as ``_closed`` for a segment that holds nothing but elements with text."""
        if self._quick is None:
            if not known_version(root=self.walker.root, version=self.walker.version):
                return
            self._quick = PlainCharges(elements=elements(version=self.version), profile=self.profile)
        if not self._quick.sound(name=piece.name, values=values):
            self._closed(segment_of(piece=piece))
            return
        if not self.walker.open or self.walker.open[-1].name != "matter":
            self._place(piece.name, piece.line, piece.offset)
        number = values.get("file_item_nbr")
        if number and not self._items.add(number=number):
            self._note("E035", segment_of(piece=piece), "file_item_nbr", f"{number[:40]} is used twice.")
        if piece.name == "tk_sum":
            self._person(values)
            return
        self.records += 1
        total = values.get("total_amount")
        self._count(piece.name, Decimal(total) if total else None)
        self._at.charges.append((piece, values))

    def _person(self, values: Mapping[str, str]) -> None:
        named = (values.get("tk_lname", ""), values.get("tk_level", ""))
        self._at.people.setdefault(values.get("tk_id", ""), named)

    def _count(self, name: str, total: Decimal | None) -> None:
        if total is None:
            self._at.known = False
        elif name == "fee":
            self._at.fees += total
        else:
            self._at.costs += total

    def _note(self, rule: str, segment: Segment, name: str, message: str = "") -> None:
        leaf = segment.values.get(name)
        line, offset = (leaf.line, leaf.offset) if leaf is not None else (segment.line, segment.offset)
        self.report.add(rule, line, name, message, offset=offset)

    def _amounts(self, segment: Segment) -> dict[str, Decimal]:
        found = {}
        for name, leaf in segment.values.items():
            if name not in AMOUNTS or not leaf.text:
                continue
            number, broken = number_of(value=leaf.text, size=SIZE)
            if broken:
                self._note(broken, segment, name)
            if number is not None:
                found[name] = number
        return found

    def _day(self, segment: Segment, name: str) -> date | None:
        text = segment.text(name)
        day = day_of(value=plain_day(text=text)) if text else None
        if text and day is None:
            self._note("E009", segment, name, "A date is not a calendar date written YYYY-MM-DD.")
        return day

    def _item(self, segment: Segment) -> None:
        number = segment.text("file_item_nbr")
        if number and not self._items.add(number=number):
            self._note("E035", segment, "file_item_nbr", f"{number[:40]} is used twice.")

    def _charge(self, segment: Segment, amounts: dict[str, Decimal]) -> None:
        self._count(segment.name, amounts.get("total_amount"))
        self._day(segment, "charge_date")
        base, units, cost = (amounts.get(name) for name in ("base_amount", "units", "rate"))
        if base is not None and units is not None and cost is not None:
            expected = units * cost
            if abs(base - expected) > self.profile.tolerance:
                self._note("E020", segment, "base_amount", f"{expected:f} was expected, {base:f} is given.")
        # Dates of the invoice and people stand elsewhere, maybe later: the rest waits until the invoice ends.
        self._at.charges.append(segment)

    def _judge_charges(self, shared: dict[str, str]) -> None:
        around = self._quick.around(shared=shared, today=self.today) if self._quick is not None else None
        for charge in self._at.charges:
            if isinstance(charge, Segment):
                self._record(charge, shared)
                continue
            piece, values = charge
            quick = self._quick if around is not None else None
            people = self._at.people
            if (
                quick is None
                or around is None
                or not quick.clean(name=piece.name, values=values, around=around, people=people)
            ):
                self._record(segment_of(piece=piece), shared)
        self._at.charges = []

    def _record(self, segment: Segment, shared: dict[str, str]) -> None:
        kind = "F" if segment.name == "fee" else "E"
        values = {rule.name: "" for rule in field_rules(format_name="1998B")} | shared
        leaves: dict[str, tuple[str, Leaf]] = {}
        for element in elements(version=self.version).get(segment.name, ()):
            leaf = segment.values.get(element.name)
            if element.field in values and leaf is not None:
                values[element.field] = leaf.text
                leaves[element.field] = (element.name, leaf)
        values["EXP/FEE/INV_ADJ_TYPE"] = kind
        if kind == "E":
            values["TIMEKEEPER_ID"] = ""
        elif values["TIMEKEEPER_ID"]:
            values["TIMEKEEPER_NAME"], level = self._at.people.get(values["TIMEKEEPER_ID"], ("", ""))
            values["TIMEKEEPER_CLASSIFICATION"] = values["TIMEKEEPER_CLASSIFICATION"] or level
        record = Record(segment.line, values, segment.offset)
        for name in ("LINE_ITEM_NUMBER_OF_UNITS", "LINE_ITEM_UNIT_COST", "LINE_ITEM_TOTAL"):
            number, broken = number_of(value=values[name], size=SIZE) if values[name] else (None, "")
            if number is not None and not broken:
                record.numbers[name] = number
        record.numbers["LINE_ITEM_ADJUSTMENT_AMOUNT"] = _discount(record, segment)
        for name in ("LINE_ITEM_DATE", "INVOICE_DATE", "BILLING_START_DATE", "BILLING_END_DATE"):
            day = day_of(value=plain_day(text=values[name])) if values[name] else None
            if day is not None:
                record.days[name] = day
        scratch = Report()
        record.text = "|" * len(values)
        check_record(report=scratch, record=record, format_name="1998B", profile=self.profile, today=self.today)
        for found in scratch.found:
            name, leaf = leaves.get(found.field, (found.field.lower(), Leaf("", segment.line, segment.offset)))
            self.report.add(found.rule, leaf.line, name, found.message, offset=leaf.offset)

    def _matter(self, segment: Segment, amounts: dict[str, Decimal]) -> None:
        at = self._at
        at.matters += 1
        taxes = [amounts.get(name) for name in ("matter_tax_on_fees", "matter_tax_on_exp")]
        at.tax_known = at.tax_known and None not in taxes
        at.tax += sum((tax for tax in taxes if tax is not None), ZERO)
        due = amounts.get("matter_total_due")
        at.due_known = at.due_known and due is not None
        at.due += due or ZERO
        for name, added in (("matter_total_detail_fees", at.fees), ("matter_total_detail_exp", at.costs)):
            given = amounts.get(name)
            if at.known and given is not None and given != added:
                self._note("E030", segment, name, f"The lines sum to {added:f}, {given:f} is given.")
        shared = {
            "CLIENT_MATTER_ID": segment.text("cl_matter_id"),
            "LAW_FIRM_MATTER_ID": segment.text("lf_matter_id"),
        }
        for above in self.walker.open:
            if above.name == "firm":
                shared["LAW_FIRM_ID"] = above.text("lf_vendor_id") or above.text("lf_tax_id")
            elif above.name == "invoice":
                shared["INVOICE_NUMBER"] = above.text("inv_id")
                shared["INVOICE_DATE"] = above.text("inv_date")
                shared["BILLING_START_DATE"] = above.text("inv_start_date")
                shared["BILLING_END_DATE"] = above.text("inv_end_date")
        self._judge_charges(shared)

    def _invoice(self, segment: Segment, amounts: dict[str, Decimal]) -> None:
        at = self._at
        self._day(segment, "inv_date")
        start, end = self._day(segment, "inv_start_date"), self._day(segment, "inv_end_date")
        if start is not None and end is not None and start > end:
            self._note("E033", segment, "inv_start_date")
        if not at.matters:
            self._note("E007", segment, "matter", "The invoice holds no matter.")
            return
        sums = (("inv_total_net_due", "E030", at.due_known, at.due), ("inv_total_tax", "E031", at.tax_known, at.tax))
        for name, rule, known, added in sums:
            given = amounts.get(name)
            if known and given is not None and given != added:
                self._note(rule, segment, name, f"The matters sum to {added:f}, {given:f} is given.")
        money = segment.text("inv_currency")
        if money and money not in currencies():
            self._note("E045", segment, "inv_currency", f"{money[:20]} is not a currency of ISO 4217.")
            return
        for name, *_ in sums if money else ():
            given = amounts.get(name)
            if given is not None and given != round(given, minor_digits(money)):
                self._note("E045", segment, name, f"More decimal places than {money} has.")


def _discount(record: Record, segment: Segment) -> Decimal:
    """The adjustment of a charge. Its sign differs between systems: the one that fits the total is taken."""
    text = segment.text("item_disc_cred_amount") or segment.text("discount_amount")
    number = number_of(value=text, size=SIZE)[0] if text else None
    if number is None:
        return ZERO
    units, cost = record.numbers.get("LINE_ITEM_NUMBER_OF_UNITS"), record.numbers.get("LINE_ITEM_UNIT_COST")
    total = record.numbers.get("LINE_ITEM_TOTAL")
    if units is None or cost is None or total is None:
        return number
    return number if abs(units * cost + number - total) <= abs(units * cost - number - total) else -number
