"""The privilege log: one line per document withheld, in words that let others assess the claim."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chancery.engines.production.values import ProductionRefused

TYPES = {"AC": "Attorney-Client Communication", "WP": "Attorney Work Product"}
TREATMENTS = ("withheld", "redacted", "produced")
COLUMNS = (
    "LogID",
    "BegBates",
    "Family",
    "DocType",
    "Date",
    "Author",
    "To",
    "CC",
    "BCC",
    "Subject/FileName",
    "PrivilegeType",
    "Description",
    "Treatment",
    "Custodian",
)
_ADDRESS = re.compile(r"[^\s<>@;,]+@([^\s<>@;,]+)")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One document on the log. Texts are printed as given; several people are parted by semicolons.

    bates: number of the placeholder page, or empty for a document of a family that is withheld whole.
    privilege: AC or WP. treatment: withheld, redacted or produced.
    """

    bates: str
    family: str
    doc_type: str
    date: str
    author: str
    to: str
    cc: str
    bcc: str
    subject: str
    privilege: str
    description: str
    custodian: str
    treatment: str = "withheld"


@dataclass(frozen=True, slots=True)
class LogWarning:
    """A doubt about one line. code: third_party_recipient. line: from 1."""

    line: int
    code: str
    detail: str


def privilege_log(
    *, entries: Sequence[LogEntry], out: Path, insider_domains: Sequence[str] = ()
) -> tuple[LogWarning, ...]:
    """Write the log as CSV (UTF-8 with mark, CR LF) and return what a lawyer should look at again.

    insider_domains: mail domains of the client and its counsel; an address outside them on a line of type AC
    may break the privilege. No warning is given when the list is empty. Refuses an entry without description
    or with an unknown type or treatment before anything is written. Cells that a spreadsheet would run as a
    formula begin with an apostrophe.

    Authority: Federal Rules of Civil Procedure 26(b)(5)(A).
    """
    for number, entry in enumerate(entries, 1):
        _check(entry, number)
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, entry in enumerate(entries, 1):
        writer.writerow([_cell(value) for value in _row(entry, number)])
    out.write_bytes(table.getvalue().encode("utf-8-sig", "replace"))
    return _warnings(entries, tuple(domain.lower().lstrip("@") for domain in insider_domains))


def _row(entry: LogEntry, number: int) -> tuple[str, ...]:
    people = (entry.author, entry.to, entry.cc, entry.bcc)
    kind = f"{entry.privilege} - {TYPES[entry.privilege]}"
    head = (f"PRIV{number:05d}", entry.bates, entry.family, entry.doc_type, entry.date)
    return (*head, *people, entry.subject, kind, entry.description, entry.treatment, entry.custodian)


def _check(entry: LogEntry, number: int) -> None:
    if not entry.description.strip():
        raise ProductionRefused(
            "Line %(line)s of the privilege log, %(subject)s, has no description.",
            code="privilege_description_missing",
            line=number,
            subject=entry.subject or entry.bates or entry.family,
        )
    if entry.privilege not in TYPES or entry.treatment not in TREATMENTS:
        raise ProductionRefused(
            "Line %(line)s of the privilege log names no known privilege.",
            code="privilege_type_unknown",
            line=number,
        )


def _cell(value: str) -> str:
    return "'" + value if value.startswith(_FORMULA) else value


def _warnings(entries: Sequence[LogEntry], domains: tuple[str, ...]) -> tuple[LogWarning, ...]:
    found: list[LogWarning] = []
    for number, entry in enumerate(entries, 1):
        if entry.privilege != "AC" or not domains:
            continue
        for people in (entry.author, entry.to, entry.cc, entry.bcc):
            for match in _ADDRESS.finditer(people):
                domain = match[1].lower()
                if not any(domain == known or domain.endswith("." + known) for known in domains):
                    found.append(LogWarning(number, "third_party_recipient", match[0]))
    return tuple(found)
