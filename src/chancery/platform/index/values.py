"""What goes into the search store and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One searchable document. fields: name of a field to its tokens, separated by white space."""

    document_id: str
    tenant_id: str
    matter_id: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of what was found. total: documents in the permitted matters; found: (document id, score)."""

    total: int
    found: list[tuple[str, float]]
