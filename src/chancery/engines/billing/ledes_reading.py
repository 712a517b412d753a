"""Read records of LEDES 1998B and 98BI leniently; what is wrong becomes findings, never an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

from chancery.engines.billing.codes import rows_of

FormatName = Literal["1998B", "98BI"]
Severity = Literal["error", "warning"]
MARKERS: Mapping[str, FormatName] = {
    "LEDES1998B[]": "1998B",
    "LEDES98BI V2[]": "98BI",
    "LEDES98BI[]": "98BI",
}
NUMBER = re.compile(r"[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))", re.ASCII)
DAY = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
FOREIGN = re.compile(r"[^\x00-\x7f]+")
# More runs of foreign letters than this in one record are counted, not listed.
RUNS_LISTED = 20


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field of a format. size: characters, or whole and decimal digits of a number."""

    position: int
    name: str
    type: str
    size: str
    required: str


@dataclass(frozen=True, slots=True)
class LedesFinding:
    """One thing that is wrong or doubtful.

    line: number of the line in the file, None for the whole file. offset: bytes before the field, or before the
    record where no field is named; None for the whole file.
    """

    rule: str
    severity: Severity
    line: int | None
    field: str
    message: str
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the validation, with its severity and sentence."""

    id: str
    severity: Severity
    sentence: str


@dataclass(slots=True)
class Record:
    """One data record: raw values by field name, and what could be read from them.

    start: bytes before the record in the file. text: the record as it stands, for offsets of its fields.
    """

    line: int
    values: dict[str, str]
    start: int = 0
    text: str = ""
    encoding: str = "utf-8"
    numbers: dict[str, Decimal] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return self.values["EXP/FEE/INV_ADJ_TYPE"]

    def offset_of(self, name: str) -> int:
        """Bytes before a field in the file."""
        if not name:
            return self.start
        before = self.text.split("|")[: list(self.values).index(name)]
        return self.start + bytes_of(text="".join(part + "|" for part in before), encoding=self.encoding)


class Report:
    """Collects findings; a receiver may give a rule another severity or ignore it."""

    def __init__(self, *, severities: Mapping[str, str] | None = None) -> None:
        self.severities = severities or {}
        self.found: list[LedesFinding] = []

    def add(
        self,
        rule: str,
        line: int | None = None,
        name: str = "",
        message: str = "",
        *,
        offset: int | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Note a finding under a rule."""
        held = rules()[rule]
        chosen = self.severities.get(rule, severity or held.severity)
        if chosen != "ignore":
            level: Severity = "error" if chosen == "error" else "warning"
            self.found.append(LedesFinding(rule, level, line, name, message or held.sentence, offset))

    def at(
        self, record: Record, rule: str, name: str = "", message: str = "", severity: Severity | None = None
    ) -> None:
        """Note a finding about a field of a record."""
        self.add(rule, record.line, name, message, offset=record.offset_of(name), severity=severity)

    def drain(self) -> list[LedesFinding]:
        """Hand over what was found since the last call."""
        found, self.found = self.found, []
        return found


@cache
def rules() -> Mapping[str, Rule]:
    """The rules by id."""
    return {
        row["id"]: Rule(row["id"], "error" if row["severity"] == "error" else "warning", row["sentence"])
        for row in rows_of(table="ledes_rules.csv")
    }


@cache
def field_rules(*, format_name: FormatName) -> tuple[FieldRule, ...]:
    """The fields of a format in their order."""
    return tuple(
        FieldRule(int(row["position"]), row["name"], row["type"], row["size"], row["required"])
        for row in rows_of(table="ledes_fields.csv")
        if row["format"] == format_name
    )


def bytes_of(*, text: str, encoding: str) -> int:
    """Number of bytes a text has in the file."""
    if text.isascii() and encoding in ("utf-8", "cp1252", "gb18030"):
        return len(text)
    return len(text.encode(encoding, "replace"))


def body_of(*, line: str) -> tuple[str, bool, bool]:
    """The record before its last [], whether it has one, and whether more text follows it."""
    end = line.rfind("[]")
    tail = line[end + 2 :] if end >= 0 else ""
    # A mark followed by more fields belongs to a narrative: the record then lacks its end.
    if end < 0 or "|" in tail:
        return line, False, False
    return line[:end], True, bool(tail.strip())


