"""A page with its pictures and style sheets in one file: MHTML (RFC 2557), as browsers open it.

Every part carries the bytes as they were received, coded as base64, and the address it was asked for at.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email import encoders
from email.generator import BytesGenerator
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.policy import compat32
from email.utils import format_datetime
from html import unescape
from io import BytesIO
from typing import Final
from urllib.parse import quote, urlsplit

from chancery.apps.documents.fetching.calling import Answer

_POLICY: Final = compat32.clone(max_line_length=0, linesep="\r\n")
_TITLE: Final = re.compile(r"<title[^<>]*>([^<]{0,2000})", re.IGNORECASE)
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_ENDINGS: Final = {
    "text/css": ".css", "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/svg+xml": ".svg",
    "image/webp": ".webp", "image/x-icon": ".ico", "image/vnd.microsoft.icon": ".ico", "text/html": ".html",
}  # fmt: skip


def archive(*, page: Answer, source: str, parts: Sequence[Answer], at: datetime) -> bytes:
    """Return the file. source: the page's text, for its title; at: the moment of capture. The same gives the same."""
    whole = MIMEMultipart("related", boundary=_boundary(page, parts), type="text/html")
    title = _TITLE.search(source)
    subject = " ".join(unescape(title[1]).split())[:300] if title else page.url
    whole["Subject"] = Header(subject, "utf-8").encode(maxlinelen=0)
    whole["Date"] = format_datetime(at.astimezone(UTC))
    whole["Snapshot-Content-Location"] = _ascii(page.url)
    whole.attach(_part(page, page.url, 0))
    for number, part in enumerate(parts, 1):
        whole.attach(_part(part, part.asked, number))
    written = BytesIO()
    BytesGenerator(written, mangle_from_=False, policy=_POLICY).flatten(whole)
    return written.getvalue()


def _part(answer: Answer, location: str, number: int) -> MIMEBase:
    stated = answer.media_type if _TYPE.fullmatch(answer.media_type) else "application/octet-stream"
    if stated.startswith(("multipart/", "message/")):
        stated = "application/octet-stream"
    part = MIMEBase(*stated.split("/", 1), policy=_POLICY)
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", answer.header("content-type"), re.IGNORECASE)
    if charset:
        part.set_param("charset", charset[1])
    if number:
        part.set_param("name", _name(location, stated, number))
    part["Content-Location"] = _ascii(location)
    part.set_payload(answer.body)
    encoders.encode_base64(part)
    return part


def _name(location: str, stated: str, number: int) -> str:
    last = re.sub(r"[^\w.-]+", "_", urlsplit(location).path.rpartition("/")[2])[-60:].strip("._") or "part"
    plain = last.encode("ascii", "replace").decode().replace("?", "_")
    ending = _ENDINGS.get(stated, "")
    return f"{number:03d}-{plain}" + ("" if plain.lower().endswith(ending) else ending)


def _ascii(address: str) -> str:
    return quote(address, safe="/%:@!$&'()*+,;=~-._?#[]")


def _boundary(page: Answer, parts: Sequence[Answer]) -> str:
    digest = hashlib.sha256()
    for each in (page, *parts):
        digest.update(hashlib.sha256(each.body).digest())
    return f"----Chancery-{digest.hexdigest()[:40]}----"
