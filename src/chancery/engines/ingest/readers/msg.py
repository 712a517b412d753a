"""Outlook message files (.msg): property streams in an OLE storage. Authority: MS-OXMSG."""

from __future__ import annotations

import re
import struct

import olefile

from chancery.engines.ingest.compound import Compound
from chancery.engines.ingest.mapi import Attachment, Message, Recipient, has_damaged_body, moment, rebuild
from chancery.engines.ingest.packedrtf import DAMAGED
from chancery.engines.ingest.readers.mail import read_message
from chancery.engines.ingest.reading import Content, Reading, Unreadable
from chancery.engines.ingest.storage import ole_of
from chancery.engines.text.charset import codec_for, decode

_STREAM = re.compile(r"^__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})$", re.IGNORECASE)
_ROLES = {0: "To", 1: "To", 2: "Cc", 3: "Bcc"}
_CODEPAGES = (0x3FFD, 0x3FDE)
_DEEPEST = 12


def read(content: Content, key: str) -> Reading:
    """Return body, header facts and attachments of an Outlook message; attached messages become mail
    files."""
    try:
        ole = ole_of(content=content)
    except Exception as fault:  # the library lets faults of many kinds out of damaged storages
        raise Unreadable("The message is damaged and cannot be opened.", code="corrupt") from fault
    message = _message(ole, [], 0)
    if not message.properties:
        raise Unreadable("The message is damaged: it holds no properties.", code="corrupt")
    reading = read_message(data=rebuild(message=message))
    reading.metadata["message_class"] = message.text(0x001A)
    if has_damaged_body(message=message):
        reading.flag("partly_extracted", DAMAGED)
    return reading


def _message(ole: Compound, prefix: list[str], depth: int) -> Message:
    """Read the storage at ``prefix`` (empty: the file itself) with its recipients and attachments."""
    message = Message(_properties(ole, prefix, 32 if not prefix else 24))
    children = ole.names_below(prefix)
    for name in sorted(child for child in children if child.lower().startswith("__recip_version1.0_")):
        message.recipients.append(_recipient(_properties(ole, [*prefix, name], 8)))
    for name in sorted(child for child in children if child.lower().startswith("__attach_version1.0_")):
        attachment = _attachment(ole, [*prefix, name], depth)
        if attachment is not None:
            message.attachments.append(attachment)
    return message


def _properties(ole: Compound, prefix: list[str], header: int) -> dict[int, object]:
    """Return the properties of a storage: fixed ones from its property stream, the rest from streams of
    their own."""
    found: dict[int, object] = {}
    path = [*prefix, "__properties_version1.0"]
    if ole.exists(path):
        _fixed(_bytes(ole, path)[header:], found)
    codec = next((codec_for(label=f"cp{found[number]}") for number in _CODEPAGES if number in found), None)
    for name in ole.names_below(prefix):
        match = _STREAM.match(name)
        if not match:
            continue
        number, kind = int(match.group(1), 16), int(match.group(2), 16)
        if kind == 0x001F:
            found[number] = _bytes(ole, [*prefix, name]).decode("utf-16-le", "replace")
        elif kind == 0x001E:
            raw = _bytes(ole, [*prefix, name]).rstrip(b"\x00")
            found.setdefault(number, decode(data=raw, declared=codec).text)
        elif kind == 0x0102:
            found[number] = _bytes(ole, [*prefix, name])
    return found


def _fixed(data: bytes, found: dict[int, object]) -> None:
    for at in range(0, len(data) - 15, 16):
        kind, number = struct.unpack("<HH", data[at : at + 4])
        if kind == 0x0040:
            found[number] = moment(ticks=struct.unpack("<Q", data[at + 8 : at + 16])[0])
        elif kind == 0x0003:
            found[number] = struct.unpack("<i", data[at + 8 : at + 12])[0]


def _bytes(ole: Compound, path: list[str]) -> bytes:
    """Return a stream; a damaged one gives what it can."""
    try:
        return bytes(ole.openstream(path).read())
    except OSError:
        return b""


def _recipient(properties: dict[int, object]) -> Recipient:
    message = Message(properties)
    role = properties.get(0x0C15, 1)
    address = next((t for n in (0x39FE, 0x3003) if "@" in (t := message.text(n))), "") or message.text(0x3003)
    return Recipient(_ROLES.get(role if isinstance(role, int) else 1, "To"), message.text(0x3001), address)


def _attachment(ole: Compound, prefix: list[str], depth: int) -> Attachment | None:
    properties = _properties(ole, prefix, 8)
    facts = Message(properties)
    name = next((facts.text(n) for n in (0x3707, 0x3704, 0x3001) if facts.text(n)), "attachment")
    inner = [*prefix, "__substg1.0_3701000D"]
    if ole.exists([*inner, "__properties_version1.0"]) and depth < _DEEPEST:
        message = _message(ole, inner, depth + 1)
        name = name if name.lower().endswith(".eml") else f"{name}.eml"
        return Attachment(name, rebuild(message=message), "message/rfc822")
    if ole.names_below(inner):
        return _storage(ole, inner, name)
    data = properties.get(0x3701)
    return Attachment(name, data if isinstance(data, bytes) else b"", _media_type(facts))


def _storage(ole: Compound, inner: list[str], name: str) -> Attachment:
    """Return an embedded OLE object: its packaged file if it has one, else all its streams in a row."""
    streams = [child for child in ole.names_below(inner) if ole.get_type([*inner, child]) == olefile.STGTY_STREAM]
    wanted = [child for child in streams if child in ("Package", "CONTENTS", "\x01Ole10Native")]
    return Attachment(name, b"".join(_bytes(ole, [*inner, child]) for child in wanted or streams))


def _media_type(facts: Message) -> str:
    named = facts.text(0x370E).lower()
    fits = re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", named) and not named.startswith(("message/", "multipart/"))
    return named if fits else "application/octet-stream"
