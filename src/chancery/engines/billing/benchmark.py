"""Compare firms' rates like for like: an index by cells, and a regression of log rates with shrunken firm effects.

A blended rate (fees / hours) mixes what is bought with what it costs; it is spend, not a comparison.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from chancery.foundation.errors import Refused

Floats = NDArray[np.float64]
# Years since qualification at which a new band begins.
BANDS = (0, 2, 4, 6, 9, 13, 20)
MIN_FIRMS, MIN_PEOPLE = 3, 5
MIN_CLIENTS, MAX_CLIENT_SHARE, MIN_AGE_DAYS = 5, 0.25, 92


class BenchmarkRefused(Refused):
    """A comparison that would say nothing, or too much."""

    code = "benchmark_refused"


@dataclass(frozen=True, slots=True)
class Observed:
    """Hours of one person at one rate. rate: per hour in one currency; years: since qualification.

    client: who paid, for the disclosure gate; on: last day of the period.
    """

    firm: str
    person: str
    grade: str
    years: float
    region: str
    practice: str
    year: int
    rate: float
    hours: float
    client: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class FirmIndex:
    """A firm against the others. index: 1.1 is 10 % dearer than they are for the same cells.

    low, high: bootstrap interval over people. coverage: share of hours compared in their own, finest cell.
    """

    firm: str
    index: float
    low: float
    high: float
    coverage: float
    people: int
    hours: float


@dataclass(frozen=True, slots=True)
class FirmPremium:
    """A firm's effect on rates, all else equal. premium: 0.1 is 10 % dearer; shrunken towards 0 for small firms."""

    firm: str
    premium: float
    low: float
    high: float
    people: int


def band_of(*, years: float) -> int:
    """The band of years since qualification, as the year it begins."""
    return max(start for start in BANDS if start <= max(years, 0))


def gate(*, observed: Sequence[Observed], as_of: date) -> list[Observed]:
    """Rows that may be pooled and shown: older than three months, of five clients or more, none above a quarter.

    Shares are of hours. Refuses otherwise (rows_undated, too_few_clients, client_dominates). Usual conditions for
    exchange of prices between buyers; to be checked with counsel.
    """
    if any(row.on is None for row in observed):
        raise BenchmarkRefused("Pooled rates need the day they were paid.", code="rows_undated")
    kept = [row for row in observed if row.on is not None and (as_of - row.on).days >= MIN_AGE_DAYS]
    hours: dict[str, float] = defaultdict(float)
    for row in kept:
        hours[row.client] += row.hours
    if len(hours) < MIN_CLIENTS:
        raise BenchmarkRefused(
            "Pooled rates of %(clients)s clients are not shown; it takes %(least)s.",
            code="too_few_clients",
            clients=len(hours),
            least=MIN_CLIENTS,
        )
    if max(hours.values()) > MAX_CLIENT_SHARE * sum(hours.values()):
        raise BenchmarkRefused("One client makes more than a quarter of the pooled hours.", code="client_dominates")
    return kept


def _keys(row: Observed) -> tuple[Hashable, ...]:
    """Cells of a row from the finest to the coarsest: the year, practice, region and band are given up in turn."""
    band = band_of(years=row.years)
    return (
        (row.grade, band, row.region, row.practice, row.year),
        (row.grade, band, row.region, row.practice),
        (row.grade, band, row.region),
        (row.grade, row.region),
        (row.grade,),
        (),
    )


