"""Rules for single fee lines: increments, rates, people, narratives, dates.

Each function takes a rule, the facts and what the file shows, and returns a test for one line. A test returns the
step and value of its cut with the details of the decision, or None when the line is in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import NamedTuple

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.codes import find_code
from chancery.engines.billing.guidelines.seen import Columns, Seen, matter_of
from chancery.engines.billing.guidelines.values import Guideline, Person, PersonRate, Setting, Step
from chancery.engines.billing.narratives import Reading, is_block, vagueness

Result = tuple[Step | None, Decimal | None, dict[str, str]] | None
Test = Callable[[Line, Reading], Result]


class Narrowed(NamedTuple):
    """A test that only some lines can fail. among: their positions, and maybe others, from all lines by column."""

    test: Test
    among: Callable[[Columns], list[int]]


# None: nothing in this file can break the rule.
Maker = Callable[[Guideline, Setting, Seen], Test | Narrowed | None]
ZERO = Decimal(0)
NOBODY = Person()
DAY = timedelta(days=1)
UNBOUND = Decimal("Infinity")
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


def _holds_within(rate: PersonRate, columns: Columns) -> bool:
    """Tell whether a rate holds on any day of the work in a file."""
    begins = rate.valid_from is None or rate.valid_from <= columns.last
    return begins and (rate.valid_to is None or rate.valid_to >= columns.first)


def _person(setting: Setting, line: Line) -> Person:
    return (setting.people or {}).get(line.person, NOBODY)


def rate_above_card(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed:
    """The rate of the card on the day of the work; where two hold, the higher."""
    cards: dict[tuple[str, date], Decimal | None] = {}

    def test(line: Line, reading: Reading) -> Result:
        place = (line.person, line.day)
        if place not in cards:
            held = [rate.amount for rate in _person(setting, line).rates if rate.holds_on(line.day)]
            cards[place] = max(held, default=None)
        card = cards[place]
        if card is None or line.rate <= card:
            return None
        return "rate", card, {"rate": str(line.rate), "card": str(card)}

    def among(columns: Columns) -> list[int]:
        # The lowest rate a card can show on any day of the file.
        lowest = {
            key: min((rate.amount for rate in held.rates if _holds_within(rate, columns)), default=UNBOUND)
            for key in set(columns.people)
            if (held := (setting.people or {}).get(key)) is not None
        }
        pairs = zip(columns.people, columns.rates, strict=True)
        return [at for at, (key, rate) in enumerate(pairs) if key in lowest and rate > lowest[key]]

    return Narrowed(test, among)


def not_approved(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed:
    """People the client does not know."""
    people = setting.people or {}
    return Narrowed(
        lambda line, reading: None if line.person in people else ("reject", ZERO, {"person": line.person}),
        lambda columns: columns.where(columns.people, set(columns.people) - people.keys()),
    )


def class_not_allowed(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed:
    """Classes whose work belongs to overhead."""
    refused = words(rule, "classes", ("CLKSEC", "LIBRRN", "LGLINT", "TRANEE", "NBOTHR"))
    return Narrowed(
        lambda line, reading: ("reject", ZERO, {"class": line.grade}) if line.grade in refused else None,
        lambda columns: columns.where(columns.grades, refused.intersection(columns.grades)),
    )


def new_person(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """Work before a person was approved, after the approval ended, or by someone outside the agreed team."""
    matters = setting.matters or {}
    dated = {key for key, person in (setting.people or {}).items() if person.approved_from or person.approved_to}
    teams = any(matter.team for matter in matters.values())

    def test(line: Line, reading: Reading) -> Result:
        if not teams and line.person not in dated:
            return None
        person = _person(setting, line)
        if person.approved_from is not None and line.day < person.approved_from:
            return "reject", ZERO, {"person": line.person, "approved_from": person.approved_from.isoformat()}
        if person.approved_to is not None and line.day > person.approved_to:
            return "reject", ZERO, {"person": line.person, "approved_to": person.approved_to.isoformat()}
        matter = matters.get(matter_of(line))
        if matter is not None and matter.team and line.person not in matter.team:
            return "reject", ZERO, {"person": line.person, "matter": matter_of(line)}
        return None

    def among(columns: Columns) -> list[int]:
        if teams:
            return list(range(len(columns.lines)))
        return columns.where(columns.people, {key for key in set(columns.people) & dated if bounded(key, columns)})

    def bounded(key: str, columns: Columns) -> bool:
        person = (setting.people or {})[key]
        late = person.approved_from is not None and person.approved_from > columns.first
        return late or (person.approved_to is not None and person.approved_to < columns.last)

    return Narrowed(test, among) if teams or dated else None


def _rate_before_notice(person: Person, day: date, days: timedelta) -> Decimal | None:
    """The lower rate that still holds because the higher one of that day was announced too late."""
    rates = sorted(person.rates, key=lambda rate: rate.valid_from or date.min)
    usual = None
    for before, after in pairwise(rates):
        if not after.holds_on(day) or after.valid_from is None or after.amount <= before.amount:
            continue
        if after.announced is None or day < max(after.valid_from, after.announced + days):
            usual = before.amount
    return usual


def rate_without_notice(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """A new rate holds only so many days after it was announced; until then the one before it."""
    days = timedelta(days=int(number(rule, "days", "60")))
    several = {key for key, person in (setting.people or {}).items() if len(person.rates) > 1}
    held: dict[tuple[str, date], Decimal | None] = {}

    def test(line: Line, reading: Reading) -> Result:
        if line.person not in several:
            return None
        place = (line.person, line.day)
        if place not in held:
            held[place] = _rate_before_notice(_person(setting, line), line.day, days)
        usual = held[place]
        if usual is None or line.rate <= usual:
            return None
        return "rate", usual, {"rate": str(line.rate), "earlier": str(usual)}

    def among(columns: Columns) -> list[int]:
        met = set(columns.people) & several
        return columns.where(columns.people, {key for key in met if _raised(key, columns)})

    def _raised(key: str, columns: Columns) -> bool:
        """Tell whether any rate that holds within the file may have been announced too late for some of its days."""
        return any(
            _holds_within(rate, columns)
            and rate.valid_from is not None
            and (rate.announced is None or columns.first < max(rate.valid_from, rate.announced + days))
            for rate in (setting.people or {})[key].rates
        )

    return Narrowed(test, among) if several else None


def block_billing(rule: Guideline, setting: Setting, seen: Seen) -> Test | None:
    """Several kinds of work in one entry. share: part kept when the rule cuts."""
    share = number(rule, "share", "1")

    def test(line: Line, reading: Reading) -> Result:
        classes = reading.classes
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


def first_year(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """Lawyers in their first year after admission."""
    days = int(number(rule, "days", "365"))
    dates = {key: person.admitted for key, person in (setting.people or {}).items() if person.admitted}

    def test(line: Line, reading: Reading) -> Result:
        admitted = dates.get(line.person)
        if admitted is None or (line.day - admitted).days >= days:
            return None
        return "reject", ZERO, {"admitted": admitted.isoformat()}

    def among(columns: Columns) -> list[int]:
        young = {key for key in set(columns.people) & dates.keys() if (columns.first - dates[key]).days < days}
        return columns.where(columns.people, young)

    return Narrowed(test, among) if dates else None


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
    names = {word.lower(): matter for matter, known in (setting.matters or {}).items() for word in known.names if word}
    names |= {str(word).lower(): "" for word in rule.params.get("words", ())}

    def test(line: Line, reading: Reading) -> Result:
        lowered = line.text.lower()
        for word, matter in names.items():
            if word in lowered and matter != matter_of(line):
                return None, None, {"word": word, "matter": matter}
        return None

    return test if names else None


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


def unchecked_work(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed:
    """Work of document reviewers that nobody signed off."""
    grades = words(rule, "classes", ("DOCRAT", "DOCRNA", "DOCCDR", "DSCATT", "DSCANJ", "DSCANS"))
    signed = setting.signed_off or frozenset()
    return Narrowed(
        lambda line, reading: (
            ("reject", ZERO, {"class": line.grade}) if line.grade in grades and line.key not in signed else None
        ),
        lambda columns: columns.where(columns.grades, grades.intersection(columns.grades)),
    )
