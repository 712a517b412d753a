"""What is produced, under which settings, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from chancery.foundation.errors import Refused
from chancery.foundation.identifiers import BatesNumber


class ProductionRefused(Refused):
    """A volume or log that must not be written as asked.

    Codes: nothing_to_produce, duplicate_key, broken_family, redaction_pending, volume_exists, volume_name,
    native_changed, privilege_description_missing, privilege_type_unknown.
    """

    code = "production_refused"


@dataclass(frozen=True, slots=True)
class ProductionItem:
    """One document that leaves, or whose place in a family is kept by a slip sheet.

    key: unique in the volume. parent_key: key of what it was attached to, None or empty at the top. family_key:
    the same for all members of a family. kind: as the ingest engine names it; mail, text, html, pdf and image
    are imaged. native: readable file with the hashes given. metadata: keys of the ingest engine (from, to, cc,
    bcc, subject, date_sent, message_id, mih, attachment_names, title, author, created, modified). withheld:
    privileged; only its place, family and custodian are produced.
    """

    key: str
    family_key: str
    custodian: str
    path: str
    name: str
    media_type: str
    kind: str
    sha256: str
    md5: str
    size: int
    parent_key: str | None = None
    all_custodians: tuple[str, ...] = ()
    all_paths: tuple[str, ...] = ()
    native: Path | None = None
    text: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    withheld: bool = False
    confidentiality: str = ""
    redaction_pending: bool = False


@dataclass(frozen=True, slots=True)
class VolumeSettings:
    """How a volume is numbered and marked.

    volume: letters, digits, hyphen, underscore. start: number of the first page. width: digits. confidentiality:
    legend on every page, unless a document has its own. timezone: IANA name of the zone of all dates.
    date_format: ``strftime`` pattern of the dates in the load file.
    """

    prefix: str
    volume: str = "VOL001"
    start: int = 1
    width: int = 7
    confidentiality: str = ""
    timezone: str = "UTC"
    date_format: str = "%m/%d/%Y"


Treatment = Literal["image", "native", "withheld"]


@dataclass(frozen=True, slots=True)
class Planned:
    """A document at its place in the volume. family: keys of all members in order."""

    item: ProductionItem
    family: tuple[str, ...]
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class Produced:
    """A document as produced. Paths are relative to the volume with forward slashes, empty for nothing.

    slip: empty for an imaged document; else ``native``, ``withheld`` or the code why it could not be imaged.
    """

    key: str
    begin: BatesNumber
    end: BatesNumber
    pages: int
    slip: str
    image: str
    native: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class VolumeReport:
    """What a volume holds. manifest_sha256: hash of the manifest, which holds the hash of every other file."""

    documents: tuple[Produced, ...]
    pages: int
    natives: int
    texts: int
    slip_sheets: int
    withheld: int
    manifest_sha256: str
