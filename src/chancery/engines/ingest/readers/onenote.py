"""OneNote sections: readable runs of text, and the files kept inside.

Authority: MS-ONESTORE 2.6.13 (FileDataStoreObject). The revision tree is not followed, so that text of older
revisions may stand beside the newest and parts may be missing: always coded ``partly_extracted``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from chancery.engines.ingest.reading import Child, Content, Reading
from chancery.engines.ingest.scraping import scrape

_FILE = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
_SIGNS = (
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"%PDF", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"RIFF", "wav"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
)


def read(content: Content, key: str) -> Reading:
    """Return text and embedded files."""
    data = content.data()
    children = list(_files(data))
    text = scrape(data=data, narrow=False) or scrape(data=data)
    if not text and not children:
        return Reading(exception="unsupported", detail="No text and no file could be found in this section.")
    detail = "This type of file can only be searched for readable runs of text; parts may be missing."
    return Reading(text=text, children=children, exception="partly_extracted", detail=detail)


def _files(data: bytes) -> Iterator[Child]:
    at = number = 0
    while (at := data.find(_FILE, at)) >= 0:
        if at + 36 > len(data):
            return
        (size,) = struct.unpack_from("<Q", data, at + 16)
        start = at + 36
        at += 16
        if not 0 < size <= len(data) - start:
            continue
        body = data[start : start + size]
        number += 1
        ending = next((f".{ending}" for sign, ending in _SIGNS if body.startswith(sign)), "")
        yield Child(f"file-{number:03d}{ending}", body)
