"""The last stage of an ingest: relations between the items, one line for each, and the account."""

from __future__ import annotations

import csv
import gc
import json
import marshal
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from chancery.engines.ingest.collecting import Advance, Finish, Workplace
from chancery.engines.ingest.counting import Count
from chancery.engines.ingest.exceptions import EXCEPTION_COLUMNS, exception_row
from chancery.engines.ingest.loading import entities_of
from chancery.engines.ingest.moments import dates_of, main_day
from chancery.engines.ingest.scanning import scan_at, scans, scans_file
from chancery.engines.ingest.standing import records_of
from chancery.engines.ingest.wording import cleaned, tongue
from chancery.engines.text.relations import Member, Relation, RelationOptions, relate
from chancery.foundation.errors import Refused

_ROLES = ("from", "to", "cc", "bcc", "author", "last_saved_by", "commented_by", "changed_by", "organizer", "email")
_HELD_BYTES = 64 * 1024**2
_FEW_BYTES = 16 * 1024**2
_PIECE, _LARGE = 64 * 1024, 16 * 1024**2
_TEXT_OF = json.JSONEncoder(ensure_ascii=False).encode
_SCANNED = {"no_text", None}
_MEMBER = ("id", "parent_id", "family_id", "kind", "path", "sha256", "size", "status", "exception")
_SIZE = struct.Struct("<Q")
_COMPARED = (
    *("subject", "from", "to", "cc", "bcc", "date_sent", "message_id", "in_reply_to", "references", "thread_index"),
    "date_header",
    "body_absent",
)


class RestoredUnknown(Refused):
    """An id that shall be restored belongs to no item."""

    code = "restored_unknown"


def finish(*, place: Workplace, how: Finish, advance: Advance) -> dict[str, Any]:
    """Write ``items.jsonl``, ``exceptions.csv`` and ``accounting.json``; return the account.

    Only compact facts of each item are held. Refuses restored_unknown, before anything of an earlier run is replaced.
    """
    count = Count(asked=frozenset(how.restored))
    ordered, members = place.work / "ordered", place.work / "members"
    lines, exceptions = place.work / "items.jsonl", place.work / "exceptions.csv"
    with _collecting_less():
        _lay_out(_Standing(place, how), ordered, members)
        options = RelationOptions(restored=how.restored)
        related = relate(members=_Members(members), text_of=_Texts(place), options=options, folder=place.work)
        with (
            lines.open("w", encoding="utf-8", newline="\n") as out,
            exceptions.open("w", encoding="utf-8-sig", newline="") as sheet,
        ):
            _write(ordered, how, related, count, out, sheet, advance)
    if unknown := sorted(set(how.restored) - count.restored):
        raise RestoredUnknown("No item of this collection has the id %(name)s.", name=unknown[0])
    account = count.account()
    summary = place.work / "accounting.json"
    summary.write_text(json.dumps(account, indent=2) + "\n", encoding="utf-8")
    for path in (ordered, members):
        path.unlink()
    for path in (lines, exceptions, summary):
        path.replace(place.out / path.name)
    return account


@contextmanager
def _collecting_less() -> Iterator[None]:
    """Search for cycles less often while many small records come and go, none of which makes one."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _write(
    ordered: Path,
    how: Finish,
    related: Iterator[Relation],
    count: Count,
    out: TextIO,
    sheet: TextIO,
    advance: Advance,
) -> None:
    finisher = _Finisher(how)
    writer = csv.writer(sheet)
    writer.writerow(EXCEPTION_COLUMNS)
    with ordered.open("rb") as records:
        for number, (record, relation) in enumerate(zip(_frames(records), related, strict=True), start=1):
            line = finisher.line(record, relation)
            count.take(line)
            count.missing += len(relation.missing)
            out.write(_TEXT_OF(line) + "\n")
            if line["exception"] is not None:
                writer.writerow(exception_row(line=line))
            advance("finish", number, None)


def custodian_of(*, path: str) -> str:
    """Return from whom an input file came: the first folder of its path, empty for a file beside the folders."""
    return path.split("/", 1)[0] if "/" in path else ""


class _Texts:
    """Reads the text of an item from its file; all are held while they are few, up to 64 MiB, and none otherwise."""

    def __init__(self, place: Workplace) -> None:
        self.folder = f"{place.out}/text/"
        self.held: dict[str, str | None] = {}
        self.room = _HELD_BYTES

    def __call__(self, identity: str) -> str | None:
        if identity in self.held:
            return self.held[identity]
        text = _text_at(f"{self.folder}{identity}.txt")
        size = sys.getsizeof(text)
        if size <= self.room:
            self.room -= size
            self.held[identity] = text
        elif size <= _HELD_BYTES // 8:  # not a single long one among few
            self.room = 0
            self.held.clear()
        return text


def _text_at(path: str) -> str | None:
    """Return the text of a file, None where there is no file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        data = os.read(handle, _PIECE)
        if len(data) == _PIECE:
            pieces = [data]
            while piece := os.read(handle, _LARGE):
                pieces.append(piece)
            data = b"".join(pieces)
    finally:
        os.close(handle)
    return data.decode()


