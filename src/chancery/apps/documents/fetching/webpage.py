"""One page of the web as evidence: what it needs to be shown in one file, and beside it how all of it was had."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from chancery.apps.documents.fetching import references
from chancery.apps.documents.fetching.archive import archive
from chancery.apps.documents.fetching.calling import REQUEST_HEADERS, AddressRefused, Answer, call, checked
from chancery.apps.documents.fetching.values import Advance, Fetched, SourceUnreachable

__all__ = ["AddressRefused", "capture", "checked"]

LARGEST: Final = 50 * 1024**2
"""Bytes of one page."""
LARGEST_PART: Final = 10 * 1024**2
"""Bytes of one picture or style sheet."""
LARGEST_WHOLE: Final = 64 * 1024**2
"""Bytes of a page and its parts together."""
MOST_PARTS: Final = 300
"""Parts that are asked for."""
MOST_NAMED: Final = 2_000
"""Parts that are written down, asked for or not."""
DEEPEST: Final = 3
"""How far a part may name further parts: a sheet imports a sheet, a frame shows a picture."""
PAGE_SECONDS: Final = 120.0
PART_SECONDS: Final = 20.0
WHOLE_SECONDS: Final = 300.0
"""For all parts together."""
_PAGES: Final = ("text/html", "application/xhtml+xml")
_ENDINGS: Final = {
    "text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/plain": ".txt",
    "application/json": ".json", "image/png": ".png", "image/jpeg": ".jpg", "text/xml": ".xml",
    "application/xml": ".xml",
}  # fmt: skip
_SHOWN: Final = ("image/", "text/css", *_PAGES)


def capture(*, address: str, folder: Path, at: datetime, advance: Advance | None = None) -> list[Fetched]:
    """Fetch one page into ``folder``: one file, and a description of how it was had.

    A page of HTML becomes an MHTML file with the pictures, style sheets and frames its source names, every part byte
    for byte; anything else is kept as it came. No script is run, no cookie is sent. Parts in private places, beyond
    the limits or not answered are left out and named with the reason. advance: told parts done and known so far.
    """
    page = call(address=checked(address), largest=LARGEST, seconds=PAGE_SECONDS)
    parts, named = list[Answer](), list[dict[str, Any]]()
    body, ending = page.body, _ENDINGS.get(page.media_type, "")
    if page.media_type in _PAGES:
        source = references.source_text(data=page.body, content_type=page.header("content-type"))
        parts, named = _parts(page, source, advance)
        body, ending = archive(page=page, source=source, parts=parts, at=at), ".mhtml"
    facts = {
        **page.facts(),
        "request_headers": REQUEST_HEADERS,
        "captured_at": at.astimezone(UTC).isoformat(),
        "file_sha256": hashlib.sha256(body).hexdigest(),
        "parts": named,
    }
    return _kept(folder, page, body, ending, facts, at)


class _Parts:
    """What is left to ask for, within the limits."""

    def __init__(self, page: Answer, first: list[str]) -> None:
        self.kept: list[Answer] = []
        self.named: list[dict[str, Any]] = []
        self.waiting = deque((each, 1) for each in first)
        self.seen = {page.url, page.asked, *first}
        self.end = time.monotonic() + WHOLE_SECONDS
        self.room = LARGEST_WHOLE - len(page.body)
        self.asked = 0

    def barred(self) -> str:
        """Say which limit is reached, or nothing."""
        if self.asked >= MOST_PARTS:
            return "too_many"
        if self.room <= 0:
            return "page_too_large"
        return "page_too_slow" if time.monotonic() > self.end else ""

    def take(self, answer: Answer, deep: int) -> None:
        """Keep a part and queue what it names itself."""
        self.kept.append(answer)
        self.room -= len(answer.body)
        if deep >= DEEPEST:
            return
        read = {"text/css": references.of_style_sheet, **dict.fromkeys(_PAGES, references.of_page)}
        reader = read.get(answer.media_type)
        if reader is None:
            return
        text = references.source_text(data=answer.body, content_type=answer.header("content-type"))
        for each in reader(source=text, address=answer.url):
            if each not in self.seen:
                self.seen.add(each)
                self.waiting.append((each, deep + 1))


def _parts(page: Answer, source: str, advance: Advance | None) -> tuple[list[Answer], list[dict[str, Any]]]:
    """Return the parts that were had, and a line for each that was named: what came, or why it was left out."""
    work = _Parts(page, references.of_page(source=source, address=page.url))
    while work.waiting and len(work.named) < MOST_NAMED:
        address, deep = work.waiting.popleft()
        barred = work.barred()
        if barred:
            work.named.append({"asked": address, "left_out": barred})
            continue
        work.asked += 1
        work.named.append(_part(work, address, deep))
        if advance is not None:
            advance(len(work.named), len(work.named) + len(work.waiting))
    return work.kept, work.named


def _part(work: _Parts, address: str, deep: int) -> dict[str, Any]:
    seconds = max(0.1, min(PART_SECONDS, work.end - time.monotonic()))
    try:
        answer = call(address=address, largest=min(LARGEST_PART, work.room), seconds=seconds)
    except SourceUnreachable as trouble:
        return {"asked": address, "left_out": trouble.code, "why": trouble.sentence(trouble.message)[:300]}
    if answer.status != 200:
        return {**answer.facts(), "left_out": "not_found"}
    if not answer.media_type.startswith(_SHOWN):
        return {**answer.facts(), "left_out": "not_shown"}
    work.take(answer, deep)
    return answer.facts()


def _kept(folder: Path, page: Answer, body: bytes, ending: str, facts: dict[str, Any], at: datetime) -> list[Fetched]:
    parts = urlsplit(page.url)
    stem = re.sub(r"[^\w.-]+", "_", parts.path.strip("/") or "index")[:80].strip("._") or "index"
    name = stem if ending and stem.lower().endswith(ending) else f"{stem}{ending}"
    moment = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    file, described = folder / "page", folder / "facts"
    file.write_bytes(body)
    described.write_text(json.dumps(facts, ensure_ascii=False, indent=1), "utf-8")
    place = f"{parts.hostname}/{moment}"
    return [Fetched(f"{place}/{name}", file), Fetched(f"{place}/{name}.capture.json", described)]
