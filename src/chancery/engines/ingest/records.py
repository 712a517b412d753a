"""The values that go into the ingest engine and come out of it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

Status = Literal["item", "container", "exception"]

KINDS = (
    "mail",
    "document",
    "spreadsheet",
    "presentation",
    "pdf",
    "image",
    "html",
    "text",
    "archive",
    "mailbox",
    "calendar",
    "contact",
    "media",
    "database",
    "other",
)

CODES = (
    "encrypted",
    "corrupt",
    "truncated",
    "empty",
    "type_mismatch",
    "unsupported",
    "too_large",
    "bomb",
    "path_traversal",
    "depth_limit",
    "time_limit",
    "memory_limit",
    "crashed",
    "no_text",
    "partly_extracted",
    "attachment_missing",
    "known_file",
    "changed",
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One input file.

    path: display path relative to the source folder, POSIX separators, always valid UTF-8.
    location: the readable local file; its raw name may hold any bytes.
    passwords: tried in order on an encrypted file.
    parts: (display path, location) of the later volumes of a split archive, on its first volume only.
    part_of: display path of the first volume, on the later volumes only.
    incomplete: a volume of a split archive of which another volume is missing.
    """

    path: str
    location: Path
    passwords: tuple[str, ...] = ()
    parts: tuple[tuple[str, Path], ...] = ()
    part_of: str | None = None
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one input file may cost.

    seconds: wall and processor time for one file, and again for each item found inside a container.
    container_seconds: wall time for one container with all it holds.
    memory_bytes: address space of the child process. max_expanded_bytes: sum of all bytes taken out of one
    input.
    max_ratio: expanded to packed size, judged only above ``ratio_floor_bytes``.
    max_text_chars: longer text is cut and coded ``partly_extracted``.
    """

    seconds: float = 30.0
    container_seconds: float = 3600.0
    memory_bytes: int = 2 * 1024**3
    max_depth: int = 12
    max_items: int = 20_000
    max_expanded_bytes: int = 2 * 1024**3
    max_ratio: float = 1000.0
    ratio_floor_bytes: int = 50 * 1024**2
    max_file_bytes: int = 16 * 1024**3
    max_text_chars: int = 50_000_000


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is decided before a collection is processed; the defaults are the published ones.

    time_zone: IANA name; read into times that carry no zone of their own. known: file of sorted digests
    (``known.write_known``); a file whose digest is in it is recorded and not read. embedded_images: pictures
    inside documents become items of their own; otherwise they are counted. ocr: pages without text are made ready
    for recognition.
    """

    time_zone: str = "UTC"
    known: str | None = None
    embedded_images: bool = False
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One document, container or coded exception; ``sha256`` is empty when no byte of it could be read.

    size: bytes. path: chain of names from the source folder down. native: file name in the scratch folder,
    None for the input file itself and for entries without bytes. position: place among its siblings, from 0.
    """

    id: str
    parent_id: str | None
    family_id: str
    path: str
    name: str
    media_type: str
    kind: str
    size: int
    sha256: str
    md5: str
    status: Status
    exception: str | None = None
    exception_detail: str = ""
    text: str | None = None
    native: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    position: int = 0

    def as_record(self) -> dict[str, Any]:
        """Return the item as a JSON-safe mapping."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Item:
        """Return the item that ``as_record`` described; unknown keys are ignored."""
        return cls(**{key: value for key, value in record.items() if key in _NAMES})


_NAMES = tuple(each.name for each in fields(Item))
