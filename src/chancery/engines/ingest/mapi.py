"""Messages held as MAPI properties (Outlook files), rebuilt as RFC 822 so that one reader serves all mail.

Authority: MS-OXPROPS for the property numbers, MS-OXRTFCP for compressed rich text.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime

from chancery.engines.ingest.packedrtf import NotPacked, is_whole, unpacked
from chancery.engines.ingest.richtext import rich_text
from chancery.engines.text.charset import decode

SUBJECT, CLASS, BODY, HTML, RTF = 0x0037, 0x001A, 0x1000, 0x1013, 0x1009
SENT, DELIVERED, HEADERS = 0x0039, 0x0E06, 0x007D
MESSAGE_ID, REPLY_TO_ID, REFERENCES, THREAD_INDEX = 0x1035, 0x1042, 0x1039, 0x0071
SENDER_NAMES, SENDER_ADDRESSES = (0x0C1A, 0x0042), (0x5D01, 0x5D02, 0x0C1F, 0x0065)
TO, CC, BCC = 0x0E04, 0x0E03, 0x0E02
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_SHOWN = {
    0x3A05: "Generation",
    0x3A06: "Given name",
    0x3A11: "Surname",
    0x3A16: "Company",
    0x3A17: "Title",
    0x3A08: "Business telephone",
    0x3A09: "Home telephone",
    0x3A1C: "Mobile telephone",
    0x3A24: "Business fax",
    0x3A15: "Postal address",
    0x3A27: "City",
    0x3A26: "Country",
    0x3A18: "Department",
    0x8205: "Location",
    0x3001: "Name",
}
_KEPT_HEADERS = re.compile(
    r"^(received|reply-to|references|in-reply-to|thread-index|list-id|x-mailer|importance):", re.I
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient; role is To, Cc or Bcc."""

    role: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached file, or an attached message already rebuilt."""

    name: str
    data: bytes
    media_type: str = "application/octet-stream"


@dataclass(slots=True)
class Message:
    """A message as properties: number -> text, bytes, int or datetime."""

    properties: dict[int, object] = field(default_factory=dict)
    recipients: list[Recipient] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)

    def text(self, number: int) -> str:
        """Return a text property, empty if absent."""
        value = self.properties.get(number, "")
        if isinstance(value, bytes):
            value = decode(data=value.rstrip(b"\x00")).text
        return str(value).rstrip("\x00")


def moment(*, ticks: int) -> datetime | None:
    """Return a FILETIME (100 ns since 1601, UTC) as a time, None when it is out of range."""
    try:
        return _EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None


def rebuild(*, message: Message) -> bytes:
    """Return the message as RFC 822 bytes; the same message always gives the same bytes."""
    parts = _body_parts(message)
    lines = _header_lines(message)
    if len(parts) == 1 and not message.attachments:
        return "\r\n".join(lines).encode("ascii", "replace") + b"\r\n" + parts[0]
    body = parts[0] if len(parts) == 1 else _multipart("alternative", parts)
    if message.attachments:
        body = _multipart("mixed", [body, *(_attached(each) for each in message.attachments)])
    return "\r\n".join(lines).encode("ascii", "replace") + b"\r\n" + body


def _multipart(kind: str, parts: list[bytes]) -> bytes:
    mark = "=_" + hashlib.sha256(b"\x00".join(parts)).hexdigest()[:32]
    out = f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n\r\n'.encode()
    for part in parts:
        out += f"--{mark}\r\n".encode() + part + b"\r\n"
    return out + f"--{mark}--\r\n".encode()


def _part(kind: str, text: str) -> bytes:
    return _leaf(f"Content-Type: text/{kind}; charset=utf-8", text.encode("utf-8", "replace"))


def _leaf(head: str, data: bytes) -> bytes:
    coded = base64.encodebytes(data).replace(b"\n", b"\r\n")
    return f"{head}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode("ascii", "replace") + coded


def _attached(attachment: Attachment) -> bytes:
    name = attachment.name.replace("\r", " ").replace("\n", " ").replace('"', "'")
    shown = _encoded(name) if not name.isascii() else name
    disposition = f'Content-Disposition: attachment; filename="{shown}"'
    if attachment.media_type == "message/rfc822":
        return f"Content-Type: message/rfc822\r\n{disposition}\r\n\r\n".encode("ascii", "replace") + attachment.data
    return _leaf(f"Content-Type: {attachment.media_type}\r\n{disposition}", attachment.data)


def _encoded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=10_000).encode()


def _line(name: str, value: str) -> str:
    value = re.sub(r"[\r\n\t]+", " ", value).strip()
    return f"{name}: {_encoded(value)}"


def _header_lines(message: Message) -> list[str]:
    transport = message.text(HEADERS)
    values = {
        "From": _person(
            next((message.text(n) for n in SENDER_NAMES if message.text(n)), ""),
            next((message.text(n) for n in SENDER_ADDRESSES if "@" in message.text(n)), "")
            or next((message.text(n) for n in SENDER_ADDRESSES if message.text(n)), ""),
        ),
        "Subject": message.text(SUBJECT),
        "Date": _date(message),
        "Message-ID": message.text(MESSAGE_ID),
        "In-Reply-To": message.text(REPLY_TO_ID),
        "References": message.text(REFERENCES),
    }
    for role, shown in (("To", TO), ("Cc", CC), ("Bcc", BCC)):
        people = [_person(r.name, r.address) for r in message.recipients if r.role == role]
        values[role] = ", ".join(people) or ", ".join(
            _person(n, "") for n in message.text(shown).split(";") if n.strip()
        )
    index = message.properties.get(THREAD_INDEX)
    values["Thread-Index"] = base64.b64encode(index).decode() if isinstance(index, bytes) else ""
    for name, value in values.items():
        if not value:
            values[name] = _from_transport(transport, name)
    lines = [_line(name, value) for name, value in values.items() if value]
    lines += [_line("X-Message-Class", message.text(CLASS))] if message.text(CLASS) else []
    return [*lines, "MIME-Version: 1.0"]


def _from_transport(transport: str, name: str) -> str:
    match = re.search(rf"^{name}:[ \t]*([^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*)", transport, re.I | re.M)
    return re.sub(r"\r?\n[ \t]+", " ", match.group(1)).strip() if match else ""


def _person(name: str, address: str) -> str:
    name = re.sub(r"[\r\n]+", " ", name).strip().strip("'\"")
    address = re.sub(r"[\r\n<>]+", "", address).strip()
    if not address or address == name:
        return f'"{name}"' if re.search(r'[,;:@<>()"]', name) and "@" not in name else name
    shown = _encoded(name)
    quoted = '"' + shown.replace('"', "'") + '"' if name.isascii() else shown
    return f"{quoted} <{address}>" if name else address


def _date(message: Message) -> str:
    for number in (SENT, DELIVERED):
        value = message.properties.get(number)
        if isinstance(value, datetime):
            return format_datetime(value.astimezone(UTC))
    return ""


def has_damaged_body(*, message: Message) -> bool:
    """Tell whether the only body is rich text whose check sum does not hold."""
    packed = message.properties.get(RTF)
    if not isinstance(packed, bytes) or packed.startswith(b"{\\rtf") or message.text(BODY).strip():
        return False
    return not _page(message).strip() and not is_whole(data=packed)


def _page(message: Message) -> bytes:
    html = message.properties.get(HTML)
    return html if isinstance(html, bytes) else str(html).encode("utf-8") if html else b""


def _body_parts(message: Message) -> list[bytes]:
    """Return plain and HTML body; rich text becomes the plain body where there is no other."""
    plain, page = message.text(BODY), _page(message)
    if not plain.strip() and not page.strip():
        plain = _from_rich(message)
    facts = _card(message)
    plain = "\n\n".join(part for part in (plain, facts) if part.strip())
    parts = [_part("plain", plain)] if plain.strip() or not page else []
    if page.strip():
        parts.append(_leaf("Content-Type: text/html", page.rstrip(b"\x00")))
    return parts


def _from_rich(message: Message) -> str:
    packed = message.properties.get(RTF)
    if not isinstance(packed, bytes) or len(packed) < 17:
        return ""
    try:
        data = packed if packed.startswith(b"{\\rtf") else unpacked(data=packed)
    except NotPacked:
        return ""
    return rich_text(data=data)


def _card(message: Message) -> str:
    """Return the fields of a contact as lines; a mail has none."""
    if "contact" not in message.text(CLASS).lower():
        return ""
    pairs = [(label, message.text(number)) for number, label in _SHOWN.items()]
    return "\n".join(f"{label}: {value}" for label, value in pairs if value.strip())