def rate_index(
    *,
    observed: Sequence[Observed],
    seed: int,
    confidence: float = 0.9,
    draws: int = 400,
    min_firms: int = MIN_FIRMS,
    min_people: int = MIN_PEOPLE,
) -> tuple[FirmIndex, ...]:
    """Index of each firm: its fees over what the others charge for the same hours in the same cells.

    cell: class × band × region × practice × year. A cell with fewer than ``min_firms`` firms or ``min_people``
    people, without the firm itself, gives way to the coarser one above it. Interval: percentile bootstrap over the
    firm's people. Refuses an empty list (no_rows) and rates that are not positive (rate_not_positive).
    """
    _check(observed)
    pools = _Pools(observed, min_firms, min_people)
    by_firm: dict[str, list[Observed]] = defaultdict(list)
    for row in observed:
        by_firm[row.firm].append(row)
    found = []
    for place, (firm, rows) in enumerate(sorted(by_firm.items())):
        paid: dict[str, float] = defaultdict(float)
        fair: dict[str, float] = defaultdict(float)
        own = compared = 0.0
        for row in rows:
            level, pool = pools.without(firm, row)
            if pool is None:
                continue
            paid[row.person] += row.rate * row.hours
            fair[row.person] += pool * row.hours
            compared += row.hours
            own += row.hours if level == 0 else 0.0
        if not compared:
            continue
        people = sorted(paid)
        above = np.array([paid[person] for person in people])
        below = np.array([fair[person] for person in people])
        drawn = _resampled(len(people), draws, seed + place)
        low, high = _interval((drawn @ above) / (drawn @ below), confidence)
        index = float(above.sum() / below.sum())
        hours = sum(row.hours for row in rows)
        found.append(FirmIndex(firm, index, low, high, own / hours, len(people), hours))
    return tuple(found)


class _Pools:
    """Hours, fees, firms and people of every cell, so that one firm can be left out."""

    def __init__(self, observed: Sequence[Observed], min_firms: int, min_people: int) -> None:
        self.min_firms, self.min_people = min_firms, min_people
        self.sums: dict[Hashable, dict[str, tuple[float, float]]] = defaultdict(dict)
        self.people: dict[Hashable, dict[str, set[str]]] = defaultdict(dict)
        for row in observed:
            for level, key in enumerate(_keys(row)):
                place = (level, key)
                fees, hours = self.sums[place].get(row.firm, (0.0, 0.0))
                self.sums[place][row.firm] = (fees + row.rate * row.hours, hours + row.hours)
                self.people[place].setdefault(row.firm, set()).add(row.person)
        self.totals = {
            place: (sum(fees for fees, _ in firms.values()), sum(hours for _, hours in firms.values()))
            for place, firms in self.sums.items()
        }
        self.counts = {place: sum(map(len, firms.values())) for place, firms in self.people.items()}

    def without(self, firm: str, row: Observed) -> tuple[int, float | None]:
        """Level of the cell used, 0 for the finest, and the average rate of the other firms there."""
        for level, key in enumerate(_keys(row)):
            place = (level, key)
            others = len(self.sums[place]) - 1
            people = self.counts[place] - len(self.people[place][firm])
            if others < self.min_firms or people < self.min_people:
                continue
            fees, hours = self.totals[place]
            own_fees, own_hours = self.sums[place][firm]
            if hours - own_hours > 0:
                return level, (fees - own_fees) / (hours - own_hours)
        return -1, None


def rate_premiums(
    *, observed: Sequence[Observed], seed: int, confidence: float = 0.9, draws: int = 200
) -> tuple[FirmPremium, ...]:
    """Firm effects of: ln rate = class + f(years) + region + practice + year + firm.

    f: linear and logarithmic in years, by class. Firm effects are random: shrunken by the ratio of the variances
    within and between firms, estimated by expectation maximisation. Interval: bootstrap over the people of each firm.
    Effects sum to zero over firms. Refuses as ``rate_index``, and fewer than two firms (too_few_firms).
    """
    _check(observed)
    firms = sorted({row.firm for row in observed})
    if len(firms) < 2:
        raise BenchmarkRefused("A comparison needs two firms.", code="too_few_firms")
    fixed = _design(observed)
    firm_of = np.array([firms.index(row.firm) for row in observed])
    target = np.log(np.array([row.rate for row in observed]))
    people = [f"{row.firm}\0{row.person}" for row in observed]
    weights = _per_person(people)
    effects, ratio = _mixed(fixed, firm_of, len(firms), target, weights, None)
    names = sorted(set(people))
    place = {name: index for index, name in enumerate(names)}
    of_row = np.array([place[name] for name in people])
    firm_of_person = np.array([firms.index(name.split("\0")[0]) for name in names])
    random = np.random.default_rng(seed)
    drawn = np.empty((draws, len(firms)))
    for draw in range(draws):
        counts = np.zeros(len(names))
        for number in range(len(firms)):
            own = np.flatnonzero(firm_of_person == number)
            counts += np.bincount(random.choice(own, len(own)), minlength=len(names))
        drawn[draw], _ = _mixed(fixed, firm_of, len(firms), target, weights * counts[of_row], ratio)
    found = []
    for index, firm in enumerate(firms):
        low, high = _interval(np.exp(drawn[:, index]) - 1, confidence)
        members = int((firm_of_person == index).sum())
        found.append(FirmPremium(firm, float(np.exp(effects[index]) - 1), low, high, members))
    return tuple(found)