class _Standing:
    """The records of the spools with what recognition found."""

    def __init__(self, place: Workplace, how: Finish) -> None:
        self.place, self.how = place, how
        self.scans_path = scans_file(place=place)
        self.scans = scans(path=self.scans_path) if how.ocr else {}
        self.entered: set[str] = set()

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield every record in order; the text of recognised pages is written when one is met first."""
        for record in records_of(place=self.place):
            if record["metadata"].get("needs_ocr"):
                self._recognise(record)
            yield record

    def _recognise(self, record: dict[str, Any]) -> None:
        """Add what recognition found; code an item that has no text at all."""
        at = self.scans.get(record["sha256"]) if record.get("page_source") else None
        scan = scan_at(path=self.scans_path, at=at) if at is not None else {}
        if str(scan.get("text", "")).strip():
            self._enter(record, scan)
        elif record["text_chars"] is None and record["exception"] in _SCANNED:
            record["exception"] = "no_text"
            record["exception_detail"] = _why(self.how, record, scan)
            record["status"] = "item" if record["kind"] == "image" else "exception"

    def _enter(self, record: dict[str, Any], scan: dict[str, Any]) -> None:
        own = record.get("own_text") or ""
        text = cleaned(text="\n\n".join(part for part in (own, scan["text"]) if part.strip()))
        if record["id"] not in self.entered:
            self.entered.add(record["id"])
            (self.place.out / "text" / f"{record['id']}.txt").write_text(text, encoding="utf-8", newline="\n")
        record["text_chars"] = len(text)
        record["metadata"]["language"] = tongue(text=text)
        record["ocr"] = {name: scan[name] for name in ("confidence", "low_lines", "pages")}
        record["ocr_text"] = text
        record["status"] = "item"
        if record["exception"] == "no_text":
            record["exception"], record["exception_detail"] = None, ""


class _Members:
    """The items as the comparison sees them; read from their own short file anew each time, unless they are few."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.held = list(self._read()) if path.stat().st_size <= _FEW_BYTES else None

    def __iter__(self) -> Iterator[Member]:
        return iter(self.held) if self.held is not None else self._read()

    def _read(self) -> Iterator[Member]:
        with self.path.open("rb") as stream:
            for facts in _frames(stream):
                yield Member(*facts)


def _frame(value: Any) -> bytes:
    written = marshal.dumps(value)
    return _SIZE.pack(len(written)) + written


def _frames(stream: BinaryIO) -> Iterator[Any]:
    while piece := stream.read(_SIZE.size):
        yield marshal.loads(stream.read(_SIZE.unpack(piece)[0]))  # noqa: S302  (written by ``_lay_out``)


def _lay_out(standing: _Standing, ordered: Path, members: Path) -> None:
    """Write the records in their order, and beside them what the comparison needs of each."""
    custodian = ""
    with ordered.open("wb") as out, members.open("wb") as short:
        for record in standing.records():
            if record["parent_id"] is None:
                custodian = custodian_of(path=record["path"])
            metadata = record["metadata"]
            facts = [record[name] for name in _MEMBER]
            facts += [custodian, {name: metadata[name] for name in _COMPARED if metadata.get(name)}]
            out.write(_frame(record))
            short.write(_frame(facts))