def note_foreign(*, report: Report, line: int, start: int, text: str, encoding: str) -> None:
    """Report every byte outside ASCII in a line, as runs of offsets in the file."""
    places: list[tuple[int, int]] = []
    count = 0
    for run in FOREIGN.finditer(text):
        count += len(run[0])
        if len(places) < RUNS_LISTED:
            first = start + bytes_of(text=text[: run.start()], encoding=encoding)
            places.append((first, first + bytes_of(text=run[0], encoding=encoding) - 1))
    listed = ", ".join(f"{first}–{last}" if last > first else str(first) for first, last in places)
    more = "" if len(places) < RUNS_LISTED else ", …"
    report.add("W005", line, "", f"{count} characters outside ASCII at bytes {listed}{more}.", offset=places[0][0])


def read_record(
    *, report: Report, fields: tuple[FieldRule, ...], line: int, start: int, text: str, encoding: str
) -> tuple[Record | None, str]:
    """Read one record and report what is wrong in it by itself.

    Returns the record, or None and the invoice number it seems to belong to when its fields cannot be counted.
    """
    body, ended, followed = body_of(line=text)
    if not ended:
        report.add("E003", line, offset=start)
    if followed:
        report.add("E003", line, "", "The text after [] is ignored.", offset=start, severity="warning")
    values = [value.strip() for value in body.split("|")]
    if len(values) != len(fields):
        report.add("E004", line, "", f"{len(values)} fields instead of {len(fields)}.", offset=start)
        return None, values[1] if len(values) > 1 else ""
    named = {rule.name: value for rule, value in zip(fields, values, strict=True)}
    record = Record(line, named, start, text, encoding)
    for rule in fields:
        read_field(report=report, record=record, rule=rule)
    return record, ""


def read_field(*, report: Report, record: Record, rule: FieldRule) -> None:
    """Read one field of a record and report what is wrong in it."""
    value = record.values[rule.name]
    if not value:
        needed = rule.required == "R" or (rule.required == "C" and record.type in ("F", "E"))
        if needed:
            report.at(record, "E007", rule.name)
        return
    if rule.type == "date":
        day = day_of(value=value)
        if day is None:
            report.at(record, "E009", rule.name)
        else:
            record.days[rule.name] = day
    elif rule.type in ("number", "rate"):
        _read_number(report, record, rule, value)
    elif rule.type in ("type", "account"):
        allowed = ("F", "E", "IF", "IE") if rule.type == "type" else ("O", "T")
        if value not in allowed:
            report.at(record, "E012", rule.name, f"Not one of {', '.join(allowed)}.")
    elif too_long(value=value, size=rule.size):
        report.at(record, "E008", rule.name, f"Longer than {rule.size}.")


def too_long(*, value: str, size: str) -> bool:
    """Tell whether a text has more characters than its field allows; a size with K counts bytes."""
    if size.endswith("K"):
        return len(value.encode("utf-8", "replace")) > int(size[:-1]) * 1024
    return len(value) > int(size)


def day_of(*, value: str) -> date | None:
    """The date written YYYYMMDD, or None."""
    match = DAY.fullmatch(value)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def number_of(*, value: str, size: str, rate: bool = False) -> tuple[Decimal | None, str]:
    """The plain decimal of a field and the rule it breaks: E010 unreadable, E011 too many digits or out of range."""
    match = NUMBER.fullmatch(value)
    if match is None:
        return None, "E010"
    whole, part = (match[1] or "").lstrip("0"), match[2] or match[3] or ""
    most, places = (int(digits) for digits in size.split("."))
    number = Decimal(value) if len(whole) <= 18 and len(part) <= 18 else None
    broken = len(whole) > most or len(part) > places or (rate and value.startswith("-") and number != 0)
    return number, "E011" if broken else ""


def _read_number(report: Report, record: Record, rule: FieldRule, value: str) -> None:
    number, broken = number_of(value=value, size=rule.size, rate=rule.type == "rate")
    if broken:
        report.at(record, broken, rule.name)
    if number is not None:
        record.numbers[rule.name] = number
