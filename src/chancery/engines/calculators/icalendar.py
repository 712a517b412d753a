"""Deadlines as a calendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from unicodedata import category


@dataclass(frozen=True, slots=True)
class Entry:
    """One all-day entry. uid: stable, so that a second import replaces the first. note: rule and steps."""

    uid: str
    day: date
    title: str
    note: str


def _escaped(text: str) -> str:
    text = "".join(letter for letter in text if letter in "\r\n\t" or category(letter) not in ("Cc", "Cs"))
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "")


def _folded(line: str) -> str:
    """Fold a line to at most 75 octets, never inside a character."""
    parts: list[bytes] = []
    held = b""
    for letter in line:
        raw = letter.encode()
        if len(held) + len(raw) > (75 if not parts else 74):
            parts.append(held)
            held = b""
        held += raw
    parts.append(held)
    return b"\r\n ".join(parts).decode()


def calendar(*, entries: Iterable[Entry], at: datetime) -> str:
    """Return a calendar with an all-day event for each entry. at: moment of writing, aware."""
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Chancery//Calculators//EN", "CALSCALE:GREGORIAN"]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_escaped(entry.uid)}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(entry.title)}",
            f"DESCRIPTION:{_escaped(entry.note)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) + "\r\n" for line in lines)
