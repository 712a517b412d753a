"""Write records of bills as LEDES 1998B and 98BI."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal

from chancery.engines.billing.ledes import SPELLINGS, LedesRefused
from chancery.engines.billing.ledes_reading import NUMBER, FieldRule, FormatName, day_of, field_rules
from chancery.engines.billing.ledes_records import BillRecord

END = "[]\r\n"
MARKS: dict[str, str] = {"1998B": "LEDES1998B", "98BI": "LEDES98BI V2", "98BI V1": "LEDES98BI"}
ZERO = Decimal(0)


def write_flat(*, records: Iterable[BillRecord], to: str, ascii_only: bool = True) -> Iterator[bytes]:
    """The file in parts: marker, names, one part a record. to: "1998B", "98BI" (V2) or "98BI V1".

    Pipes become slashes, [] becomes [ ], line breaks become spaces. ascii_only: letters are spelled in ASCII, and
    scripts that cannot be are refused (narrative_not_ascii); otherwise the file is UTF-8. Amounts are written with
    two to four decimal places. 98BI: tax of a line is zero, the account the firm's own and net the total without tax
    where the source says nothing. 1998B cannot carry tax (tax_not_carried). Also refuses: field_missing,
    field_too_long, amount_too_precise, amount_too_large, each with line and field. What was written reads back to
    the same records, and writes the same bytes again.
    """
    name: FormatName = "1998B" if to == "1998B" else "98BI"
    rules = field_rules(format_name=name)
    yield (MARKS[to] + END + "|".join(rule.name for rule in rules) + END).encode("ascii")
    for place, record in enumerate(records, start=1):
        values = _completed(record, place) if name == "98BI" else _without_tax(record, place)
        texts = [_text(rule, values, place, ascii_only) for rule in rules]
        yield ("|".join(texts) + END).encode("utf-8")


def _completed(record: BillRecord, place: int) -> BillRecord:
    """A record with what 98BI needs and 1998B does not have."""
    values = dict(record)
    values["ACCOUNT_TYPE"] = values.get("ACCOUNT_TYPE") or "O"
    values["LINE_ITEM_TAX_TOTAL"] = values.get("LINE_ITEM_TAX_TOTAL") or "0"
    if not values.get("INVOICE_NET_TOTAL"):
        tax = _decimal(values.get("INVOICE_TAX_TOTAL", ""), place, "INVOICE_TAX_TOTAL")
        values["INVOICE_NET_TOTAL"] = f"{_decimal(values.get('INVOICE_TOTAL', ''), place, 'INVOICE_TOTAL') - tax:f}"
    if not values.get("TIMEKEEPER_LAST_NAME") and values.get("TIMEKEEPER_NAME"):
        last, _, first = values["TIMEKEEPER_NAME"].partition(",")
        values["TIMEKEEPER_LAST_NAME"], values["TIMEKEEPER_FIRST_NAME"] = last.strip(), first.strip()
    return values


def _without_tax(record: BillRecord, place: int) -> BillRecord:
    for name in ("LINE_ITEM_TAX_TOTAL", "INVOICE_TAX_TOTAL"):
        if _decimal(record.get(name, ""), place, name):
            raise LedesRefused(
                "Record %(line)s: %(field)s is not zero, and LEDES 1998B cannot carry tax.",
                code="tax_not_carried",
                line=place,
                field=name,
            )
    values = dict(record)
    if not values.get("TIMEKEEPER_NAME") and values.get("TIMEKEEPER_LAST_NAME"):
        first = values.get("TIMEKEEPER_FIRST_NAME", "")
        values["TIMEKEEPER_NAME"] = values["TIMEKEEPER_LAST_NAME"] + (f", {first}" if first else "")
    return values


def _text(rule: FieldRule, record: BillRecord, place: int, ascii_only: bool) -> str:
    value = record.get(rule.name, "").strip()
    if not value:
        if rule.required == "R":
            raise LedesRefused("Line %(line)s: %(field)s is empty.", code="field_missing", line=place, field=rule.name)
        return ""
    if rule.type == "number":
        return _amount(rule, value, place)
    if rule.type == "date" and day_of(value=value) is None:
        raise _broken(place, rule.name, value)
    if rule.type in ("date", "rate", "type", "account"):
        return value
    text = _cleaned(value, rule.name, place, ascii_only)
    limit = int(rule.size.removesuffix("K")) * (1024 if rule.size.endswith("K") else 1)
    size = len(text.encode("utf-8")) if rule.size.endswith("K") else len(text)
    if size > limit:
        raise LedesRefused(
            "Line %(line)s: %(field)s is longer than %(limit)s characters.",
            code="field_too_long",
            line=place,
            field=rule.name,
            limit=limit,
        )
    return text


def _cleaned(value: str, name: str, place: int, ascii_only: bool) -> str:
    text = "".join(" " if ord(letter) < 32 or ord(letter) == 127 else letter for letter in value)
    if ascii_only and not text.isascii():
        spelled = unicodedata.normalize("NFKD", text.translate(SPELLINGS)).translate(SPELLINGS)
        text = "".join(letter for letter in spelled if not unicodedata.combining(letter))
        foreign = next((letter for letter in text if not letter.isascii()), "")
        if foreign:
            raise LedesRefused(
                "Line %(line)s: %(field)s holds %(sign)s, which the format cannot carry; write it in English.",
                code="narrative_not_ascii",
                line=place,
                field=name,
                sign=foreign,
            )
    while "[]" in text:
        text = text.replace("[]", "[ ]")
    text = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(text.replace("|", "/").split())


def _decimal(text: str, place: int, name: str) -> Decimal:
    if not text:
        return ZERO
    if not NUMBER.fullmatch(text) or len(text) > 40:
        raise _broken(place, name, text)
    return Decimal(text)


def _broken(place: int, name: str, value: str) -> LedesRefused:
    return LedesRefused(
        "Line %(line)s: %(field)s cannot be read: %(value)s.",
        code="value_broken",
        line=place,
        field=name,
        value=value[:60],
    )


def _amount(rule: FieldRule, value: str, place: int) -> str:
    number = _decimal(value, place, rule.name)
    whole, places = (int(part) for part in rule.size.split("."))
    if len(value.partition(".")[2].rstrip("0")) > min(places, 4):
        raise LedesRefused(
            "Line %(line)s: %(value)s has more than four decimal places.",
            code="amount_too_precise",
            line=place,
            value=value,
        )
    if abs(number) >= Decimal(10) ** whole:
        raise LedesRefused(
            "Line %(line)s: %(value)s has more than %(digits)s digits before the point.",
            code="amount_too_large",
            line=place,
            value=value,
            digits=whole,
        )
    return amount_text(number)


def amount_text(number: Decimal) -> str:
    """A plain decimal with two to four decimal places; zero has no sign."""
    text = f"{number:.4f}"
    while text.endswith("0") and text[-3] != ".":
        text = text[:-1]
    return "0.00" if Decimal(text) == 0 else text