class _Finisher:
    """Turns records into lines."""

    def __init__(self, how: Finish) -> None:
        self.how = how
        self.family = ""
        self.aside: str | None = None
        self.custodian = ""

    def line(self, record: dict[str, Any], relation: Relation) -> dict[str, Any]:
        """Return the line of one item."""
        if record["parent_id"] is None:
            self.custodian = custodian_of(path=record["path"])
        if record.get("ocr_text"):
            record.update(entities_of()(text=record["ocr_text"], kind=record["kind"]))
        metadata = record["metadata"]
        dates = dates_of(metadata=metadata, zone=self.how.zone)
        has_text = record["text_chars"] is not None
        return {
            "id": record["id"],
            "parent_id": record["parent_id"],
            "family_id": record["family_id"],
            "path": record["path"],
            "name": record["name"],
            "media_type": record["media_type"],
            "size": record["size"],
            "sha256": record["sha256"],
            "md5": record["md5"],
            "status": record["status"],
            "exception": record["exception"],
            "text_file": f"text/{record['id']}.txt" if has_text else None,
            "duplicate_of": relation.duplicate_of,
            "duplicate_reason": relation.duplicate_reason,
            "custodian": self.custodian,
            "custodians": list(relation.custodians),
            "paths": list(relation.paths),
            "dedupe": relation.dedupe,
            "version_of": relation.version_of,
            "version_reason": relation.version_reason,
            "near_duplicate_group": relation.near_duplicate_group,
            "near_duplicate_similarity": relation.near_duplicate_similarity,
            "thread_id": relation.thread_id,
            "inclusive": relation.inclusive,
            "inclusive_reason": relation.inclusive_reason,
            "contained_in": relation.contained_in,
            "spare_of": relation.spare_of,
            "answers": relation.answers,
            "repeated": [[each.start, each.end, each.shown_in] for each in relation.repeated],
            "language": metadata.get("language"),
            "pages": _pages(metadata),
            "ocr": record.get("ocr"),
            "dates": dates + [{"role": "named", **each} for each in record.get("named_dates", ())],
            "people": _people(metadata) + [{"role": "named", **each} for each in record.get("named_people", ())],
            "set_aside": self.set_aside(record, dates),
            "metadata": {
                **metadata,
                "kind": record["kind"],
                "exception_detail": record["exception_detail"] or None,
                "missing_mails": [_missing(each) for each in relation.missing] or None,
            },
        }

    def set_aside(self, record: dict[str, Any], dates: list[dict[str, Any]]) -> str | None:
        """Return why an item is set aside: on the list of known files, or its family outside the days asked for."""
        if record["id"] == record["family_id"] and record["family_id"] != self.family:
            self.family = record["family_id"]
            day = main_day(dates=dates)
            early = day is not None and self.how.first is not None and day < self.how.first
            late = day is not None and self.how.last is not None and day > self.how.last
            self.aside = "date" if early or late else None
        if record["exception"] == "known_file":
            return "known_file"
        return self.aside if record["family_id"] == self.family and record["status"] != "container" else None


def _why(how: Finish, record: dict[str, Any], scan: dict[str, Any]) -> str:
    """Return why pages without text stay without."""
    if not how.ocr:
        return "The pages are pictures, and text recognition was switched off."
    if scan.get("code"):
        return f"The pages are pictures, and recognition ended: {scan['code']}."
    if not record.get("page_source"):
        return "The picture is too small for words."
    return (
        "The pages are pictures and no text could be read from them." if scan else "Text recognition is not installed."
    )


def _pages(metadata: dict[str, Any]) -> int | None:
    for name in ("pages", "slides", "frames"):
        value = metadata.get(name)
        if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
            return int(value)
    return None


def _people(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for role in _ROLES:
        value = metadata.get(role)
        for each in value if isinstance(value, list) else [value] if value else ():
            found.append({"role": role, "value": each})
    return found


def _missing(mail: Any) -> dict[str, Any]:
    return {name: getattr(mail, name) for name in ("sender", "sent", "subject", "start", "end", "reference")}
