"""What ties the items of a collection together: exact duplicates, versions, near-duplicates, conversations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from chancery.engines.text.duplicates.families import Duplicates, Suppressed, find_duplicates, is_head
from chancery.engines.text.duplicates.notices import Notices, learn
from chancery.engines.text.duplicates.versions import Version, find_versions
from chancery.engines.text.members import Member, MissingMail, Relation, RelationOptions, Repeated
from chancery.engines.text.similarity.groups import NearDuplicate, groups
from chancery.engines.text.spill import Row, Shelf
from chancery.engines.text.threads.conversations import Threaded, threads

__all__ = [
    "Member",
    "MissingMail",
    "Relation",
    "RelationOptions",
    "Repeated",
    "Suppressed",
    "notices_in",
    "relate",
    "suppressed",
]

DEFAULTS = RelationOptions()
TextOf = Callable[[str], str | None]
_SAMPLE = 5000  # mails looked at for notices


@dataclass(frozen=True, slots=True)
class _Found:
    """All findings about a collection, by id of the item."""

    kept: Shelf[str, Suppressed]
    copies: Shelf[str, Suppressed]
    duplicates: Duplicates
    versions: Shelf[str, Version]
    near: Shelf[str, tuple[str, float]] = field(default_factory=Shelf)
    threaded: Shelf[str, Threaded] = field(default_factory=Shelf)


def relate(
    *,
    members: Iterable[Member],
    text_of: TextOf,
    options: RelationOptions = DEFAULTS,
    folder: Path | None = None,
) -> Iterator[Relation]:
    """Yield one relation for each member, in the order given.

    members: a whole collection with complete families, read several times; from a plain iterator they are held,
    from any other iterable only compact facts are.
    text_of: the text of an item, None when it has none; called several times for one, so it may read a file.
    folder: for what does not fit into memory, see ``Shelf``.
    """
    listed: Collection[Member] | Iterable[Member] = list(members) if isinstance(members, Iterator) else members
    notices = notices_in(members=listed, text_of=text_of)
    duplicates = find_duplicates(
        members=listed, text_of=text_of, notices=notices, custodians=options.custodians, folder=folder
    )
    duplicates = duplicates.restored(options.restored)
    kept: Shelf[str, Suppressed] = Shelf(folder=folder)
    copies: Shelf[str, Suppressed] = Shelf(folder=folder)
    for each in duplicates.suppressed:
        kept.add(each.id, each)
        copies.add(each.kept, each)
    versions = find_versions(members=listed, prints=duplicates.prints, left_out=kept, folder=folder)
    found = _Found(
        kept=kept,
        copies=copies,
        duplicates=duplicates,
        versions=versions,
        near=_near(listed, text_of, notices, kept, options, folder) if options.near_duplicates else Shelf(),
        threaded=_threaded(listed, text_of, notices, kept, folder) if options.threads else Shelf(),
    )
    for member in listed:
        yield _relation(member, found)


def notices_in(*, members: Iterable[Member], text_of: TextOf) -> Notices:
    """Return what was appended to many mails of a collection by a system; at most 5,000 mails are read for it.

    members: read twice, so no plain iterator.
    """
    return learn(mails=_sample(members, text_of))


def suppressed(*, relations: Iterable[Relation]) -> Iterator[tuple[str, str, str]]:
    """Yield id, id of the kept copy and reason of everything left out, as a list that can be published."""
    for each in relations:
        if each.duplicate_of is not None:
            yield each.id, each.duplicate_of, each.duplicate_reason or ""


def _sample(members: Iterable[Member], text_of: TextOf) -> Iterator[tuple[str, str]]:
    """Yield sender and text of mails spread evenly over the collection."""
    count = sum(1 for member in members if _is_mail(member))
    step = max(1, -(-count // _SAMPLE))
    for member in islice((each for each in members if _is_mail(each)), 0, None, step):
        yield str(member.metadata.get("from") or ""), text_of(member.id) or ""


def _is_mail(member: Member) -> bool:
    return member.kind == "mail" and is_head(member) and not member.metadata.get("body_absent")


def _near(
    members: Iterable[Member],
    text_of: TextOf,
    notices: Notices,
    left_out: Container[str],
    options: RelationOptions,
    folder: Path | None,
) -> Shelf[str, tuple[str, float]]:
    """Return pivot and similarity of each kept item that has a near-duplicate."""
    mails, ids = bytearray(), Row[str](folder=folder)
    for member in members:
        if member.id not in left_out and member.status != "container" and not member.metadata.get("body_absent"):
            mails.append(member.kind == "mail")
            ids.append(member.id)

    def text(number: int) -> str:
        found = text_of(ids[number]) or ""
        if len(found) > options.longest:
            return ""
        return notices.without(found) if mails[number] else found

    joined: Iterator[NearDuplicate] = groups(
        count=len(ids),
        text_of=text,
        threshold=options.similarity,
        short_words=options.short_words,
        folder=folder,
    )
    near: Shelf[str, tuple[str, float]] = Shelf(folder=folder)
    for each in joined:
        near.add(ids[each.number], (ids[each.pivot], each.similarity))
    return near


def _threaded(
    members: Iterable[Member], text_of: TextOf, notices: Notices, left_out: Container[str], folder: Path | None
) -> Shelf[str, Threaded]:
    """Return the place of each kept mail in its conversation."""
    attached: Shelf[str, str] = Shelf(folder=folder)
    for member in members:
        if member.parent_id is not None and member.id != member.family_id:
            attached.add(member.parent_id, member.sha256 or f"?{member.id}")
    mails = (
        (member, attached.all(member.id))
        for member in members
        if member.kind == "mail" and is_head(member) and member.id not in left_out
    )
    found: Shelf[str, Threaded] = Shelf(folder=folder)
    for each in threads(mails=mails, text_of=text_of, notices=notices, folder=folder):
        found.add(each.id, each)
    return found


def _relation(member: Member, found: _Found) -> Relation:
    left_out = found.kept.get(member.id)
    master = left_out.kept if left_out else member.id
    copies = [] if left_out else found.copies.all(member.id)
    version = found.versions.get(member.id)
    fingerprint = found.duplicates.prints.get(member.id)
    pivot, similarity = found.near.get(master) or (None, None)
    return Relation(
        id=member.id,
        duplicate_of=left_out.kept if left_out else None,
        duplicate_reason=left_out.rule if left_out else None,
        custodians=tuple(dict.fromkeys(c for c in (member.custodian, *(e.custodian for e in copies)) if c)),
        paths=tuple(dict.fromkeys((member.path, *(each.path for each in copies)))),
        dedupe=fingerprint.as_record() if fingerprint else None,
        version_of=version.of if version else None,
        version_reason=version.rule if version else None,
        near_duplicate_group=pivot,
        near_duplicate_similarity=similarity,
        **_thread(member, left_out is not None, found),
    )


def _thread(member: Member, copy: bool, found: _Found) -> dict[str, Any]:
    """Return the conversation: of the mail itself, of the kept copy, or of the mail that an attachment belongs to."""
    left_out = found.kept.get(member.family_id)
    head = left_out.kept if left_out else member.family_id
    here = found.threaded.get(head)
    if here is None:
        return {}
    verdict = here.verdict
    if left_out or copy:
        kept = verdict.contained_in or head
        return {"thread_id": here.thread_id, "inclusive": False, "contained_in": kept, "spare_of": head}
    shared = {"thread_id": here.thread_id, "inclusive": verdict.inclusive}
    if member.id != head:
        return shared
    return shared | {
        "answers": here.answers,
        "inclusive_reason": verdict.reason,
        "contained_in": verdict.contained_in,
        "spare_of": verdict.contained_in if verdict.spare else None,
        "repeated": here.repeated,
        "missing": here.missing,
    }
