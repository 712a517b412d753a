"""People and dates named in a text, few and sure enough to stand in a list of items."""

from __future__ import annotations

from typing import Any

from chancery.engines.text.extraction.mentions import people_and_dates

_MOST = 200
_CHARACTERS = 200_000
"""The beginning of a text that is searched; what a longer one names stands in its text all the same."""
_NEVER = frozenset({"database", "media", "other"})


def entities_of(*, text: str, kind: str) -> dict[str, list[dict[str, Any]]]:
    """Return ``named_people`` and ``named_dates``: value, offsets and confidence, each value once, at most 200."""
    if kind in _NEVER:
        return {}
    found: dict[str, dict[str, dict[str, Any]]] = {"person": {}, "date": {}}
    for each in people_and_dates(text=text[:_CHARACTERS]):
        group = found[each.kind]
        if each.value not in group and len(group) < _MOST:
            group[each.value] = {
                "value": each.value,
                "start": each.start,
                "end": each.end,
                "confidence": round(each.confidence, 3),
            }
    return {"named_people": list(found["person"].values()), "named_dates": list(found["date"].values())}
