"""Mail messages: RFC 822 files, Apple's .emlx, web archives in MIME form."""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from email.message import Message
from functools import cache

from chancery.engines.ingest.headers import mail_metadata
from chancery.engines.ingest.mailbody import Body, collect, gather, parse
from chancery.engines.ingest.mime import Head, split
from chancery.engines.ingest.moments import zone_of
from chancery.engines.ingest.reading import Content, Reading
from chancery.engines.ingest.wording import tidied
from chancery.engines.text.charset import decode

_EMLX = re.compile(rb"^\s*(\d+)\s*\r?\n")
_CLOSE_MISSING = "CloseBoundaryNotFoundDefect"


def read(content: Content, key: str) -> Reading:
    """Return the body as text, the header as metadata, every attachment and attached message as a child."""
    data = content.data()
    short = False
    if key == "emlx":
        data, short = _unwrap_emlx(data)
    reading = read_message(data=data, zone=_zone(content.decisions.time_zone))
    if short:
        reading.flag("truncated", "The message ends before the length its file announces.")
    if content.name.lower().endswith(".partial.emlx"):
        reading.flag("attachment_missing", "The mail program kept attachments of this message elsewhere.")
    return reading


@cache
def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else zone_of(name=name)


def read_message(*, data: bytes, zone: tzinfo = UTC) -> Reading:
    """Read one message from its bytes. zone: of a date that names none."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:64]:
        data = decode(data=data).text.encode("utf-8", "replace")
    data = data.lstrip(b"\r\n \t\xef\xbb\xbf")
    if (found := split(data=data)) is not None:
        head, leaves = found
        declared = next((leaf.parameters["charset"] for leaf in leaves if leaf.parameters.get("charset")), None)
        return _reading(head, gather(parts=leaves), declared.lower() if declared else None, zone)
    message = parse(data=data)
    reading = _reading(message, collect(message=message), _charset(message), zone)
    _judge_end(reading, message)
    return reading


def _reading(head: Message | Head, body: Body, charset: str | None, zone: tzinfo) -> Reading:
    metadata = mail_metadata(message=head, charset=charset or body.charset, zone=zone)
    text = tidied(text=body.text())
    metadata["attachment_names"] = [child.name for child in body.attachments]
    metadata["charset"] = body.charset
    metadata["body_chars"] = len(text)
    if not text:
        text = _header_block(metadata)
        metadata["body_absent"] = True
    plain = isinstance(head, Head) and head.plain and body.plain_names()
    reading = Reading(text=text, metadata=metadata, children=body.attachments, tidy=text.isascii(), safe=plain)
    if body.encrypted:
        reading.flag("encrypted", "The message or a part of it is encrypted; only its header could be read.")
    if body.missing:
        reading.flag("attachment_missing", "The message names an attachment that is not in the file.")
    return reading


def _judge_end(reading: Reading, message: Message) -> None:
    cut = [part for part in message.walk() if any(type(d).__name__ == _CLOSE_MISSING for d in part.defects)]
    if cut and _last_part_cut(cut[0]):
        reading.flag("truncated", "The message ends in the middle of a part.")


def _last_part_cut(part: Message) -> bool:
    """Tell a message cut short from one that only lacks its closing line: the last part is cut in its
    coding."""
    last = [piece for piece in part.walk() if not piece.is_multipart()]
    if not last or last[-1] is part:
        return True
    payload = last[-1].get_payload()
    coding = str(last[-1].get("content-transfer-encoding", "")).lower()
    if not isinstance(payload, str) or not payload.strip():
        return True
    if "base64" in coding:
        return len(re.sub(r"\s+", "", payload)) % 4 != 0 or not payload.endswith("\n")
    return not payload.endswith("\n")


def _charset(message: Message) -> str | None:
    return next((part.get_content_charset() for part in message.walk() if part.get_content_charset()), None)


def _header_block(metadata: dict[str, object]) -> str:
    """Return the header lines as text for a message without a body, so that it can be found and read."""
    lines = []
    for label, key in (
        ("From", "from"),
        ("To", "to"),
        ("Cc", "cc"),
        ("Date", "date_header"),
        ("Subject", "subject"),
    ):
        value = metadata.get(key)
        shown = "; ".join(value) if isinstance(value, list) else str(value or "")
        if shown:
            lines.append(f"{label}: {shown}")
    return "\n".join(lines)


def _unwrap_emlx(data: bytes) -> tuple[bytes, bool]:
    """Return the message inside an Apple file and whether it is shorter than announced."""
    match = _EMLX.match(data)
    if not match:
        return data, False
    length, start = int(match.group(1)), match.end()
    return data[start : start + length], len(data) - start < length
