"""Outlook data files (.pst, .ost)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pypff

from chancery.engines.ingest.heap import properties_in
from chancery.engines.ingest.mapi import (
    BCC,
    BODY,
    CC,
    DELIVERED,
    HEADERS,
    HTML,
    RTF,
    SENT,
    SUBJECT,
    TO,
    Attachment,
    Message,
    Recipient,
    moment,
    rebuild,
)
from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable
from chancery.engines.text.charset import decode

_ROLES = {0: "To", 1: "To", 2: "Cc", 3: "Bcc"}
_DEEPEST = 200


def read(content: Content, key: str) -> Reading:
    """Return one child per message in folder order, orphaned messages last; a password flag is no lock."""
    file = pypff.file()
    try:
        file.open(str(content.location))
    except OSError as fault:
        raise Unreadable("The mailbox is damaged and cannot be opened.", code="corrupt") from fault
    return Reading(children=_messages(file), container=True)


def _messages(file: Any) -> Iterator[Child]:
    root = file.get_root_folder()
    number = 0
    for folder, message in _walk(root, "", 0):
        number += 1
        yield _child(message, folder, number)
    for index in range(_count(file, "number_of_orphan_items")):
        number += 1
        try:
            orphan = file.get_orphan_item(index)
        except OSError:
            yield Child(f"Recovered/{number:04d}.eml", None, exception="corrupt", detail="The message is damaged.")
            continue
        if hasattr(orphan, "subject"):
            yield _child(orphan, "Recovered", number)


def _count(thing: Any, name: str) -> int:
    try:
        return int(getattr(thing, name))
    except (OSError, AttributeError):
        return 0


def _walk(folder: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _DEEPEST:
        return
    for index in range(_count(folder, "number_of_sub_messages")):
        try:
            yield path, folder.get_sub_message(index)
        except OSError:
            yield path, None
    for index in range(_count(folder, "number_of_sub_folders")):
        try:
            child = folder.get_sub_folder(index)
        except OSError:
            continue
        name = (_safe(child, "name") or "folder").replace("/", "_")
        yield from _walk(child, f"{path}/{name}".strip("/"), depth + 1)


def _child(message: Any, folder: str, number: int) -> Child:
    name = f"{folder}/{number:04d}.eml".lstrip("/")
    if message is None:
        return Child(name, None, exception="corrupt", detail="The message is damaged.")
    return Child(name, rebuild(message=_read(message)), metadata={"mail_folder": folder})


def _safe(thing: Any, name: str) -> Any:
    """Return an attribute; libpff raises on a damaged or absent one."""
    try:
        return getattr(thing, name)
    except (OSError, AttributeError, MemoryError, RuntimeError, ValueError):
        return None


def _read(message: Any) -> Message:
    found: dict[int, object] = {}
    for record in _records(message):
        found.update(record)
    plain, html, rich = (_safe(message, f"{kind}_body") for kind in ("plain_text", "html", "rtf"))
    for number, value in ((BODY, plain), (HTML, html), (RTF, rich)):
        if value:
            found[number] = value
    for number, name in ((SUBJECT, "subject"), (HEADERS, "transport_headers")):
        value = _safe(message, name)
        if value:
            found[number] = value
    for number, name in ((SENT, "client_submit_time"), (DELIVERED, "delivery_time")):
        value = _safe(message, name)
        if value is not None:
            found[number] = value.replace(tzinfo=UTC)
    built = Message(found, _recipients(message))
    for index in range(_count(message, "number_of_attachments")):
        built.attachments.append(_attachment(message, index))
    if built.recipients:
        for number in (TO, CC, BCC):
            found.pop(number, None)
    return built


def _records(thing: Any) -> Iterator[dict[int, object]]:
    for index in range(_count(thing, "number_of_record_sets")):
        try:
            entries = list(thing.get_record_set(index).entries)
        except OSError:
            continue
        record: dict[int, object] = {}
        for entry in entries:
            number, kind = _safe(entry, "entry_type"), _safe(entry, "value_type")
            if number is None or number >= 0x8000 or kind not in _KINDS:
                continue
            data = _safe(entry, "data")
            value = _value(kind, data) if data else None
            if value is not None:
                record.setdefault(number, value)
        yield record


_KINDS = frozenset({0x0003, 0x001E, 0x001F, 0x0040, 0x0102})


def _value(kind: int | None, data: bytes) -> object | None:
    if kind == 0x001F:
        return data.decode("utf-16-le", "replace").rstrip("\x00")
    if kind == 0x001E:
        return decode(data=data.rstrip(b"\x00")).text
    if kind == 0x0040 and len(data) >= 8:
        return moment(ticks=struct.unpack("<Q", data[:8])[0])
    if kind == 0x0003 and len(data) >= 4:
        return int(struct.unpack("<i", data[:4])[0])
    return data if kind == 0x0102 else None


def _recipients(message: Any) -> list[Recipient]:
    held = _safe(message, "recipients")
    people = []
    for record in _records(held) if held is not None else ():
        facts = Message(record)
        role = record.get(0x0C15, 1)
        address = next((t for n in (0x39FE, 0x3003) if "@" in (t := facts.text(n))), "") or facts.text(0x3003)
        people.append(Recipient(_ROLES.get(role if isinstance(role, int) else 1, "To"), facts.text(0x3001), address))
    return people


def _attachment(message: Any, index: int) -> Attachment:
    try:
        attachment = message.get_attachment(index)
    except OSError:
        return Attachment(f"attachment-{index + 1:03d} (damaged)", b"")
    facts = Message(next(iter(_records(attachment)), {}))
    name = next((facts.text(n) for n in (0x3707, 0x3704, 0x3001) if facts.text(n)), f"attachment-{index + 1:03d}")
    inner = _inner(attachment)
    if inner is not None:
        return Attachment(f"{name}.eml", rebuild(message=_read(inner)), "message/rfc822")
    size = _count(attachment, "size")
    try:
        data = attachment.read_buffer(size) if size else b""
    except OSError:
        data = b""
    if data[2:4] == b"\xec\xbc" and (bare := _from_heap(data)) is not None:
        return Attachment(f"{name}.eml", rebuild(message=bare), "message/rfc822")
    return Attachment(name, data)


def _from_heap(data: bytes) -> Message | None:
    """Return the message that the library hands out only as its property heap, None for other bytes."""
    properties, _ = properties_in(data=data)
    found = {number: _value(kind, value) for number, (kind, value) in properties.items() if number < 0x8000}
    return Message({number: value for number, value in found.items() if value is not None}) if found else None


def _inner(attachment: Any) -> Any:
    """Return the message held in an attachment, None for a file."""
    for index in range(_count(attachment, "number_of_sub_items")):
        try:
            item = attachment.get_sub_item(index)
        except OSError:
            continue
        if hasattr(item, "plain_text_body"):
            return item
    return None
