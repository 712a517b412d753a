"""What an event is: a frozen dataclass with a name, whose fields are JSON values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all news. ``name`` is stable, such as "documents.collection_processed"."""

    name: ClassVar[str] = ""
    tenant_id: str
    matter_id: str | None = None

    def as_fields(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self)

    @classmethod
    def from_fields(cls, values: dict[str, Any]) -> Self:
        """Return the event from stored fields; fields of an older or newer version are left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: value for key, value in values.items() if key in known})
