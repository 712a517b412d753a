"""Turn an e-bill of one format into another, an invoice or a record at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import BinaryIO

from chancery.engines.billing.ledes import LedesRefused
from chancery.engines.billing.ledes_reading import field_rules
from chancery.engines.billing.ledes_records import BillRecord, flat_records
from chancery.engines.billing.ledes_stream import opened, peeked
from chancery.engines.billing.ledes_writing import write_flat
from chancery.engines.billing.ledes_xml import looks_like_xml
from chancery.engines.billing.ledes_xml_reading import XmlReader, elements
from chancery.engines.billing.ledes_xml_writing import moved, write_xml

FLAT = ("1998B", "98BI", "98BI V1")
# Written or read back from other fields; in XML amounts are summed, and lines are numbered anew.
FOLLOWING = frozenset(("INVOICE_NET_TOTAL", "TIMEKEEPER_NAME", "TIMEKEEPER_LAST_NAME", "TIMEKEEPER_FIRST_NAME"))
SUMMED = frozenset(
    (
        *("EXP/FEE/INV_ADJ_TYPE", "LINE_ITEM_NUMBER", "LINE_ITEM_ADJUSTMENT_AMOUNT", "LINE_ITEM_TOTAL"),
        *("LINE_ITEM_TAX_TOTAL", "INVOICE_TAX_TOTAL"),
    )
)
FORMATS = (*FLAT, "XML 2000", "XML 2.0", "XML 2.1", "XML 2.2")


def bill_records(
    *, data: bytes | str | BinaryIO, encoding: str = "auto", lost: Counter[str] | None = None
) -> Iterator[BillRecord]:
    """The records of a bill in any format. lost: counts XML elements that no field of a record takes up."""
    head, stream = peeked(opened(data))
    if looks_like_xml(head=head):
        return XmlReader(lost=lost).records(stream)
    return flat_records(data=stream, encoding=encoding)


def convert(
    *,
    data: bytes | str | BinaryIO,
    to: str,
    values: Mapping[str, str] | None = None,
    ascii_only: bool = True,
    encoding: str = "auto",
    lost: Counter[str] | None = None,
) -> Iterator[bytes]:
    """The bill in another format, in parts.

    to: one of ``FORMATS``. values: fields of 98BI to fill where the source leaves them empty, such as MATTER_NAME.
    lost: counts, by field or XML element, values that have no place in the new format; complete after the last part.
    Refuses: format_unknown, field_unknown, and whatever reading and writing refuse; until the last part is taken
    nothing is certain, so write it to a file that appears whole or not at all.
    """
    if to not in FORMATS:
        raise LedesRefused("The format %(format)s is not known.", code="format_unknown", format=to[:40])
    given = dict(values or {})
    known = {rule.name for rule in field_rules(format_name="98BI")}
    for name in given:
        if name not in known:
            raise LedesRefused("There is no field %(field)s.", code="field_unknown", field=name[:60])
    counted: Counter[str] = lost if lost is not None else Counter()
    records = _told(_filled(bill_records(data=data, encoding=encoding, lost=counted), given), to, counted)
    if to in FLAT:
        return write_flat(records=records, to=to, ascii_only=ascii_only)
    return write_xml(records=records, version=to.removeprefix("XML "))


def _filled(records: Iterator[BillRecord], given: Mapping[str, str]) -> Iterator[BillRecord]:
    for record in records:
        yield {**record, **{name: value for name, value in given.items() if not record.get(name)}} if given else record


def _told(records: Iterator[BillRecord], to: str, lost: Counter[str]) -> Iterator[BillRecord]:
    """The records as they are; values without a place in the new format are counted."""
    for record in records:
        places = _places(to=to, kind=record.get("EXP/FEE/INV_ADJ_TYPE", ""))
        for name, value in record.items():
            if value and name not in places and not (name == "ACCOUNT_TYPE" and value == "O") and not _nothing(value):
                lost[name] += 1
        if to.startswith("XML 2.") and moved(record=record):
            lost["LINE_ITEM_ADJUSTMENT_AMOUNT"] += 1
        yield record


def _nothing(value: str) -> bool:
    return not value.strip("+-0.") and any(letter == "0" for letter in value)


@cache
def _places(*, to: str, kind: str) -> frozenset[str]:
    """Fields of a record of that kind whose values the format can carry or that follow from others."""
    if to in FLAT:
        fields = {rule.name for rule in field_rules(format_name="1998B" if to == "1998B" else "98BI")}
        return frozenset(fields | FOLLOWING)
    own = {"F": ("fee", "tk_sum"), "E": ("expense",)}.get(kind, ())
    segments = ("firm", "lf_address", "client", "cl_address", "invoice", "matter", *own)
    known = elements(version=to.removeprefix("XML "))
    return frozenset(element.field for segment in segments for element in known[segment]) | FOLLOWING | SUMMED
