"""Legal systems by code: countries and their parts that license lawyers, with names in both languages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from chancery.foundation.errors import Refused

# Codes in use that mean one of ours.
ALIASES = {"PRC": "CN", "UK": "GB", "USA": "US", "ENG": "GB-EAW", "GB-ENG": "GB-EAW", "GB-WLS": "GB-EAW"}


class UnknownJurisdiction(Refused):
    """A code that names no jurisdiction we know."""

    code = "unknown_jurisdiction"


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """One legal system. code: ISO 3166-1 or 3166-2, GB-EAW for England and Wales. parent: code or empty.

    legal_system: common, civil or mixed.
    """

    code: str
    name_en: str
    name_zh: str
    parent: str
    legal_system: str

    def name(self, *, language: str) -> str:
        """Display name in a language tag: Chinese for zh and its variants, otherwise English."""
        return self.name_zh if language.lower().startswith("zh") else self.name_en


@cache
def jurisdictions() -> dict[str, Jurisdiction]:
    """All known jurisdictions by code, in the order of the table."""
    text = (files("chancery.foundation") / "data" / "jurisdictions.json").read_text("utf-8")
    return {row["code"]: Jurisdiction(**row) for row in json.loads(text)["jurisdictions"]}


def jurisdiction(*, code: str) -> Jurisdiction:
    """Find a jurisdiction by code or usual alias, in any letter case; refuses an unknown code."""
    wanted = code.strip().upper().replace("_", "-")
    found = jurisdictions().get(ALIASES.get(wanted, wanted))
    if found is None:
        raise UnknownJurisdiction("%(name)s is not a known jurisdiction.", name=code)
    return found


def within(*, code: str, other: str) -> bool:
    """Tell whether a jurisdiction is another one or a part of it: US-NY is within US."""
    here: Jurisdiction | None = jurisdiction(code=code)
    there = jurisdiction(code=other)
    while here is not None:
        if here == there:
            return True
        here = jurisdictions().get(here.parent)
    return False
