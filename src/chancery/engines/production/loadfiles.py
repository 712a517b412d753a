"""Read load files of any origin, forgivingly: every row that can be read, and every defect with its row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_SEPARATOR, _QUALIFIER, _NEWLINE = "\x14", "\xfe", "\xae"
_BREAK = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong with a volume. where: file and row, or the document's number; detail: plain English."""

    code: str
    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class LoadFile:
    """A load file of documents: field names, rows by field name, and what was wrong with it."""

    fields: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    defects: tuple[Defect, ...]


@dataclass(frozen=True, slots=True)
class PageLine:
    """One line of a page file. pages: 0 where none is stated; starts_document: the break flag is Y."""

    key: str
    volume: str
    path: str
    starts_document: bool
    pages: int


def decoded(*, data: bytes) -> str:
    """Return the text of a load file in UTF-8, UTF-16 (with mark) or Windows-1252."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_dat(*, path: Path) -> LoadFile:
    """Read a Concordance load file; unqualified values, quoted line ends, marks and odd columns are survived."""
    records = _records(decoded(data=path.read_bytes()))
    if not records:
        return LoadFile((), (), (Defect("dat_empty", path.name, "The load file has no header line."),))
    fields = tuple(name.strip().upper() for name in records[0])
    defects: list[Defect] = []
    for name in sorted({name for name in fields if fields.count(name) > 1}):
        defects.append(Defect("field_twice", f"{path.name} row 1", f"The field {name} stands twice."))
    rows: list[dict[str, str]] = []
    for number, record in enumerate(records[1:], 2):
        if len(record) != len(fields):
            detail = f"{len(record)} values instead of {len(fields)}."
            defects.append(Defect("column_count", f"{path.name} row {number}", detail))
        padded = (record + [""] * len(fields))[: len(fields)]
        rows.append(dict(zip(fields, padded, strict=True)))
    return LoadFile(fields, tuple(rows), tuple(defects))


def _records(text: str) -> list[list[str]]:
    records: list[list[str]] = []
    open_record = ""
    for line in _BREAK.split(text):
        open_record = open_record + "\n" + line if open_record else line
        if open_record.count(_QUALIFIER) % 2:
            continue
        if open_record:
            records.append([_value(part) for part in open_record.split(_SEPARATOR)])
        open_record = ""
    if open_record:
        records.append([_value(part) for part in open_record.split(_SEPARATOR)])
    return records


def _value(part: str) -> str:
    part = part.strip()
    if len(part) >= 2 and part[0] == part[-1] == _QUALIFIER:
        part = part[1:-1]
    return part.strip(_QUALIFIER).replace(_NEWLINE, "\n")


def read_opt(*, path: Path) -> tuple[tuple[PageLine, ...], tuple[Defect, ...]]:
    """Read an Opticon page file; lines that have not seven fields or no readable count are reported."""
    lines: list[PageLine] = []
    defects: list[Defect] = []
    for number, line in enumerate(_BREAK.split(decoded(data=path.read_bytes())), 1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split(",")]
        if len(parts) != 7:
            detail = f"{len(parts)} fields instead of 7."
            defects.append(Defect("opt_fields", f"{path.name} row {number}", detail))
        parts = (parts + [""] * 7)[:7]
        if parts[6] and not parts[6].isdigit():
            defects.append(Defect("opt_pages", f"{path.name} row {number}", "The page count is no number."))
        pages = int(parts[6]) if parts[6].isdigit() else 0
        lines.append(PageLine(parts[0], parts[1], parts[2], parts[3].upper() == "Y", pages))
    return tuple(lines), tuple(defects)
