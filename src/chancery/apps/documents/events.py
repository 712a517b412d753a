"""What the documents room announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chancery.platform.events.values import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReceived(Event):
    """A collection is complete: every file of it is hashed, encrypted and on disk."""

    name: ClassVar[str] = "documents.evidence_received"
    tenant_id: str
    matter_id: str
    collection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionProcessed(Event):
    """Every input file of a collection ended as items, containers or coded exceptions."""

    name: ClassVar[str] = "documents.collection_processed"
    tenant_id: str
    matter_id: str
    collection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRepaired(Event):
    """A document that could not be read now can: it and what it holds changed."""

    name: ClassVar[str] = "documents.exception_repaired"
    tenant_id: str
    matter_id: str
    document_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRecognised(Event):
    """Scanned documents of a collection received their text."""

    name: ClassVar[str] = "documents.text_recognised"
    tenant_id: str
    matter_id: str
    document_ids: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsRelated(Event):
    """What ties documents to others changed: copies, groups of near-duplicates, threads. At most 5,000 at a time."""

    name: ClassVar[str] = "documents.related"
    tenant_id: str
    matter_id: str
    document_ids: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewWanted(Event):
    """Somebody chose documents for review by hand, also copies and files that could not be read."""

    name: ClassVar[str] = "documents.review_wanted"
    tenant_id: str
    matter_id: str
    document_ids: list[str]
    change_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewNotWanted(Event):
    """An act by which documents were chosen for review by hand was taken back. At most 1,000 documents at a time."""

    name: ClassVar[str] = "documents.review_not_wanted"
    tenant_id: str
    matter_id: str
    document_ids: list[str]
    change_id: str
