"""Calendar entries and contact cards."""

from __future__ import annotations

import quopri
import re

from chancery.engines.ingest.reading import Content, Reading
from chancery.engines.text.charset import decode

_WANTED = {
    "SUMMARY": "subject",
    "DTSTART": "starts",
    "DTEND": "ends",
    "LOCATION": "location",
    "FN": "title",
    "ORGANIZER": "organizer",
    "EMAIL": "email",
    "UID": "uid",
}


def read(content: Content, key: str) -> Reading:
    """Return the lines unfolded, as ``NAME: value``, and the first subject, times, place and people."""
    decoded = decode(data=content.data())
    lines, metadata = [], {"charset": decoded.charset}
    for line in _unfold(decoded.text):
        name, _, value = line.partition(":")
        label, *params = name.split(";")
        label = label.rpartition(".")[2].upper()
        if any("QUOTED-PRINTABLE" in param.upper() for param in params):
            value = decode(data=quopri.decodestring(value.encode("utf-8"))).text
        if label in ("PHOTO", "LOGO", "SOUND", "KEY") and len(value) > 200:
            value = f"({len(value)} characters of data)"
        value = re.sub(r"\\([,;\\])", r"\1", re.sub(r"\\[nN]", "\n", value))
        lines.append(f"{label}: {value}" if value else name)
        if label in _WANTED and value:
            metadata.setdefault(_WANTED[label], value)
    return Reading(text="\n".join(lines), metadata=dict(metadata))


def _unfold(text: str) -> list[str]:
    """Join folded lines (RFC 5545 3.1) and quoted-printable soft breaks."""
    joined = re.sub(r"=\r?\n(?=[^\r\n:]*\r?\n|=)", "=\n", re.sub(r"\r?\n[ \t]", "", text))
    joined = re.sub(r"=\r?\n", "", joined) if "QUOTED-PRINTABLE" in text.upper() else joined
    return [line for line in joined.splitlines() if line.strip()]
