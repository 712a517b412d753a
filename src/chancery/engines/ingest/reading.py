"""What a reader gets and gives: the contract between the expansion and the readers of single formats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from chancery.engines.ingest.records import Decisions, Limits
from chancery.foundation.errors import Refused

HEAD_BYTES = 64 * 1024
IN_MEMORY_BYTES = 512 * 1024**2


class Unreadable(Refused):
    """The bytes cannot be read as what they are; ``code`` is one of ``records.CODES``."""

    code = "corrupt"


class Exhausted(Refused):
    """A limit of the whole input file is used up; nothing more of it may be taken out."""

    code = "too_large"


@dataclass(slots=True)
class Content:
    """The bytes a reader reads: in memory when small, otherwise a local file.

    name: file name as shown. place: where the bytes lie, or go when a reader needs a file (``location``).
    passwords: tried in order. parts: later volumes of a split archive, in order. kept: all bytes, when in memory.
    laid: the bytes lie at ``place`` already. scan: set by a reader, the pages that recognition has to read.
    cache: what readers keep open (``storage``).
    """

    name: str
    place: Path
    size: int
    head: bytes
    passwords: tuple[str, ...] = ()
    parts: tuple[Path, ...] = ()
    limits: Limits = field(default_factory=Limits)
    kept: bytes | None = None
    decisions: Decisions = field(default_factory=Decisions)
    laid: bool = True
    scan: bytes | None = None
    cache: dict[str, Any] = field(default_factory=dict)

    @property
    def extension(self) -> str:
        """Lower-case extension without the dot, empty if there is none."""
        stem, dot, extension = self.name.rpartition(".")
        return extension.lower() if dot and stem else ""

    @property
    def location(self) -> Path:
        """The local file, written now if the bytes were only in memory."""
        if not self.laid and self.kept is not None:
            self.place.write_bytes(self.kept)
            self.laid = True
        return self.place

    def stream(self) -> BinaryIO:
        """Return a seekable stream over the bytes; the caller closes it."""
        return BytesIO(self.kept) if self.kept is not None else self.place.open("rb")

    def data(self) -> bytes:
        """Return all bytes; refuses more than 512 MiB, which only streaming readers may read."""
        if self.kept is None:
            if self.size > IN_MEMORY_BYTES:
                raise Unreadable("The file is larger than 512 MiB, too large to be read whole.", code="too_large")
            self.kept = self.place.read_bytes()
        return self.kept


@dataclass(frozen=True, slots=True)
class Child:
    """Something found inside: an attachment, an archive entry, a message of a mailbox.

    name: as found, may hold folders. source: its bytes, a stream of them, or None when they could not be had.
    declared_size: bytes the container announced. exception, detail: known before it is read.
    """

    name: str
    source: bytes | BinaryIO | None
    declared_size: int | None = None
    exception: str | None = None
    detail: str = ""
    media_type: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    packed_size: int | None = None


@dataclass(slots=True)
class Reading:
    """What came out of one file: text, metadata, children, and what went wrong.

    container: its children are no attachments of it. key: the format found after decryption. exception:
    code, also on partial success. tidy: the text is clean already. safe: so are
    the metadata.
    """

    text: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    children: Iterable[Child] = ()
    exception: str | None = None
    detail: str = ""
    container: bool = False
    key: str | None = None
    tidy: bool = False
    safe: bool = False

    def flag(self, code: str, detail: str) -> None:
        """Set the exception unless an earlier one stands."""
        if self.exception is None:
            self.exception, self.detail = code, detail
