"""Which documents first: explicit weights, added up, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from chancery.engines.classification.conditions import compile_condition
from chancery.engines.classification.rules import RuleSet
from chancery.engines.classification.subjects import Subject
from chancery.foundation.evidence import Reason


@dataclass(frozen=True, slots=True)
class Points:
    """What one weight gave, and why."""

    weight: str
    points: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document with its place in the order, from 1. total: sum of its points; best: that of its family."""

    place: int
    key: str
    family: str
    total: int
    best: int
    points: tuple[Points, ...]


def ranked(
    *, rules: RuleSet, subjects: Iterable[Subject], at: date, parameters: Mapping[str, Any] | None = None
) -> tuple[Ranked, ...]:
    """Order documents by the weights of a set: families together, the family with the best member first.

    Inside a family the order of the input stays (parent first); families with equal points keep theirs. A weight whose
    parameter has no value gives no points. Refuses what a condition refuses.
    """
    held = {**rules.parameters, **(parameters or {})}
    weights = [
        (weight, compile_condition(data=weight.when, parameters=held, at=at, where=weight.id))
        for weight in rules.weights
        if not _waits(weight.when, held)
    ]
    rows = []
    best: dict[str, int] = {}
    first: dict[str, int] = {}
    for number, subject in enumerate(subjects):
        given = []
        for weight, evaluate in weights:
            found = evaluate(subject)
            if found is not None:
                given.append(Points(weight.id, weight.points, tuple(leaf.reason() for leaf in found)))
        total = sum(one.points for one in given)
        family = subject.family or subject.key
        best[family] = max(total, best.get(family, total))
        first.setdefault(family, number)
        rows.append((number, subject.key, family, total, tuple(given)))
    rows.sort(key=lambda row: (-best[row[2]], first[row[2]], row[0]))
    return tuple(
        Ranked(place, key, family, total, best[family], given)
        for place, (_, key, family, total, given) in enumerate(rows, start=1)
    )


def _waits(data: Any, held: Mapping[str, Any]) -> bool:
    """Tell whether a condition needs a parameter that has no value."""
    if isinstance(data, Mapping):
        if "parameter" in data:
            return held.get(str(data["parameter"])) is None
        return any(_waits(value, held) for value in data.values())
    return isinstance(data, (list, tuple)) and any(_waits(value, held) for value in data)
