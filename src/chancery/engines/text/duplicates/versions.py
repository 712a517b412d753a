"""Mails that belong together without being the same: a draft and what was sent, copies with and without BCC."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from chancery.engines.text.duplicates.recipe import Fingerprint
from chancery.engines.text.members import Member, listed
from chancery.engines.text.spill import Packed, Shelf

VersionRule = Literal["draft", "blind_copy", "same_message_id"]


@dataclass(frozen=True, slots=True)
class Version(Packed):
    """A mail that is another state of the mail ``of``; both stay.

    rule: ``draft`` it was never sent and has the Message-ID, or subject and body, of one that was; ``blind_copy``
    it is the same but for the BCC recipients that ``of`` shows; ``same_message_id`` it has the Message-ID of an
    earlier one but another content.
    """

    id: str
    of: str
    rule: VersionRule


@dataclass(frozen=True, slots=True)
class _State(Packed):
    """What is held of a mail; blind: how many BCC recipients it shows; sent: empty for a draft."""

    id: str
    path: str
    sent: str
    blind: int


def find_versions(
    *,
    members: Iterable[Member],
    prints: Shelf[str, Fingerprint],
    left_out: Container[str],
    folder: Path | None = None,
) -> Shelf[str, Version]:
    """Return what each version among the mails that are kept is of, by its id, the strongest rule first.

    folder: as in ``Shelf``.
    """
    by_soft: Shelf[str, _State] = Shelf(folder=folder)
    by_id: Shelf[str, _State] = Shelf(folder=folder)
    by_text: Shelf[tuple[str, str], _State] = Shelf(folder=folder)
    for member in members:
        found = prints.get(member.id)
        if found is None or member.id in left_out:
            continue
        blind = len(listed(member.metadata, "bcc"))
        state = _State(member.id, member.path, str(member.metadata.get("date_sent") or ""), blind)
        if found.body is not None or found.attachments is not None:
            by_soft.add(found.soft, state)
        if found.mih is not None:
            by_id.add(found.mih, state)
        subject = " ".join(str(member.metadata.get("subject") or "").split()).casefold()
        if found.body is not None and subject:
            by_text.add((subject, found.body), state)
    versions: Shelf[str, Version] = Shelf(folder=folder)
    for version in chain(_blind(by_soft), _drafts(by_id), _drafts(by_text), _ids(by_id)):
        versions.add(version.id, version)
    return versions


def _blind(groups: Shelf[str, _State]) -> Iterator[Version]:
    for _, group in groups.repeated():
        full = max(group, key=lambda each: (each.blind, each.path, each.id))
        yield from (Version(each.id, full.id, "blind_copy") for each in group if each.blind < full.blind)


def _drafts(groups: Shelf[Any, _State]) -> Iterator[Version]:
    for _, group in groups.repeated():
        sent = [each for each in group if each.sent]
        if sent:
            first = min(sent, key=lambda each: (each.sent, each.path, each.id))
            yield from (Version(each.id, first.id, "draft") for each in group if not each.sent)


def _ids(groups: Shelf[str, _State]) -> Iterator[Version]:
    for _, group in groups.repeated():
        first = min(group, key=lambda each: (each.sent or "9", each.path, each.id))
        yield from (Version(each.id, first.id, "same_message_id") for each in group if each is not first)
