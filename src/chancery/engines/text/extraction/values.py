"""What is found in a text: kinds of entities, one entity, and the refusal of a kind that is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from chancery.foundation.errors import Refused

Kind = Literal[
    "person",
    "organisation",
    "address",
    "phone",
    "amount",
    "date",
    "identity",
    "bank",
    "email",
    "url",
    "domain",
    "language",
]
KINDS: Final[tuple[Kind, ...]] = (
    "person",
    "organisation",
    "address",
    "phone",
    "amount",
    "date",
    "identity",
    "bank",
    "email",
    "url",
    "domain",
    "language",
)


class ExtractionRefused(Refused):
    """A request for something the extraction does not know. Codes: kind_unknown."""

    code = "extraction_refused"


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing named in a text.

    kind: what it is. value: normalised form (ISO 8601 date, ``CNY 1000000.00``, ``+8613812345678``, a number
    without spaces). start, end: character offsets in the text as given, end exclusive. confidence: 0 to 1; it
    orders findings and is set per rule, see ``docs/guide/extraction.md``. rule: stable name of the rule.
    """

    kind: Kind
    value: str
    start: int
    end: int
    confidence: float
    rule: str
