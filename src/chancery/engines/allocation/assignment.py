"""Instant assignment: the cheapest qualified person, with the reason, the alternatives and every bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chancery.engines.allocation.grading import Grade
from chancery.foundation.errors import Refused
from chancery.foundation.evidence import Reason
from chancery.foundation.money import Money, round_half_up

# Shares of the cost of the work, added per grade above the need and taken off for continuity on the matter.
OVERQUALIFIED_SHARE = Decimal("0.25")
CONTINUITY_SHARE = Decimal("0.10")
SHOWN_ALTERNATIVES = 3


class AssignmentRefused(Refused):
    """The candidates cannot be compared."""

    code = "assignment_refused"


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence to practise; valid on both the first and the last day, without end when valid_to is None."""

    jurisdiction: str
    number: str
    valid_from: date
    valid_to: date | None

    def valid_on(self, day: date) -> bool:
        """Tell whether the licence is valid on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who might do the work. free_minutes: working minutes not yet promised before it is due.

    rate: cost per hour. authored: ids of the subjects this person worked on. site: where the person sits.
    """

    person_id: str
    name: str
    grade: Grade
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    licences: tuple[Licence, ...] = ()
    free_minutes: int = 0
    rate: Money | None = None
    on_matter: bool = False
    walled: bool = False
    authored: frozenset[str] = frozenset()
    site: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """What the work asks for. jurisdiction: a licence there is needed on the day ``on``.

    not_authored_by: persons who did an earlier stage. allowed_sites: None means everywhere.
    """

    subject_id: str
    grade: Grade
    minutes: int
    on: date
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    jurisdiction: str | None = None
    not_authored_by: frozenset[str] = frozenset()
    allowed_sites: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another qualified person, with the extra cost over the chosen one (None when a rate is missing)."""

    person_id: str
    cost_delta: Money | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Barred:
    """A person who may not do the work, with the first rule that forbids it."""

    person_id: str
    code: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Assignment:
    """The choice; person_id is None when nobody qualifies, and barred then names every reason."""

    person_id: str | None
    reasons: tuple[Reason, ...]
    alternatives: tuple[Alternative, ...]
    barred: tuple[Barred, ...]


def assign(*, need: Need, candidates: Sequence[Candidate]) -> Assignment:
    """Choose one person for one piece of work.

    Hard rules, in the order in which a bar is named: wall, reviewer is author, grade, licence, language,
    skill, site of data, free time. Among the qualified: lowest cost (minutes × rate, plus 25 % for each grade
    above the need, less 10 % for someone already on the matter), then someone on the matter, then most free
    minutes, then name and id. People without a rate come last. Refuses rates in more than one currency.
    """
    barred, qualified = [], []
    for candidate in sorted(candidates, key=lambda one: (one.name, one.person_id)):
        bar = _bar(need, candidate)
        if bar is None:
            qualified.append(candidate)
        else:
            barred.append(Barred(candidate.person_id, bar.code, bar))
    if len({one.rate.currency for one in qualified if one.rate is not None}) > 1:
        raise AssignmentRefused("Rates in different currencies cannot be compared.", code="currencies_differ")
    if not qualified:
        nobody = Reason("nobody_qualifies", "Nobody of %(count)s people qualifies.", {"count": len(candidates)})
        return Assignment(None, (nobody,), (), tuple(barred))
    ranked = sorted(qualified, key=lambda one: _order(need, one))
    best, others = ranked[0], ranked[1 : 1 + SHOWN_ALTERNATIVES]
    alternatives = tuple(Alternative(one.person_id, _delta(need, best, one), _merits(need, one)) for one in others)
    return Assignment(best.person_id, _merits(need, best), alternatives, tuple(barred))


def _bar(need: Need, one: Candidate) -> Reason | None:
    missing_skills = sorted(need.skills - one.skills)
    missing_languages = sorted(need.languages - one.languages)
    if one.walled:
        return Reason("walled", "An ethical wall keeps this person from the matter.")
    if one.person_id in need.not_authored_by or need.subject_id in one.authored:
        return Reason("author", "This person worked on it before and may not review it.")
    if one.grade.rank < need.grade.rank:
        return Reason("grade", "Grade %(has)s is below %(needs)s.", {"has": one.grade.value, "needs": need.grade.value})
    if need.jurisdiction is not None and (licence := _licence_bar(need, one)) is not None:
        return licence
    if missing_languages:
        return Reason("language", "Does not read: %(names)s.", {"names": ", ".join(missing_languages)})
    if missing_skills:
        return Reason("skill", "Lacks the skill: %(names)s.", {"names": ", ".join(missing_skills)})
    if need.allowed_sites is not None and one.site not in need.allowed_sites:
        return Reason("site", "The data may not be opened at %(site)s.", {"site": one.site or "an unknown site"})
    if one.free_minutes < need.minutes:
        return Reason(
            "capacity",
            "Has %(free)s free minutes, %(needed)s are needed.",
            {"free": one.free_minutes, "needed": need.minutes},
        )
    return None


def _licence_bar(need: Need, one: Candidate) -> Reason | None:
    held = [licence for licence in one.licences if licence.jurisdiction == need.jurisdiction]
    if any(licence.valid_on(need.on) for licence in held):
        return None
    params = {"jurisdiction": need.jurisdiction, "day": need.on.isoformat()}
    if held:
        return Reason("licence_not_valid", "The licence in %(jurisdiction)s is not valid on %(day)s.", params)
    return Reason("licence", "Has no licence in %(jurisdiction)s.", params)


def _cost(need: Need, one: Candidate) -> Decimal | None:
    """Cost of the work itself, before the soft rules."""
    return None if one.rate is None else one.rate.amount * need.minutes / 60


def _order(need: Need, one: Candidate) -> tuple[bool, Decimal, int, bool, int, str, str]:
    cost = _cost(need, one)
    above = one.grade.rank - need.grade.rank
    factor = 1 + OVERQUALIFIED_SHARE * above - (CONTINUITY_SHARE if one.on_matter else 0)
    weighed = Decimal(0) if cost is None else cost * factor
    return (cost is None, weighed, above, not one.on_matter, -one.free_minutes, one.name, one.person_id)


def _delta(need: Need, best: Candidate, one: Candidate) -> Money | None:
    if one.rate is None or best.rate is None:
        return None
    return Money((one.rate.amount - best.rate.amount) * need.minutes / 60, one.rate.currency).rounded()


def _merits(need: Need, one: Candidate) -> tuple[Reason, ...]:
    merits = [Reason("grade", "Grade %(grade)s.", {"grade": one.grade.value})]
    if one.grade.rank > need.grade.rank:
        merits.append(Reason("overqualified", "The work needs only %(grade)s.", {"grade": need.grade.value}))
    if one.rate is not None:
        cost = Money(one.rate.amount * need.minutes / 60, one.rate.currency)
        merits.append(Reason("cost", "The work costs %(cost)s.", {"cost": str(cost)}))
    else:
        merits.append(Reason("no_rate", "No rate is recorded."))
    if one.on_matter:
        merits.append(Reason("continuity", "Already works on the matter."))
    if need.jurisdiction is not None:
        merits.append(
            Reason(
                "licensed",
                "Licensed in %(jurisdiction)s on %(day)s.",
                {"jurisdiction": need.jurisdiction, "day": need.on.isoformat()},
            )
        )
    hours = round_half_up(Decimal(one.free_minutes) / 60, digits=1)
    merits.append(Reason("free", "Has %(hours)s free hours.", {"hours": str(hours)}))
    return tuple(merits)
