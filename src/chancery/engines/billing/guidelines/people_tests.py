"""Rules for single fee lines about who worked: rates, approval, classes, first years, sign-off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.guidelines.fee_tests import ZERO, Narrowed, Result, number, words
from chancery.engines.billing.guidelines.seen import Columns, Seen, matter_of
from chancery.engines.billing.guidelines.values import Guideline, Person, PersonRate, Setting
from chancery.engines.billing.narratives import Reading

NOBODY = Person()
UNBOUND = Decimal("Infinity")


def _holds_within(rate: PersonRate, columns: Columns) -> bool:
    """Tell whether a rate holds on any day of the work in a file."""
    begins = rate.valid_from is None or rate.valid_from <= columns.last
    return begins and (rate.valid_to is None or rate.valid_to >= columns.first)


def _person(setting: Setting, line: Line) -> Person:
    return (setting.people or {}).get(line.person, NOBODY)


def _rates(person: Person, currency: str) -> list[PersonRate]:
    """The rates of a person that can be compared with a line in a currency, "" where the bill names none."""
    return [rate for rate in person.rates if not (rate.currency and currency) or rate.currency == currency]


def rate_above_card(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed:
    """The rate of the card on the day of the work, in the currency of the line; where two hold, the higher."""
    cards: dict[tuple[str, date, str], Decimal | None] = {}

    def test(line: Line, reading: Reading) -> Result:
        place = (line.person, line.day, line.currency)
        if place not in cards:
            rates = _rates(_person(setting, line), line.currency)
            cards[place] = max((rate.amount for rate in rates if rate.holds_on(line.day)), default=None)
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


def _rate_before_notice(rates: Sequence[PersonRate], day: date, days: timedelta) -> Decimal | None:
    """The lower rate that still holds because those above it were announced too late; None when none was.

    Rates without a first day were agreed at the start. A later one holds when it is not higher than what holds, or
    so many days after it was announced: two rises without notice leave the rate before both.
    """
    usual = max((rate.amount for rate in rates if rate.valid_from is None), default=None)
    begun = [(rate.valid_from, rate) for rate in rates if rate.valid_from is not None and rate.valid_from <= day]
    for _, rate in sorted(begun, key=lambda pair: pair[0]):
        announced = rate.announced is not None and day >= rate.announced + days
        if usual is None or rate.amount <= usual or announced:
            usual = rate.amount
    late = usual is not None and any(rate.holds_on(day) and rate.amount > usual for rate in rates)
    return usual if late else None


def rate_without_notice(rule: Guideline, setting: Setting, seen: Seen) -> Narrowed | None:
    """A new rate holds only so many days after it was announced; until then the one before it."""
    days = timedelta(days=int(number(rule, "days", "60")))
    several = {key for key, person in (setting.people or {}).items() if len(person.rates) > 1}
    held: dict[tuple[str, date, str], Decimal | None] = {}

    def test(line: Line, reading: Reading) -> Result:
        if line.person not in several:
            return None
        place = (line.person, line.day, line.currency)
        if place not in held:
            held[place] = _rate_before_notice(_rates(_person(setting, line), line.currency), line.day, days)
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
