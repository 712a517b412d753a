"""Read LEDES 1998B and 98BI files leniently into records; what is wrong becomes findings, never an error."""

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
MARKERS: Mapping[str, FormatName] = {
    "LEDES1998B[]": "1998B",
    "LEDES98BI V2[]": "98BI",
    "LEDES98BI[]": "98BI",
}
NUMBER = re.compile(r"[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))", re.ASCII)
DAY = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
LINE_BREAK = re.compile(r"\r\n|\n|\r")


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
    """One thing that is wrong or doubtful. line: number of the line in the file, None for the whole file."""

    rule: str
    severity: Literal["error", "warning"]
    line: int | None
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the validation, with its severity and sentence."""

    id: str
    severity: Literal["error", "warning"]
    sentence: str


@dataclass(slots=True)
class Record:
    """One data record: raw values by field name, and what could be read from them."""

    line: int
    values: dict[str, str]
    numbers: dict[str, Decimal] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return self.values["EXP/FEE/INV_ADJ_TYPE"]


@dataclass(slots=True)
class Reading:
    """What a file holds. incomplete: invoice numbers of which a record could not be read."""

    format: FormatName
    records: list[Record] = field(default_factory=list)
    findings: list[LedesFinding] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)

    def add(self, rule: str, line: int | None = None, name: str = "", message: str = "") -> None:
        """Note a finding under a rule."""
        held = rules()[rule]
        severity: Literal["error", "warning"] = held.severity
        self.findings.append(LedesFinding(rule, severity, line, name, message or held.sentence))

    def warn(self, rule: str, line: int | None, message: str) -> None:
        """Note something that a rule tolerates with a warning."""
        self.findings.append(LedesFinding(rule, "warning", line, "", message))


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


def read(*, data: bytes | str) -> Reading:
    """Split a file into records. Never raises on any content; time is linear in its size."""
    text, notes = _text(data)
    lines = LINE_BREAK.split(text)
    full = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    marker = full[0][1].strip() if full else ""
    format_name = MARKERS.get(marker) or _guess(full)
    reading = Reading(format_name)
    for message in notes:
        reading.add("W005", 1, "", message)
    _note_foreign(reading, full)
    if full and any(not line.strip() for line in lines[: full[-1][0]]):
        reading.add("W006")
    if not full:
        reading.add("E001", None, "", "The file is empty.")
        return reading
    if marker not in MARKERS:
        reading.add("E001", full[0][0])
    first_data = _check_names(reading, full)
    for number, line in full[first_data:]:
        _read_record(reading, number, line)
    return reading


def _text(data: bytes | str) -> tuple[str, list[str]]:
    """Decode as UTF-8, UTF-16 with a mark, or Windows-1252; a byte order mark is noted and dropped."""
    if isinstance(data, bytes):
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16", "replace"), ["The file is UTF-16, not ASCII."]
        data = _decoded(data)
    if data.startswith("\ufeff"):
        return data[1:], ["The file starts with a byte order mark."]
    return data, []


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _guess(full: list[tuple[int, str]]) -> FormatName:
    """Format by the number of fields, for files whose marker says nothing."""
    counts = [line.count("|") + 1 for _, line in full[1:3]]
    return "98BI" if any(count > 38 for count in counts) else "1998B"


def _note_foreign(reading: Reading, full: list[tuple[int, str]]) -> None:
    for number, line in full:
        if not line.isascii():
            places = [index + 1 for index, letter in enumerate(line) if not letter.isascii()]
            reading.add(
                "W005",
                number,
                "",
                f"{len(places)} characters outside ASCII, the first at column {places[0]}.",
            )


def _check_names(reading: Reading, full: list[tuple[int, str]]) -> int:
    """Check the record of field names; return the index of the first data record."""
    if len(full) < 2:
        reading.add("E002", None, "", "The record of field names is missing.")
        return len(full)
    number, line = full[1]
    body, ended = _body(reading, number, line)
    names = "|".join(rule.name for rule in field_rules(format_name=reading.format))
    if body == names:
        if not ended:
            reading.add("E003", number)
        return 2
    reading.add("E002", number)
    return 1 if DAY.match(body) and body.count("|") > 8 else 2


def _body(reading: Reading, number: int, line: str) -> tuple[str, bool]:
    """The record before its last [] and whether it has one; text after it is noted."""
    end = line.rfind("[]")
    tail = line[end + 2 :] if end >= 0 else ""
    # A mark followed by more fields belongs to a narrative: the record then lacks its end.
    if end < 0 or "|" in tail:
        return line, False
    if tail.strip():
        reading.warn("E003", number, "The text after [] is ignored.")
    return line[:end], True


def _read_record(reading: Reading, number: int, line: str) -> None:
    fields = field_rules(format_name=reading.format)
    body, ended = _body(reading, number, line)
    if not ended:
        reading.add("E003", number)
    values = [value.strip() for value in body.split("|")]
    if len(values) != len(fields):
        reading.add("E004", number, "", f"{len(values)} fields instead of {len(fields)}.")
        if len(values) > 1:
            reading.incomplete.add(values[1])
        return
    record = Record(number, {rule.name: value for rule, value in zip(fields, values, strict=True)})
    for rule in fields:
        _read_field(reading, record, rule)
    reading.records.append(record)


def _read_field(reading: Reading, record: Record, rule: FieldRule) -> None:
    value = record.values[rule.name]
    if not value:
        needed = rule.required == "R" or (rule.required == "C" and record.type in ("F", "E"))
        if needed:
            reading.add("E007", record.line, rule.name)
        return
    if rule.type == "date":
        day = _day(value)
        if day is None:
            reading.add("E009", record.line, rule.name)
        else:
            record.days[rule.name] = day
    elif rule.type in ("number", "rate"):
        _read_number(reading, record, rule, value)
    elif rule.type in ("type", "account"):
        allowed = ("F", "E", "IF", "IE") if rule.type == "type" else ("O", "T")
        if value not in allowed:
            reading.add("E012", record.line, rule.name, f"Not one of {', '.join(allowed)}.")
    elif _too_long(value, rule.size):
        reading.add("E008", record.line, rule.name, f"Longer than {rule.size}.")


def _too_long(value: str, size: str) -> bool:
    if size.endswith("K"):
        return len(value.encode("utf-8", "replace")) > int(size[:-1]) * 1024
    return len(value) > int(size)


def _day(value: str) -> date | None:
    match = DAY.fullmatch(value)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _read_number(reading: Reading, record: Record, rule: FieldRule, value: str) -> None:
    match = NUMBER.fullmatch(value)
    if match is None:
        reading.add("E010", record.line, rule.name)
        return
    whole, part = (match[1] or "").lstrip("0"), match[2] or match[3] or ""
    most, places = (int(digits) for digits in rule.size.split("."))
    number = Decimal(value)
    if len(whole) > most or len(part) > places or (rule.type == "rate" and number < 0):
        reading.add("E011", record.line, rule.name)
    if len(whole) <= 18 and len(part) <= 18:
        record.numbers[rule.name] = number
