"""What callers hold of a stored object."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlobRef:
    """One stored object. sha256, md5: of the plain bytes, lower-case hex. size: plain bytes."""

    id: str
    sha256: str
    md5: str
    size: int