def _check(observed: Sequence[Observed]) -> None:
    if not observed:
        raise BenchmarkRefused("There is nothing to compare.", code="no_rows")
    for row in observed:
        if not (np.isfinite(row.rate) and row.rate > 0 and np.isfinite(row.hours) and row.hours > 0):
            raise BenchmarkRefused("Rates and hours are above zero.", code="rate_not_positive")


def _design(observed: Sequence[Observed]) -> Floats:
    """Columns of the fixed part: one for each level but the first of every factor, and years within classes."""
    columns = [np.ones(len(observed))]
    factors: tuple[Callable[[Observed], Hashable], ...] = (
        lambda row: row.grade,
        lambda row: row.region,
        lambda row: row.practice,
        lambda row: row.year,
    )
    for factor in factors:
        values = [factor(row) for row in observed]
        for level in sorted(set(values), key=str)[1:]:
            columns.append(np.array([float(value == level) for value in values]))
    years = np.array([max(row.years, 0.0) for row in observed])
    grades = [row.grade for row in observed]
    for grade in sorted(set(grades)):
        member = np.array([float(value == grade) for value in grades])
        columns += [member * years / 10, member * np.log1p(years)]
    return np.column_stack(columns)


def _per_person(people: Sequence[str]) -> Floats:
    """Weights that count every person once, however many rows they have."""
    rows = Counter(people)
    return np.array([1 / rows[name] for name in people])


def _mixed(
    fixed: Floats, firm_of: NDArray[np.int64], firms: int, target: Floats, weights: Floats, ratio: float | None
) -> tuple[Floats, float]:
    """Firm effects and variance ratio (within / between) of a random-intercept model by penalised least squares."""
    share = weights / weights.sum() * np.count_nonzero(weights)
    weighted = fixed * share[:, None]
    gram = fixed.T @ weighted
    count = np.bincount(firm_of, weights=share, minlength=firms)
    cross = np.zeros((fixed.shape[1], firms))
    np.add.at(cross.T, firm_of, weighted)
    right_fixed, right_firm = weighted.T @ target, np.bincount(firm_of, weights=share * target, minlength=firms)
    ridge = np.eye(len(gram)) * 1e-8 * np.trace(gram) / len(gram)
    steps, value = (60, 1.0) if ratio is None else (1, ratio)
    effects = np.zeros(firms)
    for _ in range(steps):
        inverse = 1 / (count + value)
        reduced = gram + ridge - (cross * inverse) @ cross.T
        beta = np.linalg.solve(reduced, right_fixed - cross @ (inverse * right_firm))
        effects = inverse * (right_firm - cross.T @ beta)
        if ratio is not None:
            break
        rest = target - fixed @ beta - effects[firm_of]
        lost = fixed.shape[1] + float((count * inverse).sum())
        within = float((share * rest**2).sum()) / max(float(share.sum()) - lost, 1.0)
        between = max(float((effects**2 + within * inverse).mean()), 1e-9)
        new = max(within / between, 1e-6)
        if abs(new - value) <= 1e-6 * value:
            break
        value = new
    return effects - effects.mean(), value


def _resampled(size: int, draws: int, seed: int) -> Floats:
    """How often each of ``size`` people is drawn in each bootstrap sample."""
    random = np.random.default_rng(seed)
    return random.multinomial(size, np.full(size, 1 / size), size=draws).astype(np.float64)


def _interval(values: Floats, confidence: float) -> tuple[float, float]:
    tail = (1 - confidence) / 2 * 100
    low, high = np.percentile(values, [tail, 100 - tail])
    return float(low), float(high)
