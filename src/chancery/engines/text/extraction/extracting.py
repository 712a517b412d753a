"""One door: what a text names, with offsets and confidence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final

from chancery.engines.text.extraction.dates import find_dates
from chancery.engines.text.extraction.folding import fold
from chancery.engines.text.extraction.people import find_people
from chancery.engines.text.extraction.values import KINDS, Entity, ExtractionRefused, Kind

_FINDERS: Final[dict[Kind, Callable[..., Iterable[Entity]]]] = {"person": find_people}


def extract(
    *, text: str, kinds: Collection[str] | None = None, day_first: bool | None = None, least_confidence: float = 0.0
) -> tuple[Entity, ...]:
    """Return what a text names, by offset.

    kinds: which of ``KINDS`` (None: all); fewer kinds cost less time. day_first: the order of 3/4/2025, see
    ``dates.find_dates``. least_confidence: findings below it are left out.
    Refuses: kind_unknown. The same text gives the same findings; nothing is looked up outside.
    """
    wanted = _checked(kinds)
    folded = fold(text)
    found: list[Entity] = []
    if "date" in wanted:
        found += find_dates(text=folded, day_first=day_first)
    for kind, finder in _FINDERS.items():
        if kind in wanted:
            found += finder(text=folded)
    kept = [one for one in found if one.confidence >= least_confidence] if least_confidence > 0 else found
    kept.sort(key=lambda one: (one.start, one.end, one.kind))
    return tuple(kept)


def _checked(kinds: Collection[str] | None) -> frozenset[str]:
    if kinds is None:
        return frozenset(KINDS)
    asked = frozenset([kinds] if isinstance(kinds, str) else kinds)
    for kind in sorted(asked - set(KINDS)):
        raise ExtractionRefused("“%(kind)s” is not a kind that is extracted.", code="kind_unknown", kind=kind)
    return asked
