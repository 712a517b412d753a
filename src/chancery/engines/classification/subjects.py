"""What rules look at: one document with the facts that its record holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

_ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+'=/&-]+@([A-Za-z0-9.-]+[A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Subject:
    """One document as the rules see it; what is not known is None or empty, and no rule fires on it.

    key: stable id. family: id of the family; a document without one is its own. size: bytes. date: the day that
    counts (sent, else last modified, else created), no time zone. text_length: characters. domains: of sender and
    recipients, lower case. duplicate: an exact copy of a document that is kept. near_duplicate: a member of a
    near-duplicate group that is not its pivot. known: its hash is on a list of known files. marks: words that the
    reader set, such as ``bulk`` (List-Unsubscribe or Precedence: bulk) and ``automatic`` (Auto-Submitted).
    """

    key: str
    family: str = ""
    name: str = ""
    path: str = ""
    kind: str = ""
    media_type: str = ""
    size: int | None = None
    date: date | None = None
    text_length: int | None = None
    language: str = ""
    custodian: str = ""
    subject: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    attachment: bool = False
    duplicate: bool = False
    near_duplicate: bool = False
    known: bool = False
    marks: frozenset[str] = frozenset()
    exception: str = ""


def domains_in(*, addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct domains of mail addresses, lower case, in order."""
    found = (match[1].lower() for address in addresses for match in _ADDRESS.finditer(address))
    return tuple(dict.fromkeys(found))


def subject_from_record(*, record: Mapping[str, Any]) -> Subject:
    """Make a subject of one line of ``items.jsonl``; fields of a wrong type are taken as not known."""
    data = record.get("metadata")
    metadata: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    sender = " ".join(_texts(metadata.get("from")))
    recipients = tuple(one for name in ("to", "cc", "bcc") for one in _texts(metadata.get(name)))
    length = metadata.get("text_length", record.get("text_length"))
    return Subject(
        key=_text(record.get("id")),
        family=_text(record.get("family_id")),
        name=_text(record.get("name")),
        path=_text(record.get("path")),
        kind=_text(record.get("kind")) or _text(metadata.get("kind")),
        media_type=_text(record.get("media_type")).lower(),
        size=_count(record.get("size")),
        date=_day(metadata),
        text_length=_count(length),
        language=_text(record.get("language")) or _text(metadata.get("language")),
        custodian=_text(metadata.get("custodian")),
        subject=_text(metadata.get("subject")),
        sender=sender,
        recipients=recipients,
        domains=domains_in(addresses=(sender, *recipients)),
        attachment=bool(record.get("parent_id")) and record.get("parent_id") != record.get("id"),
        duplicate=bool(record.get("duplicate_of")),
        near_duplicate=_near_duplicate(record),
        known=record.get("exception") == "known_file",
        marks=_marks(metadata),
        exception=_text(record.get("exception")),
    )


def _near_duplicate(record: Mapping[str, Any]) -> bool:
    group, similarity = record.get("near_duplicate_group"), record.get("near_duplicate_similarity")
    return bool(group) and group != record.get("id") and isinstance(similarity, (int, float)) and similarity > 0


def _marks(metadata: Mapping[str, Any]) -> frozenset[str]:
    names = {str(name).lower().replace("-", "_"): value for name, value in metadata.items()}
    marks = set()
    if names.get("list_unsubscribe") or str(names.get("precedence", "")).lower() in ("bulk", "list", "junk"):
        marks.add("bulk")
    if str(names.get("auto_submitted", "no")).lower() not in ("no", "", "none"):
        marks.add("automatic")
    if str(names.get("content_disposition", names.get("disposition", ""))).lower().startswith("inline"):
        marks.add("inline")
    return frozenset(marks)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, (list, tuple)) else []


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _day(metadata: Mapping[str, Any]) -> date | None:
    for name in ("date_sent", "date", "date_modified", "modified", "date_created", "created"):
        value = metadata.get(name)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        if isinstance(value, str):
            try:
                return date.fromisoformat(value[:10])
            except ValueError:
                continue
    return None
