"""Normal, tightened, reduced, discontinued: how the results of past lots set the inspection of the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from chancery.engines.quality.acceptance.tables import PlanRefused
from chancery.foundation.evidence import Reason

State = Literal["normal", "tightened", "reduced", "discontinued"]
REDUCED_SCORE: Final = 30
ACCEPTED_IN_A_ROW: Final = 5
WINDOW: Final = 5
REJECTED_IN_WINDOW: Final = 2
REJECTED_WHILE_TIGHTENED: Final = 5
LOTS_FOR_REDUCED: Final = 10


@dataclass(frozen=True, slots=True)
class Lot:
    """The result of one lot on original inspection; resubmitted lots do not count.

    nonconforming: found in the sample (in both samples of a double plan). ac, re: numbers of the plan that judged it.
    tighter_ac: acceptance number one quality limit tighter, for the switching score; None where there is none.
    first_sample: the double plan that accepted it by its first sample; None for single plans.
    """

    name: str
    nonconforming: int
    ac: int
    re: int
    tighter_ac: int | None = None
    first_sample: bool | None = None

    @property
    def accepted(self) -> bool:
        """Whether the lot is accepted; on reduced inspection also between both numbers."""
        return self.nonconforming < self.re


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules hold. steady: production is steady and the authority agrees to reduced inspection.

    reduced_by: "score" (ISO 2859-1:1999, switching score of 30) or "limit" (MIL-STD-105E: ten lots accepted and
    their nonconforming items together at most ``limit_number``).
    """

    reduced_by: Literal["score", "limit"] = "score"
    steady: bool = True
    limit_number: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where inspection stands before the next lot.

    recent: acceptance of the latest lots since the state began. score: switching score. rejected: lots not accepted
    while on tightened inspection, cumulative. found: nonconforming items of the latest ten lots on normal inspection.
    """

    state: State = "normal"
    recent: tuple[bool, ...] = ()
    score: int = 0
    rejected: int = 0
    found: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One lot, the inspection that judged it, the decision, and the inspection that follows with its reason."""

    lot: str
    inspection: State
    accepted: bool
    score: int
    following: State
    reason: Reason | None


def _score(standing: Standing, lot: Lot) -> int:
    """Switching score after a lot on normal inspection (ISO 2859-1:1999, 9.3.3.2)."""
    if lot.first_sample is not None:
        return standing.score + 3 if lot.accepted and lot.first_sample else 0
    if lot.ac <= 1:
        return standing.score + 2 if lot.accepted else 0
    tighter = lot.tighter_ac is not None and lot.nonconforming <= lot.tighter_ac
    return standing.score + 3 if lot.accepted and tighter else 0


def _after_normal(standing: Standing, lot: Lot, rules: Rules) -> tuple[Standing, Reason | None]:
    recent = (*standing.recent, lot.accepted)[-LOTS_FOR_REDUCED:]
    if recent[-WINDOW:].count(False) >= REJECTED_IN_WINDOW:
        reason = Reason("two_of_five", "Two of five consecutive lots or fewer were not accepted.")
        return Standing("tightened"), reason
    score = _score(standing, lot)
    found = (*standing.found, lot.nonconforming)[-LOTS_FOR_REDUCED:]
    following = Standing("normal", recent, score, 0, found)
    if not rules.steady:
        return following, None
    if rules.reduced_by == "score" and score >= REDUCED_SCORE:
        reason = Reason("score", "The switching score reached %(score)s.", {"score": score})
        return Standing("reduced"), reason
    limit = rules.limit_number
    enough = len(recent) == LOTS_FOR_REDUCED and all(recent)
    if rules.reduced_by == "limit" and limit is not None and enough and sum(found) <= limit:
        reason = Reason(
            "limit_number",
            "Ten lots were accepted with %(found)s nonconforming items, at most the limit number %(limit)s.",
            {"found": sum(found), "limit": limit},
        )
        return Standing("reduced"), reason
    return following, None


def _after_tightened(standing: Standing, lot: Lot) -> tuple[Standing, Reason | None]:
    recent = (*standing.recent, lot.accepted)[-ACCEPTED_IN_A_ROW:]
    rejected = standing.rejected + (not lot.accepted)
    if rejected >= REJECTED_WHILE_TIGHTENED:
        reason = Reason("five_rejected", "Five lots were not accepted on tightened inspection: stop and correct.")
        return Standing("discontinued", rejected=rejected), reason
    if len(recent) == ACCEPTED_IN_A_ROW and all(recent):
        return Standing("normal"), Reason("five_accepted", "Five consecutive lots were accepted.")
    return Standing("tightened", recent, 0, rejected), None


def _after_reduced(standing: Standing, lot: Lot, rules: Rules) -> tuple[Standing, Reason | None]:
    if not lot.accepted:
        return Standing("normal"), Reason("rejected_on_reduced", "A lot was not accepted on reduced inspection.")
    if lot.nonconforming > lot.ac:
        reason = Reason(
            "between_numbers", "The count lies between acceptance and rejection number: accepted this once."
        )
        return Standing("normal"), reason
    if not rules.steady:
        return Standing("normal"), Reason("not_steady", "Production is no longer steady.")
    return standing, None


def after_lot(*, standing: Standing, lot: Lot, rules: Rules) -> tuple[Standing, Step]:
    """Judge one lot and say how the next one is inspected.

    Refuses: inspection_stopped when the state is discontinued (see ``resume``), lot_invalid for numbers that are no
    plan. Rules: ISO 2859-1:1999 clause 9.3, ANSI/ASQ Z1.4, MIL-STD-105E 4.7.
    """
    if standing.state == "discontinued":
        raise PlanRefused(
            "Inspection is discontinued until the cause is corrected; %(lot)s cannot be judged.",
            code="inspection_stopped", lot=lot.name,
        )  # fmt: skip
    if lot.nonconforming < 0 or not 0 <= lot.ac < lot.re:
        raise PlanRefused("%(lot)s has numbers that are no plan.", code="lot_invalid", lot=lot.name)
    if standing.state == "normal":
        following, reason = _after_normal(standing, lot, rules)
    elif standing.state == "tightened":
        following, reason = _after_tightened(standing, lot)
    else:
        following, reason = _after_reduced(standing, lot, rules)
    return following, Step(lot.name, standing.state, lot.accepted, following.score, following.state, reason)


def resume(standing: Standing) -> Standing:
    """Begin again with tightened inspection after corrective action; refuses where nothing was discontinued."""
    if standing.state != "discontinued":
        raise PlanRefused("Inspection is not discontinued.", code="inspection_runs")
    return replace(Standing(), state="tightened")


def replay(*, lots: Iterable[Lot], rules: Rules | None = None, standing: Standing | None = None) -> Iterator[Step]:
    """Judge lots in order of production and yield each step; stops after the lot that discontinues inspection."""
    here = standing or Standing()
    for lot in lots:
        here, step = after_lot(standing=here, lot=lot, rules=rules or Rules())
        yield step
        if here.state == "discontinued":
            return
