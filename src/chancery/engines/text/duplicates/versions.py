"""Mails that belong together without being the same: a draft and what was sent, copies with and without BCC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chancery.engines.text.duplicates.recipe import Fingerprint
from chancery.engines.text.members import Member, listed

VersionRule = Literal["draft", "blind_copy", "same_message_id"]


@dataclass(frozen=True, slots=True)
class Version:
    """A mail that is another state of the mail ``of``; both stay.

    rule: ``draft`` it was never sent and has the Message-ID, or subject and body, of one that was; ``blind_copy``
    it is the same but for the BCC recipients that ``of`` shows; ``same_message_id`` it has the Message-ID of an
    earlier one but another content.
    """

    id: str
    of: str
    rule: VersionRule


@dataclass(frozen=True, slots=True)
class _State:
    """What is held of a mail; blind: how many BCC recipients it shows; sent: empty for a draft."""

    id: str
    path: str
    sent: str
    blind: int


def find_versions(
    *, members: Iterable[Member], prints: Mapping[str, Fingerprint], left_out: Mapping[str, str]
) -> Iterator[Version]:
    """Yield each version among the mails that are kept, once, the strongest rule first."""
    by_soft: dict[str, list[_State]] = defaultdict(list)
    by_id: dict[str, list[_State]] = defaultdict(list)
    by_text: dict[tuple[str, str], list[_State]] = defaultdict(list)
    for member in members:
        found = prints.get(member.id)
        if found is None or member.id in left_out:
            continue
        blind = len(listed(member.metadata, "bcc"))
        state = _State(member.id, member.path, str(member.metadata.get("date_sent") or ""), blind)
        if found.body is not None or found.attachments is not None:
            by_soft[found.soft].append(state)
        if found.mih is not None:
            by_id[found.mih].append(state)
        subject = " ".join(str(member.metadata.get("subject") or "").split()).casefold()
        if found.body is not None and subject:
            by_text[subject, found.body].append(state)
    seen: set[str] = set()
    for version in (*_blind(by_soft), *_drafts(by_id), *_drafts(by_text), *_ids(by_id)):
        if version.id not in seen:
            seen.add(version.id)
            yield version


def _blind(groups: Mapping[str, list[_State]]) -> Iterator[Version]:
    for group in groups.values():
        full = max(group, key=lambda each: (each.blind, each.path, each.id))
        yield from (Version(each.id, full.id, "blind_copy") for each in group if each.blind < full.blind)


def _drafts(groups: Mapping[Any, list[_State]]) -> Iterator[Version]:
    for group in groups.values():
        sent = [each for each in group if each.sent]
        if sent:
            first = min(sent, key=lambda each: (each.sent, each.path, each.id))
            yield from (Version(each.id, first.id, "draft") for each in group if not each.sent)


def _ids(groups: Mapping[str, list[_State]]) -> Iterator[Version]:
    for group in groups.values():
        first = min(group, key=lambda each: (each.sent or "9", each.path, each.id))
        yield from (Version(each.id, first.id, "same_message_id") for each in group if each is not first)
