"""Which items get a second look: simple random samples that anyone can draw again."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from decimal import Decimal

from chancery.foundation.errors import Refused
from chancery.foundation.statistics import zero_find_size


class SamplingRefused(Refused):
    """A sample that cannot be drawn."""

    code = "sampling_refused"


def sample(
    *,
    population: Sequence[str],
    seed: str | int,
    share: Decimal | None = None,
    size: int | None = None,
    minimum: int = 1,
) -> tuple[str, ...]:
    """Draw a simple random sample without replacement, in random order.

    population: distinct ids; their order does not matter. Give either share (0 to 1, rounded up to whole
    items) or size. At least ``minimum`` items are drawn, at most the whole population. The same population
    and seed give the same sample on every machine: ids are ranked by SHA-256 of seed and id.
    Refuses: ids_repeated, share_or_size, share_invalid.
    """
    if len(set(population)) != len(population):
        raise SamplingRefused("The ids to draw from are distinct.", code="ids_repeated")
    if (share is None) == (size is None):
        raise SamplingRefused("Give either a share or a size.", code="share_or_size")
    if share is not None and not Decimal(0) <= share <= Decimal(1):
        raise SamplingRefused("A share lies between 0 and 1.", code="share_invalid")
    wanted = size if size is not None else math.ceil((share or Decimal(0)) * len(population))
    drawn = min(len(population), max(wanted, minimum, 0))
    ranked = sorted(population, key=lambda one: (_rank(seed, one), one))
    return tuple(ranked[:drawn])


def _rank(seed: str | int, item: str) -> bytes:
    return hashlib.sha256(f"{seed}\x1f{item}".encode()).digest()


def zero_defect_size(*, lot: int | None, limit: float, confidence: float = 0.95) -> int:
    """Sample that must show no defect so that the lot holds less than ``limit`` of them.

    lot: number of items, None for an unlimited one. limit: share between 0 and 1; 0.02 means 2 %.
    Acceptance number zero. Method: hypergeometric (binomial without a lot), see
    ``foundation.statistics.zero_find_size``.
    """
    return zero_find_size(limit=limit, confidence=confidence, lot=lot)
