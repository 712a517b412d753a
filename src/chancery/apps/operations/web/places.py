"""The places of a service definition in words: `steps[first_level].standard_minutes` as “First-level review · …”."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from chancery.apps.operations.catalogue.differences import place_parts
from chancery.apps.operations.wording import GRADES, words

_WORDS: Final[Mapping[str, Any]] = {
    **GRADES,
    "name": _("name"),
    "summary": _("summary"),
    "text": _("text"),
    "statement": _("statement"),
    "en": _("in English"),
    "zh": _("in Chinese"),
    "standard_minutes": _("standard minutes"),
    "share": _("share"),
    "minimum": _("at least"),
    "samples": _("sample"),
    "review": _("of the review"),
    "decision_fields": _("question looked at again"),
    "overturn_limit": _("limit of overturned decisions"),
    "weight": _("weight"),
    "limit": _("limit"),
    "production": _("before a production"),
    "calendar": _("calendar"),
    "otherwise": _("for other places"),
    "by_data_location": _("where the data stay in"),
    "base_minutes": _("working minutes"),
    "minutes_per_unit": _("minutes more for each document"),
    "warn_share": _("share of the time at which a warning is given"),
    "rates": _("rate for an hour"),
    "price": _("price"),
    "range_share": _("share by which a quote may differ"),
    "valid_days": _("days for which a quote is valid"),
}
_SILENT: Final = frozenset({"quantity", "defect_classes", "units"})
_LONGEST: Final = 60


def place_words(*, place: str, definition: Mapping[str, Any]) -> str:
    """Return a place in words: named entries by their name in the reader's language, the rest by what it means.

    The part of the service it belongs to is left out: it heads the group. Codes without words stay as they are.
    """
    parts = place_parts(place)
    said: list[str] = []
    here: Any = definition
    for number, part in enumerate(parts):
        here = _step(here, part)
        if isinstance(here, Mapping) and isinstance(here.get("name") or here.get("text"), Mapping) and number:
            said.append(words(here.get("name") or here.get("text"))[:_LONGEST])
        elif (number or parts[1:] in (["en"], ["zh"])) and part not in _SILENT:
            said.append(str(_WORDS.get(part, part)))
    return " · ".join(said)


def _step(here: Any, part: str) -> Any:
    """Return what lies under a name: a field, or the entry of a list with this key, code, value or number."""
    if isinstance(here, Mapping):
        return here.get(part)
    if isinstance(here, list):
        named = (each for each in here if isinstance(each, Mapping) and part in map(each.get, ("key", "code", "value")))
        return next(named, here[int(part) - 1] if part.isdecimal() and 0 < int(part) <= len(here) else None)
    return None
