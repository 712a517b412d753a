"""Grading: who must do a piece of work at least, from explicit factors, with hard floors that beat points."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from importlib.resources import files
from typing import Any, Literal

from chancery.foundation.errors import Refused
from chancery.foundation.evidence import Reason
from chancery.foundation.money import Money


class Grade(StrEnum):
    """Who does the work, from the cheapest to the dearest."""

    COMPUTER = "computer"
    PARALEGAL = "paralegal"
    LAWYER = "lawyer"
    SENIOR = "senior"

    @property
    def rank(self) -> int:
        """Place in the order: 0 for the computer, 3 for the senior lawyer."""
        return list(Grade).index(self)


class GradingRefused(Refused):
    """The factors cannot be graded."""

    code = "grading_refused"


@dataclass(frozen=True, slots=True)
class Factors:
    """What is known about a piece of work before anyone is chosen.

    money_at_risk: None when nobody has said. jurisdictions: number of legal systems involved, at least 1.
    volume: number of items. deadline_days: working days until it is due. languages: tags such as en, zh.
    """

    money_at_risk: Money | None = None
    reversibility: Literal["easy", "hard", "irreversible"] = "easy"
    novelty: Literal["routine", "adapted", "novel"] = "routine"
    jurisdictions: int = 1
    legal_judgement: bool = False
    advice: bool = False
    court_filing: bool = False
    privilege_call: bool = False
    regulated_filing: bool = False
    languages: tuple[str, ...] = ("en",)
    volume: int = 1
    deadline_days: int = 30
    data_class: Literal["public", "confidential", "highly_confidential", "personal"] = "confidential"
    client_tier: Literal["standard", "key"] = "standard"


@dataclass(frozen=True, slots=True)
class GradingModel:
    """A dated table of weights, thresholds and floors."""

    version: str
    source: str
    in_force_from: str
    table: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade with everything that carries it.

    points: sum of the weights of the reasons. by_points: the grade the points alone would give.
    floors: reasons that set a minimum, each naming its grade; empty when none applied.
    """

    grade: Grade
    points: int
    reasons: tuple[Reason, ...]
    floors: tuple[Reason, ...]
    model_version: str
    by_points: Grade


def load_model(*, text: str) -> GradingModel:
    """Read a grading model from JSON; refuses one without version, source or date."""
    table = json.loads(text)
    for name in ("version", "source", "in_force_from", "thresholds", "floors"):
        if not table.get(name):
            raise GradingRefused("The grading model lacks %(name)s.", code="model_incomplete", name=name)
    return GradingModel(table["version"], table["source"], table["in_force_from"], table)


DEFAULT_MODEL = load_model(
    text=(files("chancery.engines.allocation") / "data" / "grading_model.json").read_text("utf-8")
)


def grade(*, factors: Factors, floor: Grade | None = None, model: GradingModel = DEFAULT_MODEL) -> Graded:
    """Grade work as computer, paralegal, lawyer or senior, with the reasons.

    floor: the minimum that the service itself sets. The result is the highest of the grade by points and all
    floors. Refuses numbers that cannot be counts (code factors_invalid).
    """
    if factors.jurisdictions < 1 or factors.volume < 0 or factors.deadline_days < 0:
        raise GradingRefused("Jurisdictions, volume and days are counts.", code="factors_invalid")
    reasons = tuple(reason for reason in _reasons(factors, model.table) if reason.weight)
    points = sum(reason.weight for reason in reasons)
    thresholds: Mapping[str, int] = model.table["thresholds"]
    by_points = max((step for step in Grade if points >= thresholds[step]), key=lambda step: step.rank)
    floors = _floors(factors, floor, model.table["floors"])
    minimums = [Grade(str(reason.params["grade"])) for reason in floors]
    chosen = max([by_points, *minimums], key=lambda step: step.rank)
    return Graded(chosen, points, reasons, floors, model.version, by_points)


FLOOR_SENTENCES = {
    "legal_judgement": "Legal judgement is never left to the computer alone: %(grade)s or higher.",
    "advice": "The result is legal advice: %(grade)s or higher.",
    "court_filing": "The result is filed with a court: %(grade)s or higher.",
    "privilege_call": "Privilege is decided: %(grade)s or higher.",
    "regulated_filing": "The result is filed with a regulator: %(grade)s or higher.",
    "service_floor": "The service itself asks for %(grade)s or higher.",
}


def _floors(factors: Factors, floor: Grade | None, table: Mapping[str, str]) -> tuple[Reason, ...]:
    found = [
        Reason(name, FLOOR_SENTENCES[name], {"grade": Grade(value).value})
        for name, value in table.items()
        if getattr(factors, name)
    ]
    if floor is not None:
        found.append(Reason("service_floor", FLOOR_SENTENCES["service_floor"], {"grade": floor.value}))
    return tuple(found)


def _reasons(factors: Factors, table: Mapping[str, Any]) -> list[Reason]:
    extra = min((factors.jurisdictions - 1) * table["extra_jurisdiction"], table["extra_jurisdiction_cap"])
    days = next((points for limit, points in table["deadline_days"] if factors.deadline_days <= limit), 0)
    second = table["second_language"] * max(0, len(set(factors.languages)) - 1)
    return [
        _money_reason(factors.money_at_risk, table),
        Reason(
            "reversibility",
            "How hard it is to undo: %(value)s.",
            {"value": factors.reversibility},
            table["reversibility"][factors.reversibility],
        ),
        Reason(
            "novelty",
            "How new the question is: %(value)s.",
            {"value": factors.novelty},
            table["novelty"][factors.novelty],
        ),
        Reason("jurisdictions", "Legal systems involved: %(count)s.", {"count": factors.jurisdictions}, extra),
        Reason(
            "legal_judgement",
            "The work needs legal judgement.",
            {},
            table["legal_judgement"] if factors.legal_judgement else 0,
        ),
        Reason("languages", "Languages: %(names)s.", {"names": ", ".join(factors.languages)}, second),
        Reason("volume", "Items: %(count)s.", {"count": factors.volume}, _band(factors.volume, table["volume"])),
        Reason("deadline", "Working days left: %(count)s.", {"count": factors.deadline_days}, days),
        Reason(
            "data_class",
            "Class of data: %(value)s.",
            {"value": factors.data_class},
            table["data_class"][factors.data_class],
        ),
        Reason(
            "client_tier",
            "Client tier: %(value)s.",
            {"value": factors.client_tier},
            table["client_tier"][factors.client_tier],
        ),
    ]


def _money_reason(money: Money | None, table: Mapping[str, Any]) -> Reason:
    if money is None:
        return Reason("money_at_risk", "Money at risk is not known.", {}, table["money_unknown"])
    bands = table["money_at_risk"].get(money.currency)
    if bands is None:
        return Reason(
            "money_at_risk",
            "Money at risk: %(amount)s, a currency without bands, counted as not known.",
            {"amount": str(money)},
            table["money_unknown"],
        )
    return Reason("money_at_risk", "Money at risk: %(amount)s.", {"amount": str(money)}, _band(money.amount, bands))


def _band(value: int | Decimal, bands: list[list[int]]) -> int:
    """Points of the highest band whose lower limit is reached."""
    return max((points for limit, points in bands if value >= limit), default=0)
