"""How far readers agree: several measures side by side, since each alone misleads somewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from chancery.foundation.errors import Refused
from chancery.foundation.statistics import Interval, wilson

Scale = Literal["nominal", "ordinal", "interval", "ratio"]
SCALES: Final = ("nominal", "ordinal", "interval", "ratio")
_BOOTSTRAP: Final = "bootstrap over items"
Ratings = Sequence[Sequence[Hashable | None]]


class AgreementRefused(Refused):
    """Ratings that cannot be compared."""

    code = "agreement_refused"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure; value and limits are None where it is not defined (everything decided alike).

    interval: two-sided, for the confidence asked for. method: how the limits were found.
    """

    value: float | None
    low: float | None
    high: float | None
    method: str


@dataclass(frozen=True, slots=True)
class Category:
    """Agreement on one category: of the decisions for it, the share that a paired decision shares.

    With two categories these are positive and negative agreement. count: ratings in the category.
    """

    name: str
    count: int
    agreement: Measure


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """All measures of one set of ratings.

    items: those with at least two ratings. raters: columns. raw: share of agreeing pairs. kappa: Cohen's, for exactly
    two raters, else Fleiss'. alpha: Krippendorff's on the scale given. ac1: Gwet's.
    """

    items: int
    raters: int
    ratings: int
    scale: str
    raw: Measure
    kappa: Measure
    alpha: Measure
    ac1: Measure
    categories: tuple[Category, ...]


def _counts(ratings: Ratings, names: Sequence[Hashable]) -> NDArray[np.float64]:
    """Ratings by item and category."""
    place = {name: at for at, name in enumerate(names)}
    table = np.zeros((len(ratings), len(names)))
    for row, item in enumerate(ratings):
        for value in item:
            if value is not None:
                table[row, place[value]] += 1
    return table


