"""The output folder of ``chancery ingest`` as documents to be searched, and its index kept beside it.

A folder holds ``items.jsonl`` (one object a line) and the texts it names. Items and exceptions are searched;
containers (archives, mailboxes) are not, what came out of them is.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from chancery.foundation.errors import Refused

from .describing import as_list, domains_of, group_of, marks_of, titles_of
from .fields import MARK, TEXT
from .segment import FAMILY, Entry
from .segmentfile import IndexDamaged
from .store import Writer, exists, facts_of
from .wordtable import DEFAULT_SALT

INDEX_FOLDER: Final = "search-index"
_DATES: Final = (
    "sort_date", "date_sent", "sent_at", "date_received", "date", "date_start", "date_modified", "modified",
    "date_created", "created",
)  # fmt: skip
_AUTHORS: Final = ("from", "author", "creator", "last_modified_by", "artist")
_RECIPIENTS: Final = ("to", "cc", "bcc", "attendees")
_PARENT = re.compile(rb'"parent_id":\s*"([^"]+)"')
_RECIPE: Final = 4
"""Raised when what is taken from a line changes: indexes made before are built again."""


class CollectionRefused(Refused):
    """The folder is not the output of an ingest, or a line of it cannot be read."""

    code = "collection_refused"


def indexed(
    *,
    folder: Path,
    index: Path | None = None,
    rebuild: bool = False,
    advance: Callable[[int], None] | None = None,
    salt: int = DEFAULT_SALT,
) -> Path:
    """Return the index of a collection, building it first if it is not there, damaged or out of date.

    It is out of date if ``items.jsonl`` has another size or time of change than when it was built.
    Raises CollectionRefused: not_a_collection, item_unreadable, text_missing.
    """
    items = folder / "items.jsonl"
    if not items.is_file():
        raise CollectionRefused(
            "There is no items.jsonl in %(folder)s: name the output folder of an ingest.",
            code="not_a_collection",
            folder=str(folder),
        )
    place = index if index is not None else folder / INDEX_FOLDER
    state = items.stat()
    stamp = {"recipe": _RECIPE, "size": state.st_size, "changed": state.st_mtime_ns, "name": _name(items)}
    if not rebuild and _stamp(place) == stamp:
        return place
    if place.exists() and not exists(place) and any(place.iterdir()):
        raise CollectionRefused(
            "%(folder)s holds other files: name an empty folder for the index.", code="index_place", folder=str(place)
        )
    building = place.with_name(f".{place.name}.new")
    shutil.rmtree(building, ignore_errors=True)
    try:
        writer = Writer(building, fresh=True, salt=salt)
        writer.facts = stamp
        writer.put(entries_of(folder), advance=advance)
        writer.commit()
        shutil.rmtree(place, ignore_errors=True)
        building.replace(place)
    except OSError as error:
        raise CollectionRefused(
            "The index cannot be written to %(folder)s: %(why)s. Name another folder for it.",
            code="index_place",
            folder=str(place),
            why=error.strerror or str(error),
        ) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return place


def entries_of(folder: Path) -> Iterator[Entry]:
    """Yield the documents of a collection in order of its lines. Raises CollectionRefused."""
    with (folder / "items.jsonl").open("rb") as lines:
        children = Counter(hash(found[1]) for line in lines if (found := _PARENT.search(line)))
        lines.seek(0)
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            item = _read(line, number)
            if item.get("status") != "container":
                below = children[hash(str(item["id"]).encode("utf-8", "replace"))]
                yield entry_of(item, text=_text(folder, item, number), children=below)


def entry_of(item: dict[str, Any], *, text: str, children: int = 0) -> Entry:
    """Return the searchable form of one line. children: items that lay in it."""
    metadata = item.get("metadata")
    known = {**item, **metadata} if isinstance(metadata, dict) else dict(item)
    name, path = str(item.get("name") or ""), str(item.get("path") or "")
    senders = next((people for key in _AUTHORS if (people := as_list(known.get(key)))), [])
    recipients = [person for key in _RECIPIENTS for person in as_list(known.get(key))]
    attached = as_list(known.get("attachment_names"))
    attachments = max(len(attached), children)
    title = next((each for key in ("subject", "title") for each in as_list(known.get(key))), "")
    kind = str(known.get("kind") or "")
    languages = as_list(known.get("language"))
    custodians = as_list(known.get("all_custodians")) or as_list(known.get("custodian"))
    control = group_of(known, "control_number")
    day = _day(known)
    family = group_of(item, "family_id") or [str(item["id"])]
    return Entry(
        id=str(item["id"]),
        scope="",
        fields={
            TEXT: [text],
            "subject": titles_of(known),
            "from": senders,
            "to": recipients,
            "name": [name] if name else [],
            "number": [*control, str(item["id"])],
            "path": [path, *as_list(known.get("all_paths"))],
            "type": [kind, PurePosixPath(name).suffix, str(item.get("media_type") or "")],
            "cc": as_list(known.get("cc")),
            "bcc": as_list(known.get("bcc")),
            "attachment": attached,
            "hash": [str(known[key]) for key in ("sha256", "md5", "mih") if known.get(key)],
            MARK: _marks(item, known, family[0], text, attachments),
        },
        day=day.date() if day else None,
        numbers=_figures(known) | {"attachments": attachments},
        labels={
            "custodian": custodians,
            "domain": domains_of([*senders, *recipients]),
            "kind": [kind],
            "language": languages,
            FAMILY: family,
            "thread": group_of(known, "thread_id"),
            "duplicates": [str(item.get("duplicate_of") or item["id"])],
            "near": group_of(known, "near_duplicate_group"),
        },
        stored={
            "path": path, "name": name, "title": title, "family": family[0], "control_number": "".join(control),
            "date": day.isoformat() if day else None, "custodian": custodians, "kind": kind,
            "text_file": item.get("text_file"), "duplicate_of": item.get("duplicate_of"),
        },
    )  # fmt: skip


def _figures(known: dict[str, Any]) -> dict[str, int]:
    return {key: value for key in ("size", "pages") if isinstance(value := known.get(key), int) and value >= 0}


def _marks(item: dict[str, Any], known: dict[str, Any], family: str, text: str, attachments: int) -> list[str]:
    """Return what is true of one line, as ``fields.MARKS`` names it."""
    return marks_of(
        attachment=attachments > 0,
        attached=item.get("parent_id") not in (None, "") and family != str(item["id"]),
        bcc=bool(as_list(known.get("bcc"))),
        text=bool(text.strip()),
        duplicate=item.get("duplicate_of") not in (None, ""),
        inclusive=item.get("inclusive") is True,
        exception=item.get("status") == "exception",
    )


def text_of(*, folder: Path, text_file: str | None) -> str:
    """Return the text of a document; bytes that are not UTF-8 are replaced, a text that is gone is empty."""
    place = _inside(folder, text_file)
    return place.read_text("utf-8", "replace") if place is not None and place.is_file() else ""


def _read(line: bytes, number: int) -> dict[str, Any]:
    try:
        item = json.loads(line)
        if b"\\ud" in line or b"\\uD" in line:  # halves of characters that no file can hold
            item = json.loads(json.dumps(item, ensure_ascii=False).encode("utf-8", "replace"))
        if not isinstance(item, dict) or not str(item["id"]):
            raise ValueError
    except (ValueError, KeyError, RecursionError) as error:
        raise CollectionRefused(
            "Line %(line)s of items.jsonl is not an item with an id.", code="item_unreadable", line=number
        ) from error
    return item


def _text(folder: Path, item: dict[str, Any], number: int) -> str:
    name = item.get("text_file")
    if not name:
        return ""
    place = _inside(folder, str(name))
    if place is None or not place.is_file():
        raise CollectionRefused(
            "Line %(line)s of items.jsonl names the text %(name)s, which is not there.",
            code="text_missing",
            line=number,
            name=str(name)[:200],
        )
    return place.read_text("utf-8", "replace")


def _inside(folder: Path, name: str | None) -> Path | None:
    """Return a file below the folder; a name that leads out of it names nothing."""
    if not name or "\0" in name:
        return None
    place = (folder / name).resolve()
    return place if place.is_relative_to(folder.resolve()) else None


def _day(known: dict[str, Any]) -> datetime | None:
    for name in _DATES:
        for value in as_list(known.get(name)):
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                continue
            moment = found if found.tzinfo else found.replace(tzinfo=UTC)
            if 1 < moment.year < 9999:
                return moment.astimezone(UTC)
    return None


def _stamp(place: Path) -> dict[str, Any]:
    try:
        return facts_of(place)
    except IndexDamaged:
        return {}


def _name(items: Path) -> str:
    return hashlib.sha256(str(items.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
