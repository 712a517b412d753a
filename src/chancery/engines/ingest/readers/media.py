"""Sound and film: recorded with what their first bytes say; their words come from transcription, elsewhere."""

from __future__ import annotations

import struct

from chancery.engines.ingest.reading import Content, Reading

_DETAIL = {
    "audio": "Sound recordings hold no text until they are transcribed.",
    "video": "Films hold no text until they are transcribed.",
}


def read(content: Content, key: str) -> Reading:
    """Return the item without text, coded ``no_text``; seconds where the container says so plainly."""
    metadata = {}
    seconds = _seconds(content.head)
    if seconds is not None:
        metadata["seconds"] = round(seconds, 1)
    return Reading(metadata=metadata, exception="no_text", detail=_DETAIL[key])


def _seconds(head: bytes) -> float | None:
    """Return the length of a WAVE recording, or of an MPEG-4 film whose directory stands at its beginning."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        at = head.find(b"fmt ")
        data = head.find(b"data")
        if at >= 0 and 0 <= data <= len(head) - 8 and at + 20 <= len(head):
            (rate,) = struct.unpack_from("<I", head, at + 16)
            (size,) = struct.unpack_from("<I", head, data + 4)
            return size / rate if rate else None
    at = head.find(b"mvhd")
    if at >= 0 and at + 24 <= len(head) and head[at + 4] == 0:
        scale, length = struct.unpack_from(">II", head, at + 16)
        return length / scale if scale else None
    return None
