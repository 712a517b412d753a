"""One item of a collection as the comparison of documents sees it, and what the comparison says about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SEVERAL = (list, tuple, set, frozenset)


@dataclass(frozen=True, slots=True)
class Member:
    """One item of a collection, without its text.

    id: unique. parent_id: the item it is attached to or contained in; family_id: id of the head of its family.
    kind: ``mail``, ``document`` …; ``archive`` and ``mailbox`` are only containers. path: where it was found.
    sha256: of its bytes, empty when they could not be read; size: bytes.
    status: ``item``, ``container`` or ``exception``; exception: its code, None when the item was read in full.
    custodian: the person or source it was collected from.
    metadata: of a mail ``subject``, ``from``, ``to``, ``cc``, ``bcc``, ``date_sent`` (ISO 8601 in UTC),
    ``message_id``, ``in_reply_to``, ``references``, ``thread_index``, ``body_absent``; all may be missing.
    """

    id: str
    parent_id: str | None
    family_id: str
    kind: str
    path: str = ""
    sha256: str = ""
    size: int = 0
    status: str = "item"
    exception: str | None = None
    custodian: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


def listed(metadata: Mapping[str, Any], name: str) -> list[str]:
    """Return a fact of a mail that is a list, such as its recipients; one text alone is a list of one."""
    value = metadata.get(name)
    if not value:
        return []
    if isinstance(value, str):
        return [value]
    return list(map(str, value)) if isinstance(value, _SEVERAL) else []


@dataclass(frozen=True, slots=True)
class MissingMail:
    """A mail that is only known because another one quotes it.

    quoted_in: id of the mail that quotes it. sender, sent, subject: as the quotation shows them, or empty.
    start, end: place of the quotation in the text of that mail, characters.
    reference: its Message-ID when the mail that answers it names it, otherwise empty.
    """

    quoted_in: str
    sender: str = ""
    sent: str = ""
    subject: str = ""
    start: int = 0
    end: int = 0
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Repeated:
    """A passage, from start to end in the text of a mail, that stands in full in an inclusive mail read before.

    shown_in: id of that mail.
    """

    start: int
    end: int
    shown_in: str


@dataclass(frozen=True, slots=True)
class Relation:
    """What ties one item to others; None where the question does not arise.

    duplicate_of: id of the kept copy; duplicate_reason: the code of the rule that found it.
    custodians, paths: on a kept copy those of all its copies, otherwise its own.
    dedupe: recipe number, part hashes and identification hash of a mail.
    version_of: id of the mail of which this is another state, never merged; version_reason: ``draft``,
    ``blind_copy`` or ``same_message_id``.
    near_duplicate_group: id of the pivot; near_duplicate_similarity: to the pivot, above 0 up to 1.
    thread_id: shared by the mails of one conversation and their attachments; answers: id of the mail of it that
    this one answers or forwards.
    inclusive: must be read, since no other mail contains all of it; inclusive_reason: ``message``,
    ``attachment``, ``inferred`` or ``unreadable``; contained_in: id of a mail that contains all of it.
    spare_of: id of the inclusive mail with the same content.
    repeated: passages of an inclusive mail that stand in full in an inclusive mail read before.
    missing: mails that this one is the first to quote and that the collection does not hold.
    """

    id: str
    duplicate_of: str | None = None
    duplicate_reason: str | None = None
    custodians: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    dedupe: Mapping[str, Any] | None = None
    version_of: str | None = None
    version_reason: str | None = None
    near_duplicate_group: str | None = None
    near_duplicate_similarity: float | None = None
    thread_id: str | None = None
    answers: str | None = None
    inclusive: bool | None = None
    inclusive_reason: str | None = None
    contained_in: str | None = None
    spare_of: str | None = None
    repeated: tuple[Repeated, ...] = ()
    missing: tuple[MissingMail, ...] = ()


@dataclass(frozen=True, slots=True)
class RelationOptions:
    """How a collection is compared.

    similarity: least Jaccard similarity of a near-duplicate to its pivot, above 0 up to 1.
    short_words: a shorter document is only grouped with one of the same words (a Han character is half a word).
    longest: characters; a longer text is compared by its bytes alone, so that one dump does not fill the memory.
    custodians: in order of priority; the copy of the first one is kept.
    restored: ids of items that were left out and shall come back, with their families.
    near_duplicates, threads: False leaves that question unasked.
    """

    similarity: float = 0.7
    short_words: int = 30
    longest: int = 8_000_000
    custodians: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    near_duplicates: bool = True
    threads: bool = True
