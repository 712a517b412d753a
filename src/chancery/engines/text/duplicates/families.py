"""Exact duplicates at the level of families: what is kept, what is left out and why, and how to take it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from chancery.engines.text.duplicates.notices import Notices
from chancery.engines.text.duplicates.recipe import Fingerprint, fingerprint
from chancery.engines.text.members import Member
from chancery.engines.text.spill import Packed, Row, Shelf

Rule = Literal["file", "mail", "family"]


@dataclass(frozen=True, slots=True)
class Suppressed(Packed):
    """One item left out because another one is the same.

    rule: ``file`` same bytes; ``mail`` recipe 2 and the full text agree; ``family`` its head is a duplicate and
    this is the partner of an attachment there. sha256: what agreed, of the recipe for a mail.
    """

    id: str
    family_id: str
    kept: str
    rule: Rule
    sha256: str
    custodian: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """All exact duplicates of a collection. prints: fingerprint of each mail that is the head of a family.

    folder: as in ``Shelf``.
    """

    suppressed: Row[Suppressed]
    prints: Shelf[str, Fingerprint]
    folder: Path | None = None

    def kept(self) -> dict[str, str]:
        """Return the id of the kept copy for each item left out."""
        return {each.id: each.kept for each in self.suppressed}

    def restored(self, ids: Iterable[str]) -> Duplicates:
        """Return the duplicates without these decisions: the items come back with their whole families."""
        asked = set(ids)
        if not asked:
            return self
        families = {each.family_id for each in self.suppressed if each.id in asked}
        left: Row[Suppressed] = Row(folder=self.folder)
        for each in self.suppressed:
            if each.family_id not in families:
                left.append(each)
        return replace(self, suppressed=left)


def find_duplicates(
    *,
    members: Iterable[Member],
    text_of: Callable[[str], str | None],
    notices: Notices,
    custodians: Sequence[str] = (),
    folder: Path | None = None,
) -> Duplicates:
    """Return the duplicates among the heads of families; attachments follow their head.

    Mails are the same when recipe 2 agrees and so do their full bodies. A mail with neither body nor attachment is
    only the same as a byte-identical file, and so is one that was read in part or has an unreadable attachment:
    headers alone never merge. Loose files are the same when their bytes are. Empty files never are.
    members: read twice. custodians: in order of priority; the copy of the first is kept, then the first by path.
    folder: as in ``Shelf``.
    """
    children: Shelf[str, _Kin] = Shelf(folder=folder)
    for member in members:
        if member.parent_id is not None and member.id != member.family_id:
            children.add(member.parent_id, _kin(member))
    rank = {name: place for place, name in enumerate(custodians)}
    prints: Shelf[str, Fingerprint] = Shelf(folder=folder)
    groups: Shelf[str, _Kin] = Shelf(folder=folder)
    for head in members:
        if not is_head(head):
            continue
        here = None
        if head.kind == "mail":
            attached = [child.sha256 for child in children.all(head.id)]
            here = fingerprint(text=text_of(head.id), metadata=head.metadata, attachments=attached, notices=notices)
            prints.add(head.id, here)
        if key := _key(head, here):
            groups.add(key, _kin(head))
    found: Row[Suppressed] = Row(folder=folder)
    for key, group in groups.repeated():
        group.sort(key=lambda each: (rank.get(each.custodian, len(rank)), each.path, each.id))
        for copy, master in _same(key, group, text_of, notices):
            for each in _tie(copy, master, "file" if key.startswith("file") else "mail", key[5:], children):
                found.append(each)
    return Duplicates(found, prints, folder)


@dataclass(frozen=True, slots=True)
class _Kin(Packed):
    """What is held of a member."""

    id: str
    family_id: str
    sha256: str
    custodian: str
    path: str
    has_body: bool

    @property
    def partner_key(self) -> str:
        """Return what a partner in another family must share: the bytes, or the name where they are unknown."""
        return self.sha256 or self.path.rpartition("/")[2]


def _kin(member: Member) -> _Kin:
    has_body = not member.metadata.get("body_absent")
    return _Kin(member.id, member.family_id, member.sha256, member.custodian, member.path, has_body)


def is_head(member: Member) -> bool:
    """Tell whether an item is the head of a family and not only a container of others."""
    return member.id == member.family_id and member.status != "container" and member.kind not in ("archive", "mailbox")


def _key(head: Member, found: Fingerprint | None) -> str | None:
    """Return what must agree, None for an item that may never be merged."""
    if not head.sha256 or not head.size:
        return None
    if found is None or head.exception is not None or not found.whole:
        return f"file:{head.sha256}"
    if found.body is None and found.attachments is None:
        return f"file:{head.sha256}"
    return f"mail:{found.sha256}"


def _same(
    key: str, group: Sequence[_Kin], text_of: Callable[[str], str | None], notices: Notices
) -> Iterator[tuple[_Kin, _Kin]]:
    """Yield each copy with the first member of the same full text."""
    if key.startswith("file"):
        yield from ((copy, group[0]) for copy in group[1:])
        return
    masters: list[tuple[str, _Kin]] = []
    for member in group:
        body = notices.plain(text_of(member.id) or "") if member.has_body else ""
        master = next((each for text, each in masters if text == body), None)
        if master is None:
            masters.append((body, member))
        else:
            yield member, master


def _tie(copy: _Kin, master: _Kin, rule: Rule, agreed: str, children: Shelf[str, _Kin]) -> Iterator[Suppressed]:
    """Yield the copy and its attachments, each with its partner in the kept family."""
    pending: list[tuple[_Kin, _Kin, Rule, str]] = [(copy, master, rule, agreed)]
    seen: set[str] = set()
    while pending:
        copy, master, rule, agreed = pending.pop()
        if copy.id in seen or copy.id == master.id:
            continue
        seen.add(copy.id)
        yield Suppressed(copy.id, copy.family_id, master.id, rule, agreed, copy.custodian, copy.path)
        free: dict[str, list[_Kin]] = defaultdict(list)
        for child in children.all(master.id):
            free[child.partner_key].append(child)
        for child in children.all(copy.id):
            partners = free[child.partner_key]
            if partners:
                pending.append((child, partners.pop(0), "family", child.sha256))
