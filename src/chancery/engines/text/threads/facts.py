"""What of a mail decides to which conversation it belongs and what it contains, small enough for a whole collection."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from chancery.engines.text.duplicates.notices import Notices
from chancery.engines.text.members import listed
from chancery.engines.text.spill import Packed
from chancery.engines.text.threads.headers import QuotedHeader
from chancery.engines.text.threads.people import keys_of
from chancery.engines.text.threads.segments import Segment, letters_of, segments_of
from chancery.engines.text.threads.subjects import base_subject
from chancery.engines.text.threads.times import minutes_of, utc_minutes

_MOST_PEOPLE = 400
_MOST_REFERENCES = 40
_ANGLE = re.compile(r"<[^<>\s]+>")
_WHITE = re.compile(r"\s+")
_INDEX_BYTES = 22
_NO_TIME = 10 * 366 * 24 * 60  # 1980: the zero of several mail programs
_NOTHING = QuotedHeader()


@dataclass(frozen=True, slots=True)
class Part(Packed):
    """One segment: print: hash of its letters, 0 without any; size: letters; header and place as in the body.

    people: names of its sender; minutes: times its header may mean; subject: base subject of its header.
    solid: nothing of another segment stands between start and end.
    """

    print: int
    size: int
    header: QuotedHeader
    people: frozenset[str]
    minutes: tuple[int, ...]
    subject: str
    start: int
    end: int
    solid: bool


@dataclass(frozen=True, slots=True)
class Mail(Packed):
    """One mail as threading sees it.

    answered: the subject has a mark of replying or forwarding. sender, people: names of the sender, of all and of those
    it quotes.
    subject: base subject without white space. minutes: sent, since 1970 in UTC. parts: own text first.
    attachments: SHA-256 of each. whole: False when the mail could be read only in part.
    """

    id: str
    message_id: str
    references: tuple[str, ...]
    index: bytes
    subject: str
    answered: bool
    sender: frozenset[str]
    people: frozenset[str]
    minutes: int | None
    parts: tuple[Part, ...]
    attachments: frozenset[str]
    whole: bool

    @property
    def size(self) -> int:
        """Return the letters of all parts."""
        return sum(part.size for part in self.parts)

    @property
    def order(self) -> tuple[bool, int, str]:
        """Return what mails are sorted by: time, those without time last."""
        return (self.minutes is None, self.minutes or 0, self.id)


def facts_of(
    *, id: str, metadata: Mapping[str, Any], text: str, attachments: frozenset[str], whole: bool, notices: Notices
) -> Mail:
    """Return the facts of one mail; metadata as in ``Member``; text: its body, empty when it has none."""
    subject, answered = base_subject(subject=str(metadata.get("subject") or ""))
    sender = keys_of(str(metadata.get("from") or ""))
    minutes = utc_minutes(text=str(metadata.get("date_sent") or ""))
    everyone = set(sender)
    for role in ("to", "cc", "bcc"):
        for shown in listed(metadata, role)[:_MOST_PEOPLE]:
            everyone |= keys_of(shown)
    parts = _parts(segments_of(text=text), notices)
    everyone.update(*(part.people for part in parts[1:]))
    return Mail(
        id=id,
        message_id=_message_id(metadata.get("message_id")),
        references=tuple(_references(metadata)),
        index=_index(metadata.get("thread_index")),
        subject=_WHITE.sub("", subject),
        answered=answered,
        sender=sender,
        people=frozenset(everyone),
        minutes=minutes if minutes is not None and minutes > _NO_TIME else None,
        parts=parts,
        attachments=attachments,
        whole=whole,
    )


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of a body: of each part in the order of ``Mail.parts``, and of the whole with all headers."""

    parts: tuple[str, ...]
    whole: str

    def covers(self, other: Letters) -> bool:
        """Tell whether every part of another body stands in one piece in this one."""
        return all(part in self.whole or any(part in mine for mine in self.parts) for part in other.parts)


def letters_of_body(*, text: str, notices: Notices) -> Letters:
    """Return the letters of a body, without notices."""
    parts = tuple(notices.letters(each.letters()) for each in segments_of(text=text))
    return Letters(parts, notices.letters(letters_of(text)))


def _parts(segments: Sequence[Segment], notices: Notices) -> tuple[Part, ...]:
    places = [(each.spans[0].start, each.spans[-1].end) if each.spans else (0, 0) for each in segments]
    ordered = sorted(place for place in places if place[0] < place[1])
    mingled = {place for one, other in pairwise(ordered) if other[0] < one[1] for place in (one, other)}
    return tuple(
        _part(segment, place, place not in mingled, notices) for segment, place in zip(segments, places, strict=True)
    )


def _part(segment: Segment, place: tuple[int, int], solid: bool, notices: Notices) -> Part:
    letters = notices.letters(segment.letters())
    header = segment.header or _NOTHING
    return Part(
        print=hash(letters) or 1 if letters else 0,
        size=len(letters),
        header=header,
        people=keys_of(header.sender) if header.sender else frozenset(),
        minutes=minutes_of(text=header.sent) if header.sent else (),
        subject=_WHITE.sub("", base_subject(subject=header.subject)[0]) if header.subject else "",
        start=place[0],
        end=place[1],
        solid=solid,
    )


def _references(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Yield the Message-IDs a mail answers, nearest first, each once and not its own."""
    if not (metadata.get("references") or metadata.get("in_reply_to")):
        return
    named = [word for value in listed(metadata, "references") for word in value.split()]
    named = [*named[:1], *named[-_MOST_REFERENCES:]] if len(named) > _MOST_REFERENCES else named
    answered = str(metadata.get("in_reply_to") or "")
    found = _ANGLE.findall(answered)[:1] or answered.split()[:1]
    own = _message_id(metadata.get("message_id"))
    for each in dict.fromkeys([*map(_message_id, found), *map(_message_id, reversed(named))]):
        if each and each != own:
            yield each


def _message_id(value: Any) -> str:
    return str(value or "").strip().strip("<>").strip()


def _index(value: Any) -> bytes:
    """Return what the Thread-Index of all mails of a conversation share: its first 22 bytes, empty without one."""
    if not value:
        return b""
    try:
        raw = value if isinstance(value, bytes) else base64.b64decode("".join(str(value).split()) + "==")
    except (binascii.Error, ValueError):
        return b""
    return raw[:_INDEX_BYTES] if len(raw) >= _INDEX_BYTES else b""


def thread_id_of(*, first: str) -> str:
    """Return the id of a conversation, made from that of its first mail."""
    return "T" + hashlib.sha256(first.encode("utf-8", "surrogatepass")).hexdigest()[:20]
