"""Rules for fee lines that depend on other lines: a day's hours, meetings, hearings, research, staffing, duplicates."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.guidelines.fee_tests import ZERO, Narrowed, Result, number
from chancery.engines.billing.guidelines.seen import Columns, Seen, is_meeting, matter_of
from chancery.engines.billing.guidelines.values import Guideline, Setting
from chancery.engines.billing.narratives import Reading


def hours_per_day(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """Hours of one person on one day over all matters: many, too many, impossible."""
    many, most = number(rule, "warn", "12"), number(rule, "reject", "16")
    elsewhere = setting.hours_elsewhere
    sums = {place: hours + elsewhere.get(place, ZERO) for place, hours in seen.hours.items()}
    long = {place: hours for place, hours in sums.items() if hours > many}

    def test(line: Line, reading: Reading) -> Result:
        hours = long.get((line.person, line.day))
        if hours is None:
            return None
        detail = {"hours": str(hours), "day": line.day.isoformat(), "person": line.person}
        if hours > 24:
            return "reject", ZERO, {**detail, "impossible": "24"}
        return ("reject", ZERO, detail) if hours > most else (None, None, detail)

    def among(columns: Columns) -> list[int]:
        return columns.where(list(zip(columns.people, columns.days, strict=True)), long)

    return Narrowed(test, among) if long else None


def inner_conference(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """Conferences inside the firm with more people than agreed."""
    most = int(number(rule, "people", "2"))
    large = {place: len(people) for place, people in seen.meeting.items() if len(people) > most}

    def test(line: Line, reading: Reading) -> Result:
        if not is_meeting(line, reading.classes, reading.subjects):
            return None
        people = large.get((matter_of(line), line.day))
        return (None, None, {"people": str(people), "most": str(most)}) if people else None

    return Narrowed(test, lambda columns: _on_days(columns, large)) if large else None


def _on_days(columns: Columns, wanted: Collection[tuple[str, date]]) -> list[int]:
    """Positions of lines of some matters and days."""
    return columns.where(list(zip(columns.matters, columns.days, strict=True)), wanted)


def duplicate_attendance(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """More people at a hearing than agreed: the dearest entries are kept, the others cut."""
    most = int(number(rule, "people", "1"))
    large = {place: held for place, held in seen.hearings.items() if len({line.person for line in held}) > most}

    def test(line: Line, reading: Reading) -> Result:
        held = large.get((matter_of(line), line.day))
        if held is None or line not in held:
            return None
        people: dict[str, Line] = {}
        for entry in sorted(held, key=lambda entry: (-entry.amount, entry.person, entry.number)):
            people.setdefault(entry.person, entry)
        kept = list(people)[:most]
        if line.person in kept:
            return None
        return "reject", ZERO, {"people": str(len(people)), "kept": ", ".join(kept)}

    return Narrowed(test, lambda columns: _on_days(columns, large)) if large else None


def research_without_consent(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """Research on one matter beyond so many hours an invoice, without consent."""
    most = number(rule, "hours", "3")
    agreed = {key for key, matter in (setting.matters or {}).items() if "research" in matter.consents}
    much = {place: hours for place, hours in seen.research.items() if hours > most and place[1] not in agreed}

    def test(line: Line, reading: Reading) -> Result:
        if line.activity != "A102" and "research" not in reading.classes:
            return None
        hours = much.get((line.invoice, matter_of(line)))
        return (None, None, {"hours": str(hours), "most": str(most)}) if hours is not None else None

    def among(columns: Columns) -> list[int]:
        return [
            at
            for at, (line, reading) in enumerate(zip(columns.lines, columns.readings, strict=True))
            if line.activity == "A102" or "research" in reading.classes
        ]

    return Narrowed(test, among) if much else None


def overstaffing(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """More people on one task on one day than agreed."""
    most = int(number(rule, "people", "3"))
    large = {place: people for place, people in seen.working.items() if people > most}

    def test(line: Line, reading: Reading) -> Result:
        people = large.get((matter_of(line), line.task, line.day))
        return (None, None, {"people": str(people), "most": str(most)}) if people else None

    def among(columns: Columns) -> list[int]:
        return columns.where(list(zip(columns.matters, columns.tasks, columns.days, strict=True)), large)

    return Narrowed(test, among) if large else None


def duplicate(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """A line that repeats an earlier one: exact repetitions are cut, near ones shown."""

    def test(line: Line, reading: Reading) -> Result:
        pair = seen.pairs.get(line.line)
        if pair is None:
            return None
        detail = {"of_line": pair.first.rpartition("\0")[2], "kind": pair.kind, "score": str(pair.score)}
        return ("reject", ZERO, detail) if pair.kind == "same_line" else (None, None, detail)

    def among(columns: Columns) -> list[int]:
        return columns.where([line.line for line in columns.lines], seen.pairs)

    return Narrowed(test, among) if seen.pairs else None
