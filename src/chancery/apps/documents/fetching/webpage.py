"""One page of the web: its bytes as they came, with the headers, the address, the time and the hash beside it."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from django.utils.translation import gettext_noop

from chancery.apps.documents.fetching.guard import SECONDS, connect, connect_tls, resolve
from chancery.apps.documents.fetching.values import Fetched, SourceUnreachable

LARGEST: Final = 50 * 1024**2
"""Bytes of one page."""
MOST_HOPS: Final = 5
_ENDINGS: Final = {
    "text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/plain": ".txt",
    "application/json": ".json", "image/png": ".png", "image/jpeg": ".jpg", "text/xml": ".xml",
    "application/xml": ".xml",
}  # fmt: skip
_HEADERS: Final = {
    "User-Agent": "Chancery-Capture/1.0",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


class AddressRefused(SourceUnreachable):
    """The address is not one of a page that can be captured."""

    code = "address_refused"


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


def capture(*, address: str, folder: Path, at: datetime) -> list[Fetched]:
    """Fetch one page into ``folder``: its bytes and a description of how they were had.

    Follows at most five redirections, each checked like the first address. Pictures and scripts of the page are not
    fetched and nothing of it is run.
    """
    hops: list[dict[str, Any]] = []
    here = checked(address)
    for _ in range(MOST_HOPS + 1):
        status, headers, body, peer = _asked(here)
        hops.append({"url": here, "status": status, "address": peer})
        onward = next((value for name, value in headers if name.lower() == "location"), "")
        if status in (301, 302, 303, 307, 308) and onward:
            here = checked(urljoin(here, onward))
            continue
        return _kept(folder, address, here, hops, headers, body, at)
    raise SourceUnreachable(gettext_noop("The page leads from address to address without end."))


def _asked(address: str) -> tuple[int, list[tuple[str, str]], bytes, str]:
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    place = resolve(host=parts.hostname or "", port=parts.port or (443 if secure else 80))
    connection = http.client.HTTPConnection(place.host, place.port, timeout=SECONDS)
    connection.sock = connect_tls(place) if secure else connect(place)
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    host = parts.netloc.rpartition("@")[2]
    try:
        connection.request("GET", f"{target}?{query}" if query else target, headers={**_HEADERS, "Host": host})
        answer = connection.getresponse()
        body = answer.read(LARGEST + 1)
        return answer.status, answer.getheaders(), body, place.address
    except (OSError, http.client.HTTPException, UnicodeError) as trouble:
        raise SourceUnreachable(
            gettext_noop("“%(host)s” gave no page: %(trouble)s"), host=place.host, trouble=str(trouble)[:200]
        ) from trouble
    finally:
        connection.close()


def _kept(
    folder: Path,
    asked: str,
    final: str,
    hops: list[dict[str, Any]],
    headers: list[tuple[str, str]],
    body: bytes,
    at: datetime,
) -> list[Fetched]:
    if len(body) > LARGEST:
        raise SourceUnreachable(gettext_noop("The page is larger than %(limit)s megabytes."), limit=LARGEST // 1024**2)
    kind = next((value for name, value in headers if name.lower() == "content-type"), "").partition(";")[0].strip()
    parts = urlsplit(final)
    stem = re.sub(r"[^\w.-]+", "_", parts.path.strip("/") or "index")[:80].strip("._") or "index"
    ending = _ENDINGS.get(kind.lower(), "")
    name = stem if ending and stem.lower().endswith(ending) else f"{stem}{ending}"
    moment = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    page, facts = folder / "page", folder / "facts"
    page.write_bytes(body)
    description = {
        "asked": asked,
        "url": final,
        "hops": hops,
        "headers": headers,
        "bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "captured_at": at.astimezone(UTC).isoformat(),
    }
    facts.write_text(json.dumps(description, ensure_ascii=False, indent=1), "utf-8")
    place = f"{parts.hostname}/{moment}"
    return [Fetched(f"{place}/{name}", page), Fetched(f"{place}/{name}.capture.json", facts)]
