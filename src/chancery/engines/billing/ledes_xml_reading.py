"""Records of bills from LEDES XML; what the flat formats lack is left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import BinaryIO

from chancery.engines.billing.codes import rows_of
from chancery.engines.billing.ledes_reading import NUMBER, day_of
from chancery.engines.billing.ledes_records import BillRecord
from chancery.engines.billing.ledes_stream import FileRefused, opened
from chancery.engines.billing.ledes_xml import ROOTS, Segment, Walker

VERSIONS = ("2000", "2.0", "2.1", "2.2")
ZERO = Decimal(0)
LINES_LIMIT = 200_000
# Products of two such numbers are still exact.
DIGITS = 11
# Elements that are read otherwise, or that follow from the lines.
COUNTED = frozenset(
    (
        *("file_item_nbr", "charge_type", "base_amount", "discount_amount", "item_disc_cred_amount", "total_amount"),
        *("tk_rate", "tk_hours", "tk_cost", "disc_cred", "disc_cred_category", "increase_decrease"),
        *("disc_cred_amount", "matter_final_bill", "matter_total_detail_fees", "matter_total_detail_exp"),
        *("matter_disc_credit_fees", "matter_disc_credit_exp", "matter_disc_cred_total", "matter_adj_on_fees"),
        *("matter_adj_on_exp", "matter_tax_on_fees", "matter_tax_on_exp", "matter_net_fees", "matter_net_exp"),
        "matter_total_due",
    )
)
NUMERIC = frozenset(
    ("INVOICE_TOTAL", "INVOICE_TAX_TOTAL", "LINE_ITEM_NUMBER_OF_UNITS", "LINE_ITEM_UNIT_COST", "LINE_ITEM_TOTAL")
)


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a segment: the field of 98BI it carries, if any. required: the format asks for it."""

    name: str
    field: str
    required: bool


@cache
def elements(*, version: str) -> Mapping[str, tuple[Element, ...]]:
    """The elements we know of a version, by segment, in their order."""
    found: dict[str, list[Element]] = {}
    for row in rows_of(table="ledes_xml_elements.csv"):
        if version in row["versions"].split():
            element = Element(row["element"], row["field"], row["required"] == "R")
            found.setdefault(row["segment"], []).append(element)
    return {segment: tuple(listed) for segment, listed in found.items()}


@cache
def _taken(*, version: str, segment: str) -> frozenset[str]:
    """Elements of a segment that become part of a record."""
    return COUNTED | {element.name for element in elements(version=version).get(segment, ()) if element.field}


def known_version(*, root: str, version: str) -> str:
    """The version a root element stands for, empty when it is none of ours; 2.0.4 counts as 2.0."""
    if not root.startswith(ROOTS):
        return ""
    short = ".".join(version.split(".")[:2]) if version else "2.0"
    return short if short in VERSIONS else ""


def plain_day(*, text: str) -> str:
    """A date written YYYY-MM-DD or YYYYMMDD as YYYYMMDD; anything else stays as it is."""
    short = text.replace("-", "") if len(text) == 10 and text[4:5] == "-" == text[7:8] else text
    return short if day_of(value=short) is not None else text


@dataclass(slots=True)
class _Invoice:
    """The matters of an invoice that is still open."""

    lines: list[dict[str, str]] = field(default_factory=list)
    people: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    matter_lines: list[dict[str, str]] = field(default_factory=list)


