"""The inventory of a matter as files: every item, the accounting, the exceptions, texts and the chain of custody."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from chancery.apps.documents import accounts, policies
from chancery.apps.documents.models import Collection, Document, InputFile, Repair
from chancery.apps.documents.reading import text_in
from chancery.apps.documents.records import Accounting
from chancery.platform.access.values import Actor
from chancery.platform.storage.keys import holding_keys

PIECE: Final = 500
_EXCEPTION_COLUMNS = (
    "id",
    "path",
    "name",
    "media_type",
    "size",
    "sha256",
    "md5",
    "status",
    "exception",
    "detail",
)


@holding_keys()
def export_items(*, actor: Actor, matter_id: str, out: Path) -> Accounting:
    """Write ``items.jsonl``, ``accounting.json``, ``exceptions.csv``, ``custody.jsonl`` and ``text/`` into a folder.

    The same matter gives the same bytes: ids come from paths, not from rows. ``text_file`` is relative to ``out``.
    Formula characters at the beginning of a cell of the CSV are led by an apostrophe. Raises NotFound if hidden.
    """
    policies.matter(actor, matter_id)
    (out / "text").mkdir(parents=True, exist_ok=True)
    keys = _keys(matter_id)
    with (
        (out / "items.jsonl").open("w", encoding="utf-8", newline="\n") as items,
        (out / "exceptions.csv").open("w", encoding="utf-8-sig", newline="") as exceptions,
    ):
        table = csv.writer(exceptions)
        table.writerow(_EXCEPTION_COLUMNS)
        for row in _rows(actor, matter_id):
            line = _line(row, keys, _text_file(row, keys, out))
            items.write(json.dumps(line, ensure_ascii=False) + "\n")
            if line["exception"]:
                detail = {**line, "detail": row.detail.exception_detail}
                table.writerow([safe_cell(detail[name]) for name in _EXCEPTION_COLUMNS])
    counted = accounts.accounting(actor=actor, matter_id=matter_id)
    _write_accounting(counted, out / "accounting.json")
    export_custody(actor=actor, matter_id=matter_id, out=out / "custody.jsonl")
    return counted


def export_custody(*, actor: Actor, matter_id: str, out: Path) -> int:
    """Write the chain of custody: one line per receipt, expansion and repair in order of time; returns the lines."""
    lines = sorted(_custody(actor, matter_id), key=lambda line: (line["at"], line["act"], line["path"]))
    with out.open("w", encoding="utf-8", newline="\n") as stream:
        for line in lines:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    return len(lines)


def safe_cell(value: object) -> str:
    """Return a value for a cell of a CSV that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠") else text


def _keys(matter_id: str) -> dict[str, str]:
    """Return a prefix per collection that keeps ids of several collections apart; none where there is only one."""
    numbers = dict(Collection.objects.filter(matter_id=matter_id).values_list("id", "number"))
    return {key: (f"C{number}-" if len(numbers) > 1 else "") for key, number in numbers.items()}


def _rows(actor: Actor, matter_id: str) -> Iterator[Document]:
    last = 0
    rows = policies.documents_for(actor).filter(matter_id=matter_id).order_by("sequence")
    loaded = rows.select_related("detail", "parent", "family", "duplicate_of")
    while piece := list(loaded.filter(sequence__gt=last)[:PIECE]):
        yield from piece
        last = piece[-1].sequence


def _key(row: Document, keys: dict[str, str]) -> str:
    return f"{keys.get(row.collection_id, '')}{row.item_key}"


def _line(row: Document, keys: dict[str, str], text_file: str | None) -> dict[str, Any]:
    detail = row.detail
    rolled = {"all_custodians": detail.all_custodians, "all_paths": detail.all_paths} if detail.all_paths else {}
    metadata = {
        **detail.metadata,
        **rolled,
        "kind": row.kind,
        "exception_detail": detail.exception_detail or None,
        "control_number": row.control_number,
    }
    if row.custodian:
        metadata["custodian"] = row.custodian
    return {
        "id": _key(row, keys),
        "parent_id": _key(row.parent, keys) if row.parent else None,
        "family_id": _key(row.family, keys),
        "path": detail.path,
        "name": row.name,
        "media_type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
        "md5": row.md5,
        "status": row.status,
        "exception": row.exception or None,
        "text_file": text_file,
        "duplicate_of": _key(row.duplicate_of, keys) if row.duplicate_of else None,
        "metadata": metadata,
    }


def _text_file(row: Document, keys: dict[str, str], out: Path) -> str | None:
    if not row.text_blob_id:
        return None
    relative = f"text/{_key(row, keys)}.txt"
    (out / relative).write_bytes(text_in(row.text_blob_id).encode())
    return relative


def _write_accounting(counted: Accounting, path: Path) -> None:
    values = asdict(counted)
    values["checks"] = [{**asdict(check), "holds": check.holds} for check in counted.checks]
    values["adds_up"] = counted.adds_up
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2) + os.linesep, encoding="utf-8")


def _custody(actor: Actor, matter_id: str) -> Iterator[dict[str, Any]]:
    files = policies.input_files_for(actor).filter(matter_id=matter_id).select_related("collection")
    for row in files:
        yield _step("received", row.received_at, row)
        if row.expanded_at and row.state == InputFile.State.EXPANDED:
            yield _step("expanded", row.expanded_at, row)
    repairs = policies.repairs_for(actor).filter(matter_id=matter_id).exclude(state=Repair.State.WAITING)
    for repair in repairs.select_related("document__detail"):
        document = repair.document
        yield {
            "at": _moment(repair.done_at or repair.at),
            "act": f"repair_{repair.kind}_{repair.state}",
            "path": document.detail.path,
            "size": document.size,
            "sha256": document.sha256,
            "md5": document.md5,
            "collection": "",
            "custodian": document.custodian,
            "by": repair.by_label,
        }


def _step(act: str, at: datetime, row: InputFile) -> dict[str, Any]:
    return {
        "at": _moment(at),
        "act": act,
        "path": row.path,
        "size": row.size,
        "sha256": row.sha256,
        "md5": row.md5,
        "collection": row.collection.name,
        "custodian": row.custodian,
        "by": row.collection.created_by_label,
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
