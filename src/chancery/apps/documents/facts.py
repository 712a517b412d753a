"""What a list, a search and a sort need to know of an item, taken from the metadata the readers found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chancery.engines.ingest.records import Item
from chancery.engines.text.language import language_of

_DATES = (
    "date_sent",
    "sent_at",
    "date_received",
    "date",
    "date_start",
    "date_modified",
    "modified",
    "date_created",
    "created",
)
_TITLES = ("subject", "title")
_AUTHORS = ("from", "author", "creator", "last_modified_by", "artist")
_RECIPIENTS = ("to", "cc", "bcc", "attendees")
_LANGUAGE_SAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class Facts:
    """Title, people, date and language of one item; empty where the readers found none."""

    title: str
    author: str
    recipients: tuple[str, ...]
    sort_date: datetime | None
    language: str
    needs_recognition: bool


def facts_of(item: Item) -> Facts:
    """Return the facts of one item."""
    metadata = item.metadata
    return Facts(
        title=_first(metadata, _TITLES),
        author=_first(metadata, _AUTHORS),
        recipients=tuple(person for name in _RECIPIENTS for person in _listed(metadata.get(name))),
        sort_date=_date(metadata),
        language=(language_of(text=item.text[:_LANGUAGE_SAMPLE]) or "") if item.text else "",
        needs_recognition=bool(metadata.get("needs_ocr")) and not item.text,
    )


def _first(metadata: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        values = _listed(metadata.get(name))
        if values:
            return " ".join(values[0].split())
    return ""


def _listed(value: Any) -> list[str]:
    if value is None or isinstance(value, bool):
        return []
    if isinstance(value, list | tuple):
        return [str(each) for each in value if str(each).strip()]
    return [str(value)] if str(value).strip() else []


def _date(metadata: dict[str, Any]) -> datetime | None:
    for name in _DATES:
        for value in _listed(metadata.get(name)):
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                continue
            moment = found if found.tzinfo else found.replace(tzinfo=UTC)
            if 1 < moment.year < 9999:
                return moment.astimezone(UTC)
    return None
