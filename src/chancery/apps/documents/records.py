"""Plain values that the documents room hands to pages and other rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class CollectionRecord:
    """One delivery of evidence."""

    id: str
    tenant_id: str
    matter_id: str
    number: int
    name: str
    source_label: str
    state: str
    time_zone: str
    created_by: str
    created_at: datetime
    closed_at: datetime | None
    processed_at: datetime | None
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One line of the list of documents."""

    id: str
    control_number: str
    name: str
    title: str
    author: str
    kind: str
    status: str
    exception: str
    size: int
    custodian: str
    language: str
    sort_date: datetime | None
    attachments: int
    copies: int
    duplicate_of: str | None
    family_id: str
    parent_id: str | None
    matter_id: str
    sequence: int
    pages: int | None = None
    held: bool = False
    accepted: bool = False
    set_aside: str = ""
    near_group: str = ""
    near_similarity: int | None = None
    thread: str = ""
    inclusive: bool | None = None


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One page of the list: its rows, how many there are in all, cursors of the neighbours."""

    rows: list[DocumentRow]
    total: int
    total_exact: bool
    next_cursor: str
    previous_cursor: str


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """One document with everything its page shows but its text and bytes."""

    id: str
    tenant_id: str
    matter_id: str
    collection_id: str
    input_file_id: str
    item_key: str
    sequence: int
    control_number: str
    parent_id: str | None
    family_id: str
    position: int
    path: str
    name: str
    title: str
    author: str
    people: str
    kind: str
    media_type: str
    status: str
    exception: str
    exception_detail: str
    size: int
    sha256: str
    md5: str
    custodian: str
    all_custodians: tuple[str, ...]
    all_paths: tuple[str, ...]
    language: str
    sort_date: datetime | None
    time_zone: str
    attachments: int
    copies: int
    duplicate_of: str | None
    pages: int | None
    has_native: bool
    has_text: bool
    text_length: int
    recognised: bool
    held: bool = False
    accepted: bool = False
    set_aside: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relative:
    """A document related to another one. relation: parent, self, child, sibling, copy, version or container.

    similarity: to the document in the middle of its group, 0 to 1,000. inclusive: a mail that says all that the mails
    before it say. middle: the others of its group are compared with it.
    """

    id: str
    control_number: str
    name: str
    title: str
    kind: str
    status: str
    depth: int
    relation: str
    author: str = ""
    sort_date: datetime | None = None
    similarity: int | None = None
    inclusive: bool | None = None
    middle: bool = False

    @property
    def percent(self) -> str:
        """How alike it is to the document in the middle, in per cent."""
        return f"{(self.similarity or 0) / 10:.0f}"


@dataclass(frozen=True, slots=True)
class Group:
    """A thread or a group of near-duplicates. to_read: mails that say all; least: similarity, 0 to 1,000."""

    members: int
    to_read: int
    last: datetime | None
    least: int | None
    missing: int


@dataclass(frozen=True, slots=True)
class MissingMailRecord:
    """A mail that another one quotes or answers and that is not in the matter; empty where nothing is known."""

    thread: str
    message_id: str
    sender: str
    subject: str
    sent: str
    named_by: str
    named_by_number: str


@dataclass(frozen=True, slots=True)
class Relations:
    """What belongs to one document: family, container, copies, conversation, documents like it, versions.

    contained_in: id of a mail that holds all of this one. inclusive_reason: why the mail must be read.
    """

    family: tuple[Relative, ...] = ()
    inside: tuple[Relative, ...] = ()
    copies: tuple[Relative, ...] = ()
    container: Relative | None = None
    thread: tuple[Relative, ...] = ()
    missing: tuple[MissingMailRecord, ...] = ()
    alike: tuple[Relative, ...] = ()
    versions: tuple[Relative, ...] = ()
    contained_in: str = ""
    inclusive_reason: str = ""


@dataclass(frozen=True, slots=True)
class ReviewableRecord:
    """One document as review and production need it (system-side: no actor stands between)."""

    id: str
    item_key: str
    control_number: str
    sequence: int
    family_id: str
    parent_id: str | None
    collection_id: str
    custodian: str
    path: str
    name: str
    title: str
    author: str
    people: str
    kind: str
    media_type: str
    language: str
    status: str
    exception: str
    size: int
    sha256: str
    md5: str
    sort_date: datetime | None
    duplicate_of: str | None
    attachments: int
    position: int
    has_native: bool
    text_length: int
    all_custodians: tuple[str, ...]
    all_paths: tuple[str, ...]
    metadata: Mapping[str, Any]
    near_group: str = ""
    thread: str = ""
    inclusive: bool | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One sum of the accounting: what is on the left must equal what is on the right."""

    code: str
    left: int
    right: int

    @property
    def holds(self) -> bool:
        """Whether both sides are equal."""
        return self.left == self.right


@dataclass(frozen=True, slots=True)
class Accounting:
    """Every input file and byte of a matter or collection, and what became of it.

    input_bytes: bytes as received. documents: items + containers + exceptions. duplicates: documents that are
    copies of another one. flagged: documents with a code, also those that were read in part.
    """

    input_files: int
    input_bytes: int
    waiting_files: int
    documents: int
    items: int
    containers: int
    exceptions: int
    duplicates: int
    flagged: int
    by_exception: Mapping[str, int]
    by_kind: Mapping[str, int]
    checks: tuple[Check, ...]

    @property
    def adds_up(self) -> bool:
        """Whether every sum holds and no file waits."""
        return self.waiting_files == 0 and all(check.holds for check in self.checks)
