"""The account of an ingest: exact duplicates, one line per item, counts that add up."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chancery.engines.ingest.likeness import body_of, parts
from chancery.engines.ingest.records import Item

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def duplicates(items: Iterable[Item]) -> dict[str, str]:
    """Return the id of the kept copy for each duplicate, at the level of families; children follow their
    parent.

    Mails are the same when recipe 1 agrees (body without white space, subject, sender, sent time to the
    second, recipients, attachments as a set) and their full bodies do. A mail with neither body nor
    attachment, or one that was read in part, is only ever the same as a byte-identical file; so are loose
    files. Kept is the first by path.
    """
    listed = list(items)
    children: dict[str, list[Item]] = defaultdict(list)
    for item in listed:
        if item.parent_id is not None:
            children[item.parent_id].append(item)
    groups: dict[str, list[Item]] = defaultdict(list)
    for head in listed:
        if head.id == head.family_id and head.status != "container" and head.kind not in ("archive", "mailbox"):
            key = _key(head, children)
            if key:
                groups[key].append(head)
    found: dict[str, str] = {}
    for group in groups.values():
        _merge(sorted(group, key=lambda each: (each.path, each.id)), children, found)
    return found


def _key(head: Item, children: dict[str, list[Item]]) -> str | None:
    """Return what must agree, None for an item that may never be merged."""
    if not head.sha256 or not head.size:
        return None
    exact = f"file:{head.sha256}"
    if head.kind != "mail" or head.exception is not None:
        return exact
    attached = sorted(child.sha256 for child in children[head.id])
    if any(not each for each in attached):
        return exact
    facts = parts(text=head.text, metadata=head.metadata)
    if facts["body"] is None and not attached:
        return exact
    values = [str(facts[name]) for name in ("recipe", "body", "header", "recipients")]
    return "mail:" + hashlib.sha256("\x00".join([*values, *attached]).encode()).hexdigest()


def _merge(group: list[Item], children: dict[str, list[Item]], found: dict[str, str]) -> None:
    """Tie each member to the first one with the same full text."""
    masters: list[tuple[str, Item]] = []
    for member in group:
        body = body_of(text=member.text, metadata=member.metadata) if member.kind == "mail" else member.sha256
        master = next((item for text, item in masters if text == body), None)
        if master is None:
            masters.append((body, member))
        else:
            _tie(member, master, children, found)


def _tie(copy: Item, master: Item, children: dict[str, list[Item]], found: dict[str, str]) -> None:
    found[copy.id] = master.id
    free: dict[str, list[Item]] = defaultdict(list)
    for child in children[master.id]:
        free[child.sha256 or child.name].append(child)
    for child in children[copy.id]:
        partners = free[child.sha256 or child.name]
        if partners:
            _tie(child, partners.pop(0), children, found)


def write_accounting(*, items: Iterable[Item], out: Path, input_files: int, input_bytes: int) -> dict[str, Any]:
    """Write ``items.jsonl``, ``accounting.json``, ``exceptions.csv`` and ``text/``; return the counts.

    items, containers and exceptions count the lines by status and sum to all lines; ``exceptions.csv`` also
    lists what carries a code although it was read in part. duplicates counts lines with ``duplicate_of``.
    Bytes are those of the input files.
    """
    listed = list(items)
    copies = duplicates(listed)
    texts = out / "text"
    texts.mkdir(parents=True, exist_ok=True)
    counts = {"item": 0, "container": 0, "exception": 0}
    with (out / "items.jsonl").open("w", encoding="utf-8", newline="\n") as lines:
        for item in listed:
            counts[item.status] += 1
            name = _write_text(item, texts)
            lines.write(
                json.dumps(
                    line_of(item=item, text_file=name, duplicate_of=copies.get(item.id)),
                    ensure_ascii=False,
                    sort_keys=False,
                )
                + "\n"
            )
    _write_exceptions(listed, out / "exceptions.csv")
    account = {
        "input_files": input_files,
        "input_bytes": input_bytes,
        "items": counts["item"],
        "containers": counts["container"],
        "exceptions": counts["exception"],
        "duplicates": len(copies),
    }
    (out / "accounting.json").write_text(json.dumps(account, indent=2) + "\n", encoding="utf-8")
    return account


def line_of(*, item: Item, text_file: str | None, duplicate_of: str | None) -> dict[str, Any]:
    """Return the line of ``items.jsonl`` for one item."""
    return {
        "id": item.id,
        "parent_id": item.parent_id,
        "family_id": item.family_id,
        "path": item.path,
        "name": item.name,
        "media_type": item.media_type,
        "size": item.size,
        "sha256": item.sha256,
        "md5": item.md5,
        "status": item.status,
        "exception": item.exception,
        "text_file": text_file,
        "duplicate_of": duplicate_of,
        "metadata": {**item.metadata, "kind": item.kind, "exception_detail": item.exception_detail or None},
    }


def _write_text(item: Item, texts: Path) -> str | None:
    if item.text is None:
        return None
    (texts / f"{item.id}.txt").write_text(item.text, encoding="utf-8", newline="\n")
    return f"text/{item.id}.txt"


EXCEPTION_COLUMNS = ("path", "id", "parent_id", "media_type", "size", "sha256", "status", "exception", "detail")


def exception_row(*, line: dict[str, Any]) -> list[Any]:
    """Return the row of ``exceptions.csv`` for a line with a code; cells that a spreadsheet would run as a formula
    get an apostrophe."""
    row = [line[name] if line[name] is not None else "" for name in EXCEPTION_COLUMNS[:-1]]
    row.append(line["metadata"]["exception_detail"] or "")
    return [f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in row]


def _write_exceptions(items: list[Item], target: Path) -> None:
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(EXCEPTION_COLUMNS)
        for item in items:
            if item.exception is not None:
                writer.writerow(exception_row(line=line_of(item=item, text_file=None, duplicate_of=None)))
