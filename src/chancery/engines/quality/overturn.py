"""What a blind second look found: how often the first decision was overturned, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chancery.foundation.errors import Refused
from chancery.foundation.statistics import agreement, clopper_pearson, wilson


class OverturnRefused(Refused):
    """Two looks that cannot be compared."""

    code = "overturn_refused"


@dataclass(frozen=True, slots=True)
class Overturn:
    """The result of a second look; every rate is a share between 0 and 1.

    wilson and exact limits: of the share that a second look would overturn in the whole population, if the
    sample is a simple random one. raw, kappa and ac1 stand together, since kappa alone misleads when nearly
    everything is decided alike; kappa and ac1 are None when they are not defined.
    """

    count: int
    sampled: int
    rate: float
    wilson_low: float
    wilson_high: float
    exact_low: float
    exact_high: float
    raw_agreement: float
    kappa: float | None
    ac1: float | None
    overturned: tuple[str, ...]


def overturns(*, first: Mapping[str, str], second: Mapping[str, str], confidence: float = 0.95) -> Overturn:
    """Compare a second look with the first decisions.

    first: decision by item id, of all items. second: decision by item id, of the sampled ones. confidence: of
    the two-sided intervals. Refuses: nothing_sampled, first_decision_missing.
    """
    if not second:
        raise OverturnRefused("Nobody took a second look yet.", code="nothing_sampled")
    items = sorted(second)
    missing = [item for item in items if item not in first]
    if missing:
        raise OverturnRefused("%(item)s has no first decision.", code="first_decision_missing", item=missing[0])
    changed = tuple(item for item in items if first[item] != second[item])
    score = wilson(found=len(changed), sampled=len(items), confidence=confidence)
    exact = clopper_pearson(found=len(changed), sampled=len(items), confidence=confidence)
    both = agreement(first=[first[item] for item in items], second=[second[item] for item in items])
    return Overturn(
        count=len(changed),
        sampled=len(items),
        rate=len(changed) / len(items),
        wilson_low=score.low,
        wilson_high=score.high,
        exact_low=exact.low,
        exact_high=exact.high,
        raw_agreement=both.raw,
        kappa=both.kappa,
        ac1=both.ac1,
        overturned=changed,
    )