class XmlReader:
    """Turns segments into records, an invoice at a time."""

    def __init__(self, *, lost: Counter[str] | None = None) -> None:
        """lost: counts elements with text that no field of a record takes up."""
        self.lost: Counter[str] = lost if lost is not None else Counter()
        self.walker = Walker(opened=self._opened, closed=self._closed)
        self.ready: list[BillRecord] = []
        self.known: dict[str, dict[str, str]] = {}
        self.invoice = _Invoice()
        self.version = ""

    def records(self, data: bytes | str | BinaryIO) -> Iterator[BillRecord]:
        """The records in their order. Refuses: not_ledes (another root), value_broken, invoice_too_long, xml_…."""
        for _ in self.walker.steps(opened(data)):
            if self.walker.root and not self.version:
                self.version = known_version(root=self.walker.root, version=self.walker.version)
                if not self.version:
                    raise FileRefused("The root element is not one of LEDES XML.", code="not_ledes")
            yield from self.ready
            self.ready = []

    def _opened(self, segment: Segment) -> None:
        if not self.version:
            self.version = known_version(root=self.walker.root, version=self.walker.version) or "2.2"
        if segment.name == "firm":
            self.known.clear()
        elif segment.name == "client":
            self.known.pop("cl_address", None)
        elif segment.name == "invoice":
            self.invoice = _Invoice()
        elif segment.name == "matter":
            self.invoice.matter_lines, self.invoice.people = [], {}

    def _closed(self, segment: Segment) -> None:
        fields = self._fields(segment)
        taken = _taken(version=self.version, segment=segment.name)
        for name, leaf in segment.values.items():
            if name not in taken and leaf.text:
                self.lost[f"{segment.name}/{name}"] += 1
        if segment.name in ("firm", "lf_address", "cl_address"):
            self.known[segment.name] = fields
        elif segment.name == "tk_sum":
            level = segment.text("tk_level")
            names = (segment.text("tk_lname"), segment.text("tk_fname"), level)
            self.invoice.people[segment.text("tk_id")] = names
        elif segment.name in ("fee", "expense"):
            self._charge(segment, fields)
        elif segment.name == "matter_disc_cred":
            self._credit(segment)
        elif segment.name == "matter":
            self._matter(segment, fields)
        elif segment.name == "invoice":
            self._emit(fields)

    def _fields(self, segment: Segment) -> dict[str, str]:
        found = {}
        for element in elements(version=self.version).get(segment.name, ()):
            text = segment.text(element.name)
            if element.field in NUMERIC and text:
                self._number(segment, element.name)
            if element.field and text:
                found[element.field] = plain_day(text=text) if element.field.endswith("_DATE") else text
        return found

    def _charge(self, segment: Segment, fields: dict[str, str]) -> None:
        line = {
            **fields,
            "EXP/FEE/INV_ADJ_TYPE": "F" if segment.name == "fee" else "E",
            "LINE_ITEM_NUMBER": segment.text("file_item_nbr"),
        }
        if segment.name == "expense":
            line.pop("TIMEKEEPER_ID", None)
        units, rate = self._number(segment, "units"), self._number(segment, "rate")
        total = self._number(segment, "total_amount")
        # Whatever the sign of a discount in the file, the adjustment is what leads from units × rate to the total.
        adjustment = total - units * rate if segment.text("total_amount") else ZERO
        if round(adjustment, 2) == 0 or not self._number(segment, "item_disc_cred_amount", "discount_amount"):
            adjustment = ZERO
        line["LINE_ITEM_ADJUSTMENT_AMOUNT"] = f"{round(adjustment, 4):f}"
        self._keep(line)

    def _credit(self, segment: Segment) -> None:
        amount = abs(self._number(segment, "disc_cred_amount"))
        if segment.text("increase_decrease")[:1].upper() != "I":
            amount = -amount
        on_costs = segment.text("disc_cred_category")[:1].upper() == "E"
        self._adjustment("IE" if on_costs else "IF", amount, segment.text("file_item_nbr"))

    def _adjustment(self, kind: str, amount: Decimal, number: str) -> None:
        text = f"{amount:f}"
        values = {"EXP/FEE/INV_ADJ_TYPE": kind, "LINE_ITEM_NUMBER": number, "LINE_ITEM_TOTAL": text}
        self._keep({**values, "LINE_ITEM_ADJUSTMENT_AMOUNT": text, "LINE_ITEM_DESCRIPTION": "Adjustment"})

    def _keep(self, line: dict[str, str]) -> None:
        self.invoice.matter_lines.append(line)
        if len(self.invoice.lines) + len(self.invoice.matter_lines) > LINES_LIMIT:
            raise FileRefused("One invoice has more than %(limit)s lines.", code="invoice_too_long", limit=LINES_LIMIT)

    def _matter(self, segment: Segment, fields: dict[str, str]) -> None:
        for name, kind in (("matter_adj_on_fees", "IF"), ("matter_adj_on_exp", "IE")):
            amount = self._number(segment, name)
            if amount:
                self._adjustment(kind, amount, f"{segment.text('lf_matter_id')[:16]}-{kind}")
        for line in self.invoice.matter_lines:
            last, first, level = self.invoice.people.get(line.get("TIMEKEEPER_ID", ""), ("", "", ""))
            if line.get("TIMEKEEPER_ID"):
                line["TIMEKEEPER_LAST_NAME"], line["TIMEKEEPER_FIRST_NAME"] = last, first
                line["TIMEKEEPER_NAME"] = last + (f", {first}" if first else "")
                line.setdefault("TIMEKEEPER_CLASSIFICATION", level)
        self._tax(segment, "matter_tax_on_fees", ("F", "IF"))
        self._tax(segment, "matter_tax_on_exp", ("E", "IE"))
        self.invoice.lines += [{**line, **fields} for line in self.invoice.matter_lines]

    def _tax(self, segment: Segment, name: str, kinds: tuple[str, str]) -> None:
        """The tax of a matter, shared out over its lines in proportion; the last line takes what rounding leaves."""
        tax = self._number(segment, name)
        lines = [line for line in self.invoice.matter_lines if line["EXP/FEE/INV_ADJ_TYPE"] in kinds]
        amounts = [Decimal(line.get("LINE_ITEM_TOTAL") or "0") for line in lines]
        whole = sum(amounts, ZERO)
        left = tax
        for place, (line, amount) in enumerate(zip(lines, amounts, strict=True)):
            last = place == len(lines) - 1
            share = left if last else round(tax * amount / whole, 2) if whole else ZERO
            left -= share
            line["LINE_ITEM_TAX_TOTAL"] = f"{share:f}"
            line["LINE_ITEM_TOTAL"] = f"{amount + share:f}"

    def _emit(self, fields: dict[str, str]) -> None:
        # In 2000 the firm stands beside its clients and is closed before them.
        shared: dict[str, str] = dict(self.known.get("firm", {}))
        for segment in self.walker.open:
            shared |= self._fields(segment)
        shared |= self.known.get("lf_address", {}) | self.known.get("cl_address", {}) | fields
        taxes = sum((Decimal(line.get("LINE_ITEM_TAX_TOTAL") or "0") for line in self.invoice.lines), ZERO)
        if taxes:
            shared.setdefault("INVOICE_TAX_TOTAL", f"{taxes:f}")
        for line in self.invoice.lines:
            line.setdefault("LINE_ITEM_DATE", shared.get("BILLING_END_DATE", ""))
            self.ready.append({**shared, **line})

    def _number(self, segment: Segment, *names: str) -> Decimal:
        for name in names:
            text = segment.text(name)
            if not text:
                continue
            match = NUMBER.fullmatch(text)
            if match is None or len((match[1] or "").lstrip("0")) > DIGITS or len(text) > 30:
                raise FileRefused(
                    "Line %(line)s: %(field)s cannot be read: %(value)s.",
                    code="value_broken",
                    line=segment.values[name].line,
                    field=name,
                    value=text[:60],
                )
            return Decimal(text)
        return ZERO
