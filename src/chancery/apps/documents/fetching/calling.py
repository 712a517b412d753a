"""One request to a host of the web: redirections checked like the first address, size and time bounded."""

from __future__ import annotations

import hashlib
import http.client
import socket
import ssl
import threading
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from django.utils.translation import gettext_noop

from chancery.apps.documents.fetching.guard import SECONDS, connect, connect_tls, resolve
from chancery.apps.documents.fetching.values import SourceUnreachable

MOST_HOPS: Final = 5
REQUEST_HEADERS: Final = {
    "User-Agent": "Chancery-Capture/1.0",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
_PIECE: Final = 64 * 1024
_SLOW: Final = gettext_noop("“%(host)s” sends too slowly.")


class AddressRefused(SourceUnreachable):
    """The address is not one of a page that can be captured."""

    code = "address_refused"


class TooLarge(SourceUnreachable):
    """The answer is larger than may be kept."""

    code = "page_too_large"


class TooSlow(SourceUnreachable):
    """The answer did not come to its end in time."""

    code = "page_too_slow"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered. sent: the bytes as they came; body: the same, unpacked if they were sent packed."""

    asked: str
    url: str
    status: int
    headers: list[tuple[str, str]]
    sent: bytes
    body: bytes
    hops: list[dict[str, Any]] = field(default_factory=list)

    def header(self, name: str) -> str:
        """Return the first header of a name, empty if there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def media_type(self) -> str:
        """The media type as stated, without parameters, in small letters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    def facts(self) -> dict[str, Any]:
        """Return what is written down of a request and its answer."""
        packed = {"sha256_unpacked": hashlib.sha256(self.body).hexdigest()} if self.body != self.sent else {}
        return {
            "asked": self.asked,
            "url": self.url,
            "hops": self.hops,
            "headers": self.headers,
            "bytes": len(self.sent),
            "sha256": hashlib.sha256(self.sent).hexdigest(),
            **packed,
        }


def checked(address: str) -> str:
    """Return an address of a page of the web; refused (``address_refused``) for anything else."""
    text = address.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as trouble:
        raise AddressRefused(gettext_noop("This is not the address of a page of the web.")) from trouble
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or port == 0:
        raise AddressRefused(gettext_noop("This is not the address of a page of the web."))
    return text


def call(*, address: str, largest: int, seconds: float) -> Answer:
    """Ask for an address and follow at most five redirections, each checked like the first address.

    largest: bytes of the answer; seconds: for everything together. Refused: SourceUnreachable and its kinds.
    """
    end = time.monotonic() + seconds
    hops: list[dict[str, Any]] = []
    here = checked(address)
    for _ in range(MOST_HOPS + 1):
        status, headers, sent, hop = _asked(here, largest, end)
        hops.append({"url": here, "status": status, **hop})
        onward = next((value for name, value in headers if name.lower() == "location"), "")
        if status in (301, 302, 303, 307, 308) and onward:
            here = checked(urljoin(here, onward))
            continue
        return Answer(address, here, status, headers, sent, _unpacked(sent, headers, largest), hops)
    raise SourceUnreachable(gettext_noop("The page leads from address to address without end."))


def _asked(address: str, largest: int, end: float) -> tuple[int, list[tuple[str, str]], bytes, dict[str, Any]]:
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    place = resolve(host=parts.hostname or "", port=parts.port or (443 if secure else 80))
    seconds = max(0.1, min(SECONDS, end - time.monotonic()))
    connection = http.client.HTTPConnection(place.host, place.port, timeout=seconds)
    line = connect_tls(place, seconds=seconds) if secure else connect(place, seconds=seconds)
    connection.sock = line
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{query}" if query else "")
    late = threading.Event()
    bell = threading.Timer(max(0.0, end - time.monotonic()), _hang_up, (line, late))
    bell.daemon = True
    bell.start()
    try:
        connection.request("GET", target, headers={**REQUEST_HEADERS, "Host": parts.netloc.rpartition("@")[2]})
        answer = connection.getresponse()
        body = _read(answer, largest)
        if late.is_set():
            raise TooSlow(_SLOW, host=place.host)
        return answer.status, answer.getheaders(), body, {"address": place.address, **_certificate(line)}
    except (OSError, http.client.HTTPException, UnicodeError) as trouble:
        if late.is_set():
            raise TooSlow(_SLOW, host=place.host) from trouble
        raise SourceUnreachable(
            gettext_noop("“%(host)s” gave no page: %(trouble)s"), host=place.host, trouble=str(trouble)[:200]
        ) from trouble
    finally:
        bell.cancel()
        connection.close()
        line.close()


def _hang_up(line: socket.socket, late: threading.Event) -> None:
    """End a connection that takes too long, wherever it is waited for."""
    late.set()
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _read(answer: http.client.HTTPResponse, largest: int) -> bytes:
    """Read an answer to its end; one that breaks off before its stated length is no answer."""
    stated, pieces, size = answer.length, [], 0
    while stated is None or size < stated:
        piece = answer.read(_PIECE if stated is None else min(_PIECE, stated - size))
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
        if size > largest:
            raise TooLarge(gettext_noop("The page is larger than %(limit)s megabytes."), limit=largest // 1024**2)
    if stated is not None and size < stated:
        raise http.client.IncompleteRead(b"", stated - size)
    return b"".join(pieces)


def _certificate(line: socket.socket) -> dict[str, str]:
    shown = line.getpeercert(binary_form=True) if isinstance(line, ssl.SSLSocket) else None
    return {"certificate_sha256": hashlib.sha256(shown).hexdigest()} if shown else {}


def _unpacked(sent: bytes, headers: list[tuple[str, str]], largest: int) -> bytes:
    """Return the bytes of an answer that was packed although it was asked for plain; others as they came."""
    packing = next((value.strip().lower() for name, value in headers if name.lower() == "content-encoding"), "")
    if packing not in ("gzip", "x-gzip", "deflate"):
        return sent
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        reader = zlib.decompressobj(window)
        try:
            body = reader.decompress(sent, largest)
        except zlib.error:
            continue
        if reader.unconsumed_tail:
            raise TooLarge(gettext_noop("The page is larger than %(limit)s megabytes."), limit=largest // 1024**2)
        return body
    return sent
