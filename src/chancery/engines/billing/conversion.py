"""Turn an e-bill of one format into another, an invoice or a record at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from chancery.engines.billing.ledes import LedesRefused
from chancery.engines.billing.ledes_reading import field_rules
from chancery.engines.billing.ledes_records import BillRecord, flat_records
from chancery.engines.billing.ledes_stream import opened, peeked
from chancery.engines.billing.ledes_writing import write_flat
from chancery.engines.billing.ledes_xml import looks_like_xml
from chancery.engines.billing.ledes_xml_reading import XmlReader
from chancery.engines.billing.ledes_xml_writing import write_xml

FLAT = ("1998B", "98BI", "98BI V1")
FORMATS = (*FLAT, "XML 2000", "XML 2.0", "XML 2.1", "XML 2.2")


def bill_records(*, data: bytes | str | BinaryIO, encoding: str = "auto") -> Iterator[BillRecord]:
    """The records of a bill in any format."""
    head, stream = peeked(opened(data))
    if looks_like_xml(head=head):
        return XmlReader().records(stream)
    return flat_records(data=stream, encoding=encoding)


def convert(
    *,
    data: bytes | str | BinaryIO,
    to: str,
    values: Mapping[str, str] | None = None,
    ascii_only: bool = True,
    encoding: str = "auto",
) -> Iterator[bytes]:
    """The bill in another format, in parts.

    to: one of ``FORMATS``. values: fields of 98BI to fill where the source leaves them empty, such as MATTER_NAME.
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
    records = _filled(bill_records(data=data, encoding=encoding), given)
    if to in FLAT:
        return write_flat(records=records, to=to, ascii_only=ascii_only)
    return write_xml(records=records, version=to.removeprefix("XML "))


def _filled(records: Iterator[BillRecord], given: Mapping[str, str]) -> Iterator[BillRecord]:
    for record in records:
        yield {**record, **{name: value for name, value in given.items() if not record.get(name)}} if given else record