def _paired(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows with two ratings or more."""
    rows: NDArray[np.float64] = table[table.sum(axis=1) >= 2]
    return rows


def raw_agreement(table: NDArray[np.float64]) -> float:
    """Mean share of agreeing pairs of ratings; nan without pairs. table: ratings by item and category."""
    paired = _paired(table)
    given = paired.sum(axis=1)
    return float(np.mean((paired * (paired - 1)).sum(axis=1) / (given * (given - 1)))) if len(paired) else math.nan


def _shares(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean share of each category over all rated items, those rated once too: what chance agreement rests on.

    Method: Gwet, Handbook of Inter-Rater Reliability (2014), chapter 2, for ratings with gaps.
    """
    shares: NDArray[np.float64] = (table / table.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def fleiss(table: NDArray[np.float64]) -> float | None:
    """Kappa of several raters (Fleiss, Psychological Bulletin 76 (1971) 378–382), with gaps as ``gwet``."""
    chance = float((_shares(table) ** 2).sum())
    return None if chance >= 1 - 1e-15 else (raw_agreement(table) - chance) / (1 - chance)


def gwet(table: NDArray[np.float64]) -> float | None:
    """AC1 of any number of raters (Gwet, British Journal of Mathematical and Statistical Psychology 61 (2008))."""
    names = table.shape[1]
    if names < 2:
        return None
    shares = _shares(table)
    chance = float((shares * (1 - shares)).sum()) / (names - 1)
    return float((raw_agreement(table) - chance) / (1 - chance))


def cohen(first: Sequence[Hashable], second: Sequence[Hashable]) -> tuple[float, float] | None:
    """Kappa of two raters and its standard error; None when chance alone gives full agreement.

    Methods: Cohen, Educational and Psychological Measurement 20 (1960) 37–46; standard error of Fleiss, Cohen and
    Everitt, Psychological Bulletin 72 (1969) 323–327.
    """
    names = sorted(set(first) | set(second), key=repr)
    place = {name: at for at, name in enumerate(names)}
    joint = np.zeros((len(names), len(names)))
    for left, right in zip(first, second, strict=True):
        joint[place[left], place[right]] += 1
    count = joint.sum()
    joint /= count
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    seen, chance = float(np.trace(joint)), float((rows * columns).sum())
    if chance >= 1 - 1e-15:
        return None
    kappa = (seen - chance) / (1 - chance)
    diagonal = np.diag(joint)
    agreeing = float((diagonal * (1 - (rows + columns) * (1 - kappa)) ** 2).sum())
    crossed = (columns[:, None] + rows[None, :]) ** 2 * joint
    disagreeing = (1 - kappa) ** 2 * float(crossed.sum() - np.trace(crossed))
    spread = agreeing + disagreeing - (kappa - chance * (1 - kappa)) ** 2
    return kappa, math.sqrt(max(0.0, spread) / count) / (1 - chance)


def _distances(table: NDArray[np.float64], names: Sequence[Hashable], scale: str) -> NDArray[np.float64]:
    """Squared differences between categories (Krippendorff, Content Analysis (2004) section 11.3)."""
    size = len(names)
    if scale == "nominal":
        return 1 - np.eye(size)
    if scale == "ordinal":
        totals = table.sum(axis=0)
        middle = np.cumsum(totals) - totals / 2
        result: NDArray[np.float64] = (middle[:, None] - middle[None, :]) ** 2
        return result
    values = np.array([float(str(name)) for name in names])
    gaps = values[:, None] - values[None, :]
    if scale == "interval":
        return np.asarray(gaps**2, dtype=np.float64)
    sums = values[:, None] + values[None, :]
    ratio: NDArray[np.float64] = np.divide(gaps**2, sums**2, out=np.zeros_like(gaps), where=sums != 0)
    return ratio


def krippendorff(table: NDArray[np.float64], names: Sequence[Hashable], scale: str = "nominal") -> float | None:
    """Alpha of any number of raters with missing ratings; names in ascending order for ordered scales.

    Method: Krippendorff, Content Analysis: An Introduction to Its Methodology, second edition (2004), chapter 11.
    """
    table = _paired(table)
    given = table.sum(axis=1)
    coincidences = (table / (given - 1)[:, None]).T @ table - np.diag((table / (given - 1)[:, None]).sum(axis=0))
    totals = coincidences.sum(axis=0)
    size = totals.sum()
    # Ordinal distances count the pairable values.
    distances = _distances(table, names, scale)
    expected = float((np.outer(totals, totals) * distances).sum()) / (size - 1)
    if expected == 0:
        return None
    return float(1 - (coincidences * distances).sum() / expected)


def specific_agreement(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of agreeing pairs for each category (Spitzer and Fleiss 1974; positive and negative agreement for two)."""
    table = _paired(table)
    given = table.sum(axis=1, keepdims=True)
    agreeing = (table * (table - 1) / (given - 1)).sum(axis=0)
    total = table.sum(axis=0)
    shares: NDArray[np.float64] = np.divide(agreeing, total, out=np.full(total.shape, np.nan), where=total > 0)
    return shares


def _specific(table: NDArray[np.float64], column: int) -> float:
    return float(specific_agreement(table)[column])


def _resampled(
    table: NDArray[np.float64], measure: Callable[[NDArray[np.float64]], float | None], *, seed: int, rounds: int,
    confidence: float,
) -> Interval | None:  # fmt: skip
    """Percentile limits over items drawn again with replacement (Efron and Tibshirani 1993, chapter 13)."""
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(rounds):
        value = measure(table[draw.integers(0, len(table), len(table))])
        if value is not None and not math.isnan(value):
            found.append(value)
    if len(found) < rounds / 2:
        return None
    tail = (1 - confidence) / 2
    low, high = np.quantile(found, [tail, 1 - tail])
    return Interval(float(low), float(high))


def _measured(value: float | None, limits: Interval | None, method: str) -> Measure:
    if value is None or limits is None:
        return Measure(value, None, None, method)
    return Measure(value, limits.low, limits.high, method)


def _raw(table: NDArray[np.float64], confidence: float, again: Callable[..., Interval | None]) -> Measure:
    """Raw agreement; with two ratings an item each item agrees or not, so the score interval holds."""
    value, paired = raw_agreement(table), _paired(table)
    if (paired.sum(axis=1) == 2).all():
        agreeing = round(value * len(paired))
        return _measured(value, wilson(found=agreeing, sampled=len(paired), confidence=confidence), "Wilson 1927")
    return _measured(value, again(raw_agreement), _BOOTSTRAP)


def agreement_report(
    *, ratings: Ratings, scale: Scale = "nominal", confidence: float = 0.95, seed: int = 0, rounds: int = 1000,
    order: Sequence[Hashable] = (),
) -> AgreementReport:  # fmt: skip
    """Compare any number of raters over the same items.

    ratings: a row an item, a column a rater, None where a rater skipped it. Rows with one rating count only in the
    chance agreement of AC1 and Fleiss' kappa, rows without any are left out. order: categories from lowest to highest,
    for the ordinal scale. seed, rounds: of the bootstrap intervals.
    Refuses: nothing_to_compare, ragged, scale_unknown, not_numbers, order_incomplete, confidence_invalid.
    """
    if scale not in SCALES:
        raise AgreementRefused("%(scale)s is not a scale of measurement.", code="scale_unknown", scale=scale)
    if not 0 < confidence < 1 or rounds < 10:
        raise AgreementRefused("Confidence lies between 0 and 1, with ten rounds or more.", code="confidence_invalid")
    if len({len(item) for item in ratings}) > 1:
        raise AgreementRefused("Every item has a place for every rater.", code="ragged")
    kept = [item for item in ratings if sum(value is not None for value in item) >= 2]
    if not kept:
        raise AgreementRefused("No item was rated by two people.", code="nothing_to_compare")
    rated = [item for item in ratings if any(value is not None for value in item)]
    names = _ordered({value for item in rated for value in item if value is not None}, scale, order)
    table = _counts(rated, names)
    counts = _paired(table).sum(axis=0)

    def again(measure: Callable[[NDArray[np.float64]], float | None]) -> Interval | None:
        return _resampled(table, measure, seed=seed, rounds=rounds, confidence=confidence)

    categories = tuple(
        Category(
            str(name),
            int(counts[at]),
            _measured(_specific(table, at), again(partial(_specific, column=at)), _BOOTSTRAP),
        )
        for at, name in enumerate(names)
        if counts[at]
    )
    return AgreementReport(
        items=len(kept), raters=len(kept[0]), ratings=int(counts.sum()), scale=scale,
        raw=_raw(table, confidence, again), kappa=_kappa(kept, table, confidence, again),
        alpha=_measured(
            krippendorff(table, names, scale), again(lambda some: krippendorff(some, names, scale)), _BOOTSTRAP
        ),
        ac1=_measured(gwet(table), again(gwet), _BOOTSTRAP), categories=categories,
    )  # fmt: skip


def _kappa(
    kept: Ratings, table: NDArray[np.float64], confidence: float, again: Callable[..., Interval | None]
) -> Measure:
    """Cohen's kappa for two raters without gaps, Fleiss' for more."""
    if len(kept[0]) == 2:
        both = cohen([item[0] for item in kept], [item[1] for item in kept])
        if both is None:
            return Measure(None, None, None, "Cohen 1960")
        reach = float(ndtri(1 - (1 - confidence) / 2)) * both[1]
        return Measure(
            both[0], both[0] - reach, min(1.0, both[0] + reach), "Cohen 1960; Fleiss, Cohen and Everitt 1969"
        )
    return _measured(fleiss(table), again(fleiss), "Fleiss 1971; bootstrap over items")


def _ordered(found: set[Hashable], scale: str, order: Sequence[Hashable]) -> list[Hashable]:
    """Categories in the order of the scale."""
    if order:
        if missing := sorted(str(name) for name in found - set(order)):
            raise AgreementRefused("%(name)s is missing from the order.", code="order_incomplete", name=missing[0])
        return [name for name in order if name in found]
    if scale == "nominal":
        return sorted(found, key=repr)
    try:
        values = {name: float(str(name)) for name in found}
    except ValueError:
        raise AgreementRefused("This scale needs numbers, or an order of the categories.", code="not_numbers") from None
    if not all(map(math.isfinite, values.values())):
        raise AgreementRefused("This scale needs numbers, or an order of the categories.", code="not_numbers")
    return sorted(found, key=lambda name: values[name])
