"""Records of bills by the field names of LEDES 98BI, the widest flat format: what every format is turned into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from chancery.engines.billing.ledes_reading import MARKERS, FormatName, body_of, day_of, field_rules, number_of
from chancery.engines.billing.ledes_stream import FileRefused, Notes, blocks, opened

# Field name → text. Fields a format does not have are absent.
BillRecord = Mapping[str, str]


def flat_records(*, data: bytes | str | BinaryIO, encoding: str = "auto") -> Iterator[BillRecord]:
    """The records of a LEDES 1998B or 98BI file, one after the other.

    Refuses what cannot be carried on without loss: not_ledes (no known marker), record_broken (fields cannot be
    counted), value_broken (a date or number cannot be read), each with the line. Wrong sums are carried as they are.
    """
    format_name: FormatName | None = None
    named = False
    for block in blocks(stream=opened(data), notes=Notes(), encoding=encoding):
        for number, text in enumerate(block.lines, start=block.first_line):
            if not text.strip():
                continue
            if format_name is None:
                format_name = _format(text)
            elif not named:
                named = True
                if not text.lstrip().upper().startswith("INVOICE_DATE|"):
                    yield _record(format_name, number, text)
            else:
                yield _record(format_name, number, text)
    if format_name is None:
        raise FileRefused("The file is empty.", code="not_ledes")


def _format(text: str) -> FormatName:
    found = MARKERS.get(text.strip())
    if found is None:
        raise FileRefused("The first record is not the marker of a known format.", code="not_ledes")
    return found


def _record(format_name: FormatName, number: int, text: str) -> BillRecord:
    rules = field_rules(format_name=format_name)
    values = [value.strip() for value in body_of(line=text)[0].split("|")]
    if len(values) != len(rules):
        raise FileRefused(
            "Line %(line)s has %(count)s fields instead of %(wanted)s.",
            code="record_broken",
            line=number,
            count=len(values),
            wanted=len(rules),
        )
    for rule, value in zip(rules, values, strict=True):
        numeric = rule.type in ("number", "rate")
        broken = numeric and number_of(value=value, size=rule.size)[0] is None
        if value and (broken or (rule.type == "date" and day_of(value=value) is None)):
            raise FileRefused(
                "Line %(line)s: %(field)s cannot be read: %(value)s.",
                code="value_broken",
                line=number,
                field=rule.name,
                value=value[:60],
            )
    return {rule.name: value for rule, value in zip(rules, values, strict=True)}
