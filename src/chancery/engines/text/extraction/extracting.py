"""One door: what a text names, with offsets and confidence."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable
from typing import Final

from chancery.engines.text.extraction.addresses import find_addresses
from chancery.engines.text.extraction.amounts import find_amounts
from chancery.engines.text.extraction.banks import find_banks
from chancery.engines.text.extraction.dates import find_dates
from chancery.engines.text.extraction.folding import fold
from chancery.engines.text.extraction.identities import find_identities
from chancery.engines.text.extraction.internet import find_internet
from chancery.engines.text.extraction.languages import find_languages
from chancery.engines.text.extraction.organisations import find_organisations
from chancery.engines.text.extraction.people import find_people
from chancery.engines.text.extraction.phones import find_phones
from chancery.engines.text.extraction.values import KINDS, Entity, ExtractionRefused, Kind

_FINDERS: Final[dict[Kind, Callable[..., Iterable[Entity]]]] = {
    "person": find_people,
    "organisation": find_organisations,
    "address": find_addresses,
    "phone": find_phones,
    "amount": find_amounts,
    "identity": find_identities,
    "bank": find_banks,
    "language": find_languages,
}
_DOUBTFUL: Final = "person.context"
# A stretch of digits is one number: the kind that can prove itself keeps it.
_NUMBERS: Final = ("identity", "bank", "phone", "date", "amount")


def extract(
    *, text: str, kinds: Collection[str] | None = None, day_first: bool | None = None, least_confidence: float = 0.0
) -> tuple[Entity, ...]:
    """Return what a text names, by offset.

    kinds: which of ``KINDS`` (None: all); fewer kinds cost less time. day_first: the order of 3/4/2025, see
    ``dates.find_dates``. least_confidence: findings below it are left out.
    Findings of different kinds may lie on each other (a domain in an address), but a number has one kind: the surer
    one, of the kinds asked for. Refuses: kind_unknown. The same text gives the same findings, in every place.
    """
    wanted = _checked(kinds)
    folded = fold(text)
    found: list[Entity] = []
    if "date" in wanted:
        found += find_dates(text=folded, day_first=day_first)
    for kind, finder in _FINDERS.items():
        if kind in wanted:
            found += finder(text=folded)
    if wanted & {"email", "url", "domain"}:
        found += find_internet(text=folded, kinds=wanted)
    if {"person", "organisation"} <= wanted:
        found = list(_apart(found))
    found = [one for one in _one_kind_each(found) if one.confidence >= least_confidence]
    found.sort(key=lambda one: (one.start, one.end, one.kind))
    return tuple(found)


def _apart(found: list[Entity]) -> Iterable[Entity]:
    """Leave out two capitalised words that only their surroundings make a person where they are part of an
    organisation's name."""
    names = sorted((one.start, one.end) for one in found if one.kind == "organisation")
    starts = [start for start, _ in names]
    for one in found:
        at = bisect_right(starts, one.start) - 1
        if one.rule != _DOUBTFUL or at < 0 or names[at][1] < one.end:
            yield one


def _one_kind_each(found: list[Entity]) -> Iterable[Entity]:
    """Leave out a number that overlaps a surer one of another kind, or lies inside a web or postal address."""
    numbers = [one for one in found if one.kind in _NUMBERS]
    if not numbers:
        return found
    covers = [one for one in found if one.kind in ("url", "email")] + numbers
    covers.sort(key=lambda one: (one.start, -one.end))
    lost: set[int] = set()
    reach: list[Entity] = []
    for one in covers:
        reach = [other for other in reach if other.end > one.start]
        for other in reach:
            if one.kind != other.kind:
                weaker = min((one, other), key=_strength)
                if weaker.kind in _NUMBERS:
                    lost.add(id(weaker))
        if id(one) not in lost:
            reach.append(one)
    return [one for one in found if id(one) not in lost]


def _strength(one: Entity) -> tuple[bool, float, int]:
    return one.kind not in _NUMBERS, one.confidence, one.end - one.start


def _checked(kinds: Collection[str] | None) -> frozenset[str]:
    if kinds is None:
        return frozenset(KINDS)
    asked = frozenset([kinds] if isinstance(kinds, str) else kinds)
    for kind in sorted(asked - set(KINDS)):
        raise ExtractionRefused("“%(kind)s” is not a kind that is extracted.", code="kind_unknown", kind=kind)
    return asked
