"""People and dates named in a text, few and sure enough to stand in a list of items."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from chancery.engines.text.extraction.mentions import people_and_dates

_MOST = 200
_CHARACTERS = 200_000
"""The beginning of a text that is searched; what a longer one names stands in its text all the same."""
_HELD = 16 * 1024**2
"""Characters of answers that are kept for texts that come again."""
_MEMBERS_OF = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
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


class Names:
    """What texts name, as the members of a JSON object; a text that comes again is not searched again.

    A collection holds most long texts several times: in the folders of sender and recipients, and in forwarded mail.
    """

    def __init__(self, *, held: int = _HELD) -> None:
        self._limit, self._size = held, 0
        self._held: dict[bytes, str] = {}

    def members(self, *, text: str, kind: str, data: bytes) -> str:
        """Return ``"named_people":[…],"named_dates":[…]``, empty where ``entities_of`` gives nothing.

        data: the text in UTF-8, by whose SHA-256 it is known again.
        """
        if kind in _NEVER:
            return ""
        key = hashlib.sha256(data).digest()
        found = self._held.get(key)
        if found is None:
            found = self._held[key] = _MEMBERS_OF(entities_of(text=text, kind=kind))[1:-1]
            self._size += len(found)
            while self._size > self._limit:
                self._size -= len(self._held.pop(next(iter(self._held))))
        return found
