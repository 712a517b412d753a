"""Write records of bills as LEDES XML, with the elements we know of each version and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import count, groupby
from xml.sax.saxutils import escape

from chancery.engines.billing.ledes import LedesRefused
from chancery.engines.billing.ledes_records import BillRecord
from chancery.engines.billing.ledes_writing import amount_text
from chancery.engines.billing.ledes_xml_reading import NUMERIC, elements

ZERO, CENT = Decimal(0), Decimal("0.01")
NAMESPACES = {
    "2.0": "http://www.ledes.org/LEDES20.xsd",
    "2.1": "http://www.ledes.org/LEDES21.xsd",
    "2.2": "http://www.ledes.org/LEDES22.xsd",
}
FORBIDDEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
FEES, COSTS = ("F", "IF"), ("E", "IE")


def write_xml(*, records: Iterable[BillRecord], version: str) -> Iterator[bytes]:
    """The file in parts, one invoice each. version: "2000", "2.0", "2.1" or "2.2".

    Neighbouring records of one firm, client, invoice and matter are put together; line numbers become
    ``file_item_nbr``, unique in the file. Tax is told for each matter, on fees and on costs. 2000 tells adjustments
    of the invoice as one sum for each matter; the others have no place for an adjustment of a single expense, which
    becomes an adjustment of the matter's expenses. Refuses: field_missing (an element the format asks for).
    The elements are those of data/ledes_xml_elements.csv, some recalled: validate against the receiver's schema.
    """
    writer = _Writer(version)
    if version == "2000":
        yield b"<?xml version='1.0' encoding='UTF-8'?>\n"
        yield b"<!DOCTYPE ledesxml SYSTEM 'http://www.ledes.org/ledes2000.dtd'>\n<ledesxml>\n"
    else:
        head = f"<?xml version='1.0' encoding='UTF-8'?>\n<ledesxmlebilling{version} xmlns='{NAMESPACES[version]}'>\n"
        yield head.encode()
    for _, firm in groupby(records, key=lambda record: record.get("LAW_FIRM_ID", "")):
        yield from writer.firm(firm)
    yield b"</ledesxml>\n" if version == "2000" else f"</ledesxmlebilling{version}>\n".encode()


class _Writer:
    def __init__(self, version: str) -> None:
        self.version, self.known = version, elements(version=version)
        self.items = count(1)
        # Records before the matter being written, and the record a refusal names.
        self.before, self.place = 0, 1

    def firm(self, records: Iterator[BillRecord]) -> Iterator[bytes]:
        """One firm with its clients, an invoice at a time."""
        current: tuple[str, ...] = ()
        for invoice, lines in groupby(
            records, key=lambda row: (row.get("CLIENT_ID", ""), row.get("INVOICE_NUMBER", ""))
        ):
            held = list(lines)
            head = held[0]
            client = (invoice[0],)
            text = ""
            if not current:
                text += self._open("firm", head, 1) + self._address("lf_address", head, 2) + self._item(2)
            if client != current:
                if current:
                    text += self._close("client", 1 if self.version == "2000" else 2)
                if self.version == "2000" and not current:
                    text += self._close("firm", 1)
                text += self._open("client", head, 2) + self._address("cl_address", head, 3) + self._item(3)
                current = client
            yield (text + self._invoice(held)).encode("utf-8")
        text = self._close("client", 2)
        if self.version != "2000":
            text += self._close("firm", 1)
        yield text.encode()

    def _invoice(self, records: Sequence[BillRecord]) -> str:
        head = dict(records[0])
        if not head.get("INVOICE_TAX_TOTAL"):
            head["INVOICE_TAX_TOTAL"] = f"{_sum(records, 'LINE_ITEM_TAX_TOTAL', ('F', 'E', 'IF', 'IE')):f}"
        text = self._open("invoice", head, 3) + self._item(4)
        for _, lines in groupby(records, key=lambda row: (row.get("LAW_FIRM_MATTER_ID"), row.get("CLIENT_MATTER_ID"))):
            text += self._matter(list(lines))
        return text + self._close("invoice", 3)

    def _matter(self, records: Sequence[BillRecord]) -> str:
        sums = _matter_sums(
            records, ZERO if self.version == "2000" else sum((moved(record=record) for record in records), ZERO)
        )
        self.place = self.before + 1
        text = self._open("matter", records[0], 4, sums) + self._item(5)
        if self.version != "2000":
            for record in records:
                kind = record.get("EXP/FEE/INV_ADJ_TYPE")
                amount = _net(record) if kind in ("IF", "IE") else moved(record=record)
                if amount or kind in ("IF", "IE"):
                    text += self._credit(amount, "Fee" if kind == "IF" else "Expense")
        people: dict[str, BillRecord] = {}
        for record in records:
            if record.get("TIMEKEEPER_ID") and record.get("EXP/FEE/INV_ADJ_TYPE") == "F":
                people.setdefault(record["TIMEKEEPER_ID"], record)
        for record in people.values():
            text += self._segment("tk_sum", _named(record), 5, {"tk_rate": _money(record.get("LINE_ITEM_UNIT_COST"))})
        for kind, name in (("F", "fee"), ("E", "expense")):
            for place, record in enumerate(records, start=self.before + 1):
                self.place = place
                if record.get("EXP/FEE/INV_ADJ_TYPE") == kind:
                    off = ZERO if self.version == "2000" else moved(record=record)
                    text += self._segment(name, record, 5, _charge(record, off))
        self.before += len(records)
        return text + self._close("matter", 4)

    def _credit(self, amount: Decimal, category: str) -> str:
        return self._segment(
            "matter_disc_cred",
            {},
            5,
            {
                "disc_cred": "MIA",
                "disc_cred_category": category,
                "increase_decrease": "Increase" if amount > 0 else "Decrease",
                "disc_cred_amount": amount_text(abs(amount)),
            },
        )

    def _segment(self, name: str, record: BillRecord, depth: int, extra: dict[str, str]) -> str:
        return self._open(name, record, depth, extra) + self._item(depth + 1) + self._close(name, depth)

    def _address(self, name: str, record: BillRecord, depth: int) -> str:
        inner = self._leaves(name, record, depth + 1, {})
        return f"{'  ' * depth}<{name}>\n{inner}{'  ' * depth}</{name}>\n" if inner else ""

    def _open(self, name: str, record: BillRecord, depth: int, extra: dict[str, str] | None = None) -> str:
        return f"{'  ' * depth}<{name}>\n" + self._leaves(name, record, depth + 1, extra or {})

    def _close(self, name: str, depth: int) -> str:
        return f"{'  ' * depth}</{name}>\n"

    def _item(self, depth: int) -> str:
        return f"{'  ' * depth}<file_item_nbr>{next(self.items)}</file_item_nbr>\n"

    def _leaves(self, segment: str, record: BillRecord, depth: int, extra: dict[str, str]) -> str:
        text = ""
        for element in self.known.get(segment, ()):
            value = extra.get(element.name)
            if value is None:
                value = record.get(element.field, "") if element.field else ""
                if element.field.endswith("_DATE") and len(value) == 8:
                    value = f"{value[:4]}-{value[4:6]}-{value[6:]}"
            value = _allowed(value)
            if value and element.field in NUMERIC:
                value = amount_text(Decimal(value))
            if not value and element.required:
                raise LedesRefused(
                    "Line %(line)s: %(field)s is empty.", code="field_missing", line=self.place, field=element.name
                )
            if value:
                text += f"{'  ' * depth}<{element.name}>{escape(value)}</{element.name}>\n"
        return text


def _invoice_key(record: BillRecord) -> tuple[str, str]:
    return record.get("CLIENT_ID", ""), record.get("INVOICE_NUMBER", "")


def _allowed(text: str) -> str:
    """Text without the characters XML cannot hold; line breaks become spaces."""
    kept = (
        letter if letter >= " " and not 0xD800 <= ord(letter) <= 0xDFFF and letter not in "\ufffe\uffff" else " "
        for letter in text
    )
    return " ".join("".join(kept).split())


def _money(text: str | None) -> str:
    return amount_text(Decimal(text)) if text else ""


def _net(record: BillRecord) -> Decimal:
    return Decimal(record.get("LINE_ITEM_TOTAL") or "0") - Decimal(record.get("LINE_ITEM_TAX_TOTAL") or "0")


def moved(*, record: BillRecord) -> Decimal:
    """The adjustment of a single expense, if the expense adds up with it."""
    if record.get("EXP/FEE/INV_ADJ_TYPE") != "E":
        return ZERO
    adjustment = Decimal(record.get("LINE_ITEM_ADJUSTMENT_AMOUNT") or "0")
    units = Decimal(record.get("LINE_ITEM_NUMBER_OF_UNITS") or "0")
    base = units * Decimal(record.get("LINE_ITEM_UNIT_COST") or "0")
    return adjustment if abs(base + adjustment - _net(record)) <= CENT else ZERO


def _charge(record: BillRecord, off: Decimal) -> dict[str, str]:
    units = Decimal(record.get("LINE_ITEM_NUMBER_OF_UNITS") or "0")
    rate = Decimal(record.get("LINE_ITEM_UNIT_COST") or "0")
    adjustment = amount_text(Decimal(record.get("LINE_ITEM_ADJUSTMENT_AMOUNT") or "0"))
    return {
        "charge_type": "U",
        "base_amount": amount_text(units * rate),
        "item_disc_cred_amount": adjustment,
        "discount_amount": adjustment,
        "total_amount": amount_text(_net(record) - off),
    }


def _named(record: BillRecord) -> BillRecord:
    if record.get("TIMEKEEPER_LAST_NAME"):
        return record
    last, _, first = record.get("TIMEKEEPER_NAME", "").partition(",")
    return {**record, "TIMEKEEPER_LAST_NAME": last.strip(), "TIMEKEEPER_FIRST_NAME": first.strip()}


def _sum(records: Sequence[BillRecord], name: str, kinds: tuple[str, ...]) -> Decimal:
    held = [record for record in records if record.get("EXP/FEE/INV_ADJ_TYPE") in kinds]
    return sum((Decimal(record.get(name) or "0") for record in held), ZERO)


def _matter_sums(records: Sequence[BillRecord], off: Decimal) -> dict[str, str]:
    """Totals of a matter: details, adjustments, tax, and what is due. off: told beside the expenses, not in them."""

    def net(*kinds: str) -> Decimal:
        return _sum(records, "LINE_ITEM_TOTAL", kinds) - _sum(records, "LINE_ITEM_TAX_TOTAL", kinds)

    fees, costs, off_fees, off_costs = net("F"), net("E") - off, net("IF"), net("IE") + off
    tax_fees, tax_costs = _sum(records, "LINE_ITEM_TAX_TOTAL", FEES), _sum(records, "LINE_ITEM_TAX_TOTAL", COSTS)
    sums = {
        "matter_total_detail_fees": fees,
        "matter_total_detail_exp": costs,
        "matter_disc_credit_fees": off_fees,
        "matter_disc_credit_exp": off_costs,
        "matter_disc_cred_total": off_fees + off_costs,
        "matter_adj_on_fees": off_fees,
        "matter_adj_on_exp": off_costs,
        "matter_tax_on_fees": tax_fees,
        "matter_tax_on_exp": tax_costs,
        "matter_net_fees": fees + off_fees,
        "matter_net_exp": costs + off_costs,
        "matter_total_due": fees + off_fees + costs + off_costs + tax_fees + tax_costs,
    }
    return {"matter_final_bill": "N", **{name: amount_text(amount) for name, amount in sums.items()}}
