"""Which hours of the year somebody works: coverage of sites, overlap of pairs, gaps between hand-offs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import combinations

import numpy as np

from chancery.engines.allocation.timelines import Timeline, combined, instant_of, timeline
from chancery.foundation.calendars import WorkingCalendar
from chancery.foundation.errors import Refused

HOUR = 3600


class CoverageRefused(Refused):
    """Sites that give no coverage."""

    code = "coverage_refused"


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which no site works. after: site that closes last before it; next: first to open after it."""

    start: datetime
    end: datetime
    hours: float
    after: str
    next: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Hours in the span during which both sites work; days: how many stretches; longest in hours.

    handoffs: openings of the second site while the first works, where work can change hands in person.
    """

    first: str
    second: str
    hours: float
    stretches: int
    longest: float
    handoffs: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage of a span in UTC. Shares lie between 0 and 1.

    covered: of all hours. weekdays: of the hours from Monday to Friday in UTC. week: for each of the 168 hours of the
    week from Monday 00:00 UTC, the share of its occurrences with somebody at work. provisional: a site's holidays are
    not announced for the whole span.
    """

    first: date
    last: date
    covered: float
    weekdays: float
    hours: float
    gaps: tuple[Gap, ...]
    longest_gap: float
    overlaps: tuple[Overlap, ...]
    week: tuple[float, ...]
    provisional: bool


def _grid(line: Timeline) -> np.ndarray:
    """Working seconds in each UTC hour of the span."""
    edges = np.arange(line.first, line.last + 1, HOUR, dtype=np.int64)
    return np.diff(line.position(edges))


def _overlap(first: Timeline, second: Timeline) -> Overlap:
    both = combined([first, second], name="both", every=True)
    lengths = both.closes - both.opens
    at = np.searchsorted(first.opens, second.opens, side="right") - 1
    held = np.maximum(at, 0)
    met = (
        (at >= 0) & (second.opens < first.closes[held]) if first.opens.size else np.zeros(second.opens.size, dtype=bool)
    )
    longest = float(lengths.max()) / HOUR if lengths.size else 0.0
    return Overlap(
        first.name, second.name, float(lengths.sum()) / HOUR, int(lengths.size), longest, int(np.count_nonzero(met))
    )


def _gaps(lines: Sequence[Timeline], united: Timeline) -> tuple[Gap, ...]:
    starts = np.concatenate([[united.first], united.closes])
    ends = np.concatenate([united.opens, [united.last]])
    found = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if end <= start:
            continue
        after = next((line.name for line in lines if start in line.closes), "")
        following = next((line.name for line in lines if end in line.opens), "")
        found.append(Gap(instant_of(start), instant_of(end), (end - start) / HOUR, after, following))
    return tuple(found)


def coverage(*, sites: Sequence[WorkingCalendar], first: date, last: date) -> Coverage:
    """Work out when somebody works between two days in UTC, both inclusive.

    Refuses: no_sites, site_repeated, and spans as ``timeline`` does.
    """
    if not sites:
        raise CoverageRefused("Coverage needs at least one site.", code="no_sites")
    if len({site.name for site in sites}) != len(sites):
        raise CoverageRefused("Every site has a name of its own.", code="site_repeated")
    lines = [timeline(site, first=first, last=last) for site in sites]
    united = combined(lines, name="all sites", every=False)
    grid = _grid(united) / HOUR
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    hour_of_week = (np.arange(grid.size) + begin.weekday() * 24) % 168
    counts = np.bincount(hour_of_week, minlength=168)
    sums = np.bincount(hour_of_week, weights=grid, minlength=168)
    working_days = hour_of_week < 120
    gaps = _gaps(lines, united)
    return Coverage(
        first, last, float(grid.mean()),
        float(grid[working_days].mean()) if working_days.any() else 0.0,
        float(grid.sum()), gaps, max((gap.hours for gap in gaps), default=0.0),
        tuple(_overlap(one, two) for one, two in combinations(lines, 2)),
        tuple(float(share) for share in np.divide(sums, counts, out=np.zeros(168), where=counts > 0)),
        any(site.provisional_from is not None and site.provisional_from <= last for site in sites),
    )  # fmt: skip
