"""Mail written byte for byte: one message, and mailboxes of them.

Written out here rather than with the standard library, whose folding of headers changes between
releases: the same seed must give the same bytes everywhere. Lines end with a line feed, so that a
message in a mailbox and the same message lying loose are exact copies.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, kw_only=True)
class Address:
    """A person as a mail header names them."""

    name: str
    mailbox: str


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """A file enclosed in a mail; inline: shown in the text by its content id."""

    name: str
    media_type: str
    content: bytes
    inline: bool = False


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail before it is written. charset: of text and headers. formatted: also has an HTML form."""

    message_id: str
    at: datetime
    sender: Address
    to: Sequence[Address]
    cc: Sequence[Address]
    subject: str
    body: str
    mailer: str
    references: Sequence[str] = ()
    enclosures: Sequence[Enclosure] = ()
    charset: str = "utf-8"
    formatted: bool = False


def write_message(*, letter: Letter) -> bytes:
    """Return the message as it lies on disk: headers, blank line, body."""
    head = [
        f"From: {_address(letter.sender, letter.charset)}",
        f"To: {_addresses(letter.to, letter.charset)}",
    ]
    if letter.cc:
        head.append(f"Cc: {_addresses(letter.cc, letter.charset)}")
    head += [
        f"Subject: {_words(letter.subject, letter.charset)}",
        f"Date: {mail_date(at=letter.at)}",
        f"Message-ID: <{letter.message_id}>",
    ]
    if letter.references:
        head.append(f"In-Reply-To: <{letter.references[-1]}>")
        head.append("References: " + "\n ".join(f"<{one}>" for one in letter.references))
    head += [f"X-Mailer: {letter.mailer}", "MIME-Version: 1.0"]
    part_head, part_body = _content(letter=letter)
    return "\n".join([*head, *part_head, "", part_body]).encode("ascii")


def write_mbox(*, messages: Sequence[tuple[Address, datetime, bytes]]) -> bytes:
    """Return a mailbox file (mboxrd) of messages with their senders and times of delivery."""
    pieces: list[bytes] = []
    for sender, at, message in messages:
        day = f"{_DAYS[at.weekday()]} {_MONTHS[at.month - 1]} {at.day:2d} {at:%H:%M:%S} {at.year}"
        quoted = re.sub(rb"^(>*From )", rb">\1", message, flags=re.M)
        pieces.append(f"From {sender.mailbox} {day}\n".encode() + quoted + (b"\n" if quoted[-1:] == b"\n" else b"\n\n"))
    return b"".join(pieces)


def mail_date(*, at: datetime) -> str:
    """Return a moment with its offset in the form of a mail header."""
    return f"{_DAYS[at.weekday()]}, {at.day} {_MONTHS[at.month - 1]} {at:%Y %H:%M:%S %z}"


def _content(*, letter: Letter) -> tuple[list[str], str]:
    inline = [one for one in letter.enclosures if one.inline]
    loose = [one for one in letter.enclosures if not one.inline]
    pictures = "".join(f'<p><img src="cid:{_cid(one)}" alt=""></p>' for one in inline)
    part = _text_part(letter.body, "plain", letter.charset)
    if letter.formatted or inline:
        page = _as_html(letter.body, pictures)
        part = _multi([part, _text_part(page, "html", letter.charset)], "alternative", letter.message_id)
    if inline:
        part = _multi([part, *(_file_part(one) for one in inline)], "related", letter.message_id)
    if loose:
        part = _multi([part, *(_file_part(one) for one in loose)], "mixed", letter.message_id)
    return part


def _text_part(text: str, kind: str, charset: str) -> tuple[list[str], str]:
    if not text.endswith("\n"):
        text += "\n"
    if text.isascii() and max(map(len, text.split("\n"))) < 900:
        return [f"Content-Type: text/{kind}; charset=us-ascii", "Content-Transfer-Encoding: 7bit"], text
    raw = text.encode(charset)
    if sum(byte > 127 for byte in raw) * 6 > len(raw):
        encoded, how = _base64(raw), "base64"
    else:
        encoded, how = binascii.b2a_qp(raw, istext=True).decode("ascii"), "quoted-printable"
    return [f"Content-Type: text/{kind}; charset={charset}", f"Content-Transfer-Encoding: {how}"], encoded


def _file_part(one: Enclosure) -> tuple[list[str], str]:
    name = _quoted_name(one.name)
    head = [f"Content-Type: {one.media_type}; name={name}"]
    if one.inline:
        head.append(f"Content-ID: <{_cid(one)}>")
    if one.media_type == "message/rfc822":
        head.append(f"Content-Disposition: attachment; filename={name}")
        return head, one.content.decode("ascii")
    head.append("Content-Transfer-Encoding: base64")
    head.append(f"Content-Disposition: {'inline' if one.inline else 'attachment'}; filename={name}")
    return head, _base64(one.content)


def _multi(parts: Sequence[tuple[list[str], str]], kind: str, message_id: str) -> tuple[list[str], str]:
    mark = "----=_Part_" + hashlib.sha256(f"{kind}:{message_id}".encode()).hexdigest()[:24]
    pieces = [f"--{mark}\n" + "\n".join(head) + "\n\n" + body.rstrip("\n") + "\n" for head, body in parts]
    return [f'Content-Type: multipart/{kind}; boundary="{mark}"'], "\n".join(pieces) + f"\n--{mark}--\n"


def _as_html(text: str, pictures: str) -> str:
    paragraphs = [html.escape(one, quote=False).replace("\n", "<br>\n") for one in text.strip().split("\n\n")]
    body = "\n".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        "<html><head><style>p{font-family:Calibri,'Microsoft YaHei',sans-serif;font-size:11pt}</style></head>\n"
        f"<body>\n{body}\n{pictures}</body></html>\n"
    )


def _cid(one: Enclosure) -> str:
    return hashlib.sha256(one.content).hexdigest()[:16] + "@inline"


def _base64(raw: bytes) -> str:
    text = base64.b64encode(raw).decode("ascii")
    return "".join(text[i : i + 76] + "\n" for i in range(0, len(text), 76))


def _address(one: Address, charset: str) -> str:
    name = one.name if one.name.isascii() else _words(one.name, charset)
    if one.name.isascii() and re.search(r'[,.()"]', name):
        name = f'"{name}"'
    return f"{name} <{one.mailbox}>"


def _addresses(people: Sequence[Address], charset: str) -> str:
    return ",\n ".join(_address(one, charset) for one in people)


def _words(text: str, charset: str) -> str:
    if text.isascii():
        return text
    pieces = [text[i : i + 12] for i in range(0, len(text), 12)]
    name = "utf-8" if charset == "us-ascii" else charset
    coded = [base64.b64encode(piece.encode(name)).decode("ascii") for piece in pieces]
    return "\n ".join(f"=?{name}?B?{one}?=" for one in coded)


def _quoted_name(name: str) -> str:
    return f'"{name}"' if name.isascii() else f'"{_words(name, "utf-8").replace(chr(10), "")}"'
