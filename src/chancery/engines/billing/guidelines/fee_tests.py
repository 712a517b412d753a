"""Rules for single fee lines: increments, rates, people, narratives, dates.

Each function takes a rule, the facts and what the file shows, and returns a test for one line. A test returns the
step and value of its cut with the details of the decision, or None when the line is in order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.codes import find_code
from chancery.engines.billing.guidelines.seen import Columns, Seen, matter_of
from chancery.engines.billing.guidelines.values import Guideline, Setting, Step
from chancery.engines.billing.narratives import Reading, activities_of, is_block, vagueness

Result = tuple[Step | None, Decimal | None, dict[str, str]] | None
Test = Callable[[Line, Reading], Result]


class Narrowed(NamedTuple):
    """A test that only some lines can fail. among: their positions, and maybe others, from all lines by column."""

    test: Test
    among: Callable[[Columns], list[int]]


# None: nothing in this file can break the rule.
Maker = Callable[[Guideline, Setting, Seen], Test | Narrowed | None]
ZERO = Decimal(0)
# Kind of activity the words show → activity codes that say the same.
ACTIVITY_CLASSES: Mapping[str, frozenset[str]] = {
    "A101": frozenset({"plan", "draft", "file"}),
    "A102": frozenset({"research"}),
    "A103": frozenset({"draft", "plan", "file"}),
    "A104": frozenset({"review"}),
    "A105": frozenset({"communicate"}),
    "A106": frozenset({"communicate"}),
    "A107": frozenset({"communicate", "negotiate"}),
    "A108": frozenset({"communicate", "negotiate"}),
    "A109": frozenset({"attend", "communicate", "negotiate", "plan"}),
    "A110": frozenset({"manage", "file"}),
}


def number(rule: Guideline, name: str, default: str) -> Decimal:
    """A parameter of a rule as an exact number."""
    return Decimal(str(rule.params.get(name, default)))


def words(rule: Guideline, name: str, default: tuple[str, ...] = ()) -> frozenset[str]:
    """A parameter of a rule that is a list of words."""
    return frozenset(map(str, rule.params.get(name, default)))


def increment(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed:
    """Time in whole steps of the agreed size; anything between is cut down to the step below."""
    step, fewest = number(rule, "hours", "0.1") or Decimal("0.1"), int(number(rule, "pattern_entries", "10"))
    rounded = {place for place, (count, quarters) in seen.entries.items() if count >= fewest and quarters == count}

    def test(line: Line, reading: Reading) -> Result:
        if line.units % step:
            down = (line.units / step).to_integral_value(ROUND_FLOOR) * step
            return "units", down, {"units": str(line.units), "allowed": str(down)}
        if (line.invoice, line.person) in rounded:
            return None, None, {"units": str(line.units), "pattern": "quarter hours only"}
        return None

    def among(columns: Columns) -> list[int]:
        if rounded:
            return list(range(len(columns.lines)))
        return columns.where(columns.units, {units for units in set(columns.units) if units % step})

    return Narrowed(test, among)


def block_billing(rule: Guideline, setting: Setting, seen: Seen) -> Test | None:
    """Several kinds of work in one entry. share: part kept when the rule cuts."""
    share = number(rule, "share", "1")

    def test(line: Line, reading: Reading) -> Result:
        if not is_block(classes=reading.most, hours=line.units):
            return None
        classes = activities_of(text=line.text)
        if not is_block(classes=len(classes), hours=line.units):
            return None
        detail = {"activities": ", ".join(classes), "units": str(line.units)}
        return ("percentage", share, detail) if share < 1 else (None, None, detail)

    return test


def vague(rule: Guideline, setting: Setting, seen: Seen) -> Test | None:
    """Stock phrases and entries too short to say anything."""

    def test(line: Line, reading: Reading) -> Result:
        why = vagueness(reading=reading)
        return (None, None, {"why": why}) if why and why != "no_object" else None

    return test


def no_verb_or_object(rule: Guideline, setting: Setting, seen: Seen) -> Test | None:
    """Entries that do not say what was done, or to what."""

    def test(line: Line, reading: Reading) -> Result:
        if reading.verb and reading.subject_named:
            return None
        return None, None, {"missing": "object" if reading.verb else "verb"}

    return test


def speaks_of(subject: str, activity: str = "") -> Maker:
    """Entries whose words speak of work that is not paid; an activity code can say the same."""

    def make(rule: Guideline, setting: Setting, seen: Seen) -> Test | None:
        def test(line: Line, reading: Reading) -> Result:
            if subject in reading.subjects or (activity and line.activity == activity):
                return "reject", ZERO, {"subject": subject}
            return None

        return test

    return make


def travel(rule: Guideline, setting: Setting, seen: Seen) -> Test | None:
    """Travel time at a share of the rate."""
    share = number(rule, "share", "0.5")

    def test(line: Line, reading: Reading) -> Result:
        if line.activity == "A112" or "travel" in reading.subjects:
            return "percentage", share, {"share": str(share)}
        return None

    return test


def work_of_lower_class(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed:
    """Work by a class dearer than the task asks for.

    matrix: task or activity code → classes that should not do it. rate: paid instead, when given.
    """
    matrix = {str(code): frozenset(map(str, grades)) for code, grades in rule.params.get("matrix", {}).items()}
    rate = number(rule, "rate", "0") if "rate" in rule.params else None

    def test(line: Line, reading: Reading) -> Result:
        if line.grade not in matrix.get(line.task, ()) and line.grade not in matrix.get(line.activity, ()):
            return None
        detail = {"class": line.grade, "task": line.task, "activity": line.activity}
        if rate is not None and line.rate > rate:
            return "rate", rate, detail
        return None, None, detail

    def among(columns: Columns) -> list[int]:
        refused = {(code, grade) for code, grades in matrix.items() for grade in grades}
        met = set(zip(columns.tasks, columns.grades, strict=True)) | set(
            zip(columns.activities, columns.grades, strict=True)
        )
        if refused.isdisjoint(met):
            return []
        rows = zip(columns.tasks, columns.activities, columns.grades, strict=True)
        return [
            at
            for at, (task, activity, grade) in enumerate(rows)
            if (task, grade) in refused or (activity, grade) in refused
        ]

    return Narrowed(test, among)


def old_time(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed:
    """Work billed too long after it was done."""
    late, most = int(number(rule, "warn", "60")), int(number(rule, "reject", "90"))

    def test(line: Line, reading: Reading) -> Result:
        age = (line.invoice_date - line.day).days
        if age <= late:
            return None
        return ("reject", ZERO, {"days": str(age)}) if age > most else (None, None, {"days": str(age)})

    def among(columns: Columns) -> list[int]:
        latest = max((line.invoice_date for line in columns.lines), default=columns.last)
        if (latest - columns.first).days <= late:
            return []
        return [at for at, line in enumerate(columns.lines) if (line.invoice_date - line.day).days > late]

    return Narrowed(test, among)


def outside_matter_dates(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """Work before the matter was opened or after it was closed."""
    matters = {key: matter for key, matter in (setting.matters or {}).items() if matter.opened or matter.closed}

    def test(line: Line, reading: Reading) -> Result:
        matter = matters.get(matter_of(line))
        if matter is None:
            return None
        if matter.opened is not None and line.day < matter.opened:
            return "reject", ZERO, {"opened": matter.opened.isoformat()}
        if matter.closed is not None and line.day > matter.closed:
            return "reject", ZERO, {"closed": matter.closed.isoformat()}
        return None

    def among(columns: Columns) -> list[int]:
        narrow = {
            key
            for key in set(columns.matters) & matters.keys()
            if (matters[key].opened or date.min) > columns.first or (matters[key].closed or date.max) < columns.last
        }
        return columns.where(columns.matters, narrow)

    return Narrowed(test, among) if matters else None


def weekend(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """Work on a Saturday or Sunday, to be looked at."""
    weekends = {day: day.isoformat() for _, day in seen.hours if day.weekday() >= 5}

    def test(line: Line, reading: Reading) -> Result:
        day = weekends.get(line.day)
        return None if day is None else (None, None, {"day": day})

    return Narrowed(test, lambda columns: columns.where(columns.days, weekends.keys())) if weekends else None


def wrong_matter(rule: Guideline, setting: Setting, seen: Seen) -> Test | None:
    """Words that belong to another matter."""
    owners: dict[str, set[str]] = {str(word).lower(): {""} for word in rule.params.get("words", ()) if word}
    for matter, known in (setting.matters or {}).items():
        for word in filter(None, known.names):
            owners.setdefault(word.lower(), set()).add(matter)
    if not owners:
        return None
    longest = sorted(owners, key=len, reverse=True)
    # A name of Latin letters is a whole word: "Art" is not named by "party".
    pattern = re.compile("|".join(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" for word in longest))

    def test(line: Line, reading: Reading) -> Result:
        own = matter_of(line)
        for match in pattern.finditer(line.text.lower()):
            if own not in owners[match[0]]:
                return None, None, {"word": match[0], "matter": min(owners[match[0]])}
        return None

    return test


def code_contradicted(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed:
    """Words that say another kind of work than the activity code."""

    def test(line: Line, reading: Reading) -> Result:
        meant = ACTIVITY_CLASSES.get(line.activity)
        classes = reading.classes
        if meant is None or not classes or not meant.isdisjoint(classes):
            return None
        known = find_code(code=line.activity, kind="activity")
        return None, None, {"activity": line.activity, "name": known.name if known else "", "words": ", ".join(classes)}

    def among(columns: Columns) -> list[int]:
        said = [reading.classes for reading in columns.readings]
        pairs = set(zip(columns.activities, said, strict=True))
        odd = {
            (code, classes)
            for code, classes in pairs
            if code in ACTIVITY_CLASSES and ACTIVITY_CLASSES[code].isdisjoint(classes)
        }
        return columns.where(list(zip(columns.activities, said, strict=True)), odd)

    return Narrowed(test, among)


def hourly_under_fixed_fee(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """Hourly lines of a matter with a fixed fee count as shadow only."""
    fixed = words(
        rule, "arrangements", ("fixed", "phase_fixed", "subscription", "retainer", "unit_price", "contingency")
    )
    matters = {key: matter for key, matter in (setting.matters or {}).items() if matter.arrangement in fixed}

    def test(line: Line, reading: Reading) -> Result:
        matter = matters.get(matter_of(line))
        if matter is None or line.grade == "FLTFEE" or line.amount == 0:
            return None
        return "reject", ZERO, {"arrangement": matter.arrangement}

    def among(columns: Columns) -> list[int]:
        return columns.where(columns.matters, matters.keys() & set(columns.matters))

    return Narrowed(test, among) if matters else None
