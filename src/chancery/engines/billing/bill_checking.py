"""Check a bill in whatever format it comes, and read its lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from chancery.engines.billing.bill_lines import ZERO, Line
from chancery.engines.billing.bill_reading import LineReader
from chancery.engines.billing.ledes_reading import day_of
from chancery.engines.billing.ledes_records import BillRecord
from chancery.engines.billing.ledes_stream import opened, peeked
from chancery.engines.billing.ledes_xml import looks_like_xml
from chancery.engines.billing.ledes_xml_checking import XmlChecking
from chancery.engines.billing.ledes_xml_reading import XmlReader
from chancery.engines.billing.receiver import Profile
from chancery.engines.billing.validation import Checking


def checking_for(
    *, data: bytes | str | BinaryIO, profile: Profile | None = None, today: date | None = None
) -> tuple[Checking | XmlChecking, BinaryIO]:
    """The checker for the format of a file, and the stream to run it on."""
    head, stream = peeked(opened(data))
    if looks_like_xml(head=head):
        return XmlChecking(profile=profile, today=today), stream
    return Checking(profile=profile, today=today), stream


def bill_lines(*, data: bytes | str | BinaryIO) -> tuple[Iterator[Line], LineReader]:
    """The lines of a bill in any format, and the reader that lists what it had to skip."""
    head, stream = peeked(opened(data))
    reader = LineReader()
    if looks_like_xml(head=head):
        return _from_records(XmlReader().records(stream), reader), reader
    return reader.read(stream), reader


def _from_records(records: Iterator[BillRecord], reader: LineReader) -> Iterator[Line]:
    for place, record in enumerate(records, start=1):
        line = _line(place, record)
        if line is None:
            reader.skipped.append(place)
        else:
            yield line


def _line(place: int, record: BillRecord) -> Line | None:
    def text(name: str) -> str:
        return record.get(name, "")

    billed, day = day_of(value=text("INVOICE_DATE")), day_of(value=text("LINE_ITEM_DATE"))
    if billed is None or day is None or not text("LINE_ITEM_TOTAL"):
        return None
    tax = Decimal(text("LINE_ITEM_TAX_TOTAL") or "0")
    return Line(
        line=place,
        invoice=text("INVOICE_NUMBER"),
        invoice_date=billed,
        client=text("CLIENT_ID"),
        firm=text("LAW_FIRM_ID"),
        matter=text("LAW_FIRM_MATTER_ID"),
        client_matter=text("CLIENT_MATTER_ID"),
        period_start=day_of(value=text("BILLING_START_DATE")),
        period_end=day_of(value=text("BILLING_END_DATE")),
        number=text("LINE_ITEM_NUMBER"),
        type=text("EXP/FEE/INV_ADJ_TYPE"),
        units=Decimal(text("LINE_ITEM_NUMBER_OF_UNITS") or "0"),
        rate=Decimal(text("LINE_ITEM_UNIT_COST") or "0"),
        adjustment=Decimal(text("LINE_ITEM_ADJUSTMENT_AMOUNT") or "0"),
        amount=Decimal(text("LINE_ITEM_TOTAL")) - tax,
        day=day,
        task=text("LINE_ITEM_TASK_CODE"),
        expense=text("LINE_ITEM_EXPENSE_CODE"),
        activity=text("LINE_ITEM_ACTIVITY_CODE"),
        person=text("TIMEKEEPER_ID"),
        name=text("TIMEKEEPER_NAME"),
        grade=text("TIMEKEEPER_CLASSIFICATION"),
        text=text("LINE_ITEM_DESCRIPTION"),
        currency=text("INVOICE_CURRENCY"),
        tax_rate=None,
        tax=tax if tax else ZERO,
        po=text("PO_NUMBER"),
        client_tax_id=text("CLIENT_TAX_ID"),
        raw="\x1f".join(f"{name}={value}" for name, value in sorted(record.items())),
    )
