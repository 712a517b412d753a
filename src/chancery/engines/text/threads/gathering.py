"""Which mails form one conversation: by headers, by what they quote, by subject with people and time.

Outline of the header part: J. Zawinski, Message threading (1997), with sets in place of trees, so that cycles and
references to oneself cannot do harm. Since headers can be forged and subjects changed, an edge of any kind counts
only where the two mails also share their base subject or a person.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from chancery.engines.text.spill import Parted, Row
from chancery.engines.text.threads.facts import Mail

_LEAST_LETTERS = 40  # of a segment that ties mails by itself
_MOST_ANCHORS = 16  # parts of one evidence group that a mail is compared with by people
_WINDOW = 90 * 24 * 60  # minutes between mails joined by subject alone
_HELD = 10_000  # mails held in memory before they are written
_NO_TIME = 2**32 - 1  # minutes: later than the year 9999
_MOST_OPEN = 64  # conversations of one subject kept open


@dataclass(slots=True)
class _Open:
    """A conversation of one subject while mails are added in order of time."""

    number: int
    people: set[str]
    last: int | None


class _Sets:
    """Disjoint sets of numbers."""

    def __init__(self, count: int) -> None:
        self._above = array("i", range(count))

    def find(self, number: int) -> int:
        """Return the representative of a number's set."""
        while self._above[number] != number:
            self._above[number] = self._above[self._above[number]]
            number = self._above[number]
        return number

    def join(self, left: int, right: int) -> None:
        """Make one set of two."""
        left, right = self.find(left), self.find(right)
        self._above[max(left, right)] = min(left, right)


class Facts:
    """The facts of all mails; in memory only what puts them in order and tells who may belong to whom."""

    def __init__(self, *, folder: Path | None = None) -> None:
        """folder: as in ``Shelf``."""
        self.mails: Row[Mail] = Row(folder=folder, few=_HELD)
        self.shown: Row[tuple[str, frozenset[str]]] = Row(folder=folder, few=_HELD)
        """Id and people of each mail, read more often than the rest."""
        self.evidence = Parted(fields="qqI", names=("key", "subject", "place"), folder=folder)
        """Hash of a piece of evidence; of a second subject it is shown under, 0 without one; place and whether the
        mail refers to another one by it, as place * 2 + 1."""
        self._subjects, self._minutes = array("q"), array("I")
        self._answers = bytearray()

    def add(self, mail: Mail) -> None:
        """Add the next mail; all are added before any is read."""
        place = len(self._minutes)
        self.mails.append(mail)
        self.shown.append((mail.id, mail.people))
        for key, subject, refers in _evidence(mail):
            self.evidence.add(hash(key), _hashed(subject) if subject != mail.subject else 0, place * 2 + refers)
        self._subjects.append(_hashed(mail.subject))
        self._minutes.append(_NO_TIME if mail.minutes is None else mail.minutes)
        self._answers.append(mail.answered or len(mail.parts) > 1)

    @property
    def subjects(self) -> npt.NDArray[np.int64]:
        """Return the hash of the base subject of each mail, 0 without one."""
        return np.frombuffer(self._subjects, np.int64) if self._subjects else np.empty(0, np.int64)

    def minutes(self, place: int) -> int | None:
        """Return when a mail was sent, as ``Mail.minutes``."""
        found = self._minutes[place]
        return None if found == _NO_TIME else found

    def answers(self, place: int) -> bool:
        """Tell whether a mail shows that it answers or forwards another one."""
        return bool(self._answers[place])

    def by_time(self) -> npt.NDArray[np.int64]:
        """Return the places of the mails in order of time, as ``Mail.order`` has it."""
        minutes = np.array(self._minutes, np.uint32)
        ordered = np.argsort(minutes, kind="stable")
        minutes = minutes[ordered]
        same = np.flatnonzero(np.diff(np.concatenate(([False], minutes[1:] == minutes[:-1], [False])).astype(np.int8)))
        for start, end in same.reshape(-1, 2).tolist():
            run = ordered[start : end + 1].tolist()
            ordered[start : end + 1] = sorted(run, key=lambda place: _raw(self.shown[place][0]))
        return ordered


def _hashed(subject: str) -> int:
    return (hash(subject) or 1) if subject else 0


def _raw(id: str) -> bytes:
    return id.encode("utf-8", "surrogatepass")


def gather(*, facts: Facts) -> Iterator[list[int]]:
    """Yield the conversations as lists of places in ``facts.mails``, in order of time; a single mail is one too."""
    sets = _Sets(len(facts.mails))
    ordered = facts.by_time()
    rank = np.empty(len(ordered), np.int32)
    rank[ordered] = np.arange(len(ordered), dtype=np.int32)
    for part in facts.evidence.parts():
        for places, subjects in _shared(part, rank):
            _join_by_evidence(facts, places, subjects, sets)
    for places in _of_one_subject(facts.subjects, ordered):
        _join_by_subject(facts, places, sets)
    yield from _together(ordered, sets)


def _evidence(mail: Mail) -> Iterator[tuple[Hashable, str, bool]]:
    """Yield what a mail shows of its conversation, under which subject, and whether it names another mail by it."""
    for key in dict.fromkeys([mail.message_id, *mail.references]):
        if key:
            yield ("id", key), "", True
    if mail.index:
        yield ("index", mail.index), "", True
    for number, part in enumerate(mail.parts):
        if part.size >= _LEAST_LETTERS:
            yield part.print, part.subject, number > 0


def _shared(part: npt.NDArray[Any], rank: npt.NDArray[np.int32]) -> Iterator[tuple[list[int], list[int]]]:
    """Yield each piece of evidence that several mails show: places (with ``refers``) in order of time, and subjects."""
    order = np.lexsort((rank[part["place"] >> 1], part["key"]))
    keys, places, subjects = (part[name][order] for name in ("key", "place", "subject"))
    for start, end in _runs(keys):
        yield places[start:end].tolist(), subjects[start:end].tolist()


def _of_one_subject(subjects: npt.NDArray[np.int64], ordered: npt.NDArray[np.int64]) -> Iterator[list[int]]:
    """Yield the places of the mails of one subject in order of time, the subject met first at the head."""
    hashes = subjects[ordered]
    order = np.argsort(hashes, kind="stable")
    hashes = hashes[order]
    groups = [(int(order[start]), start, end) for start, end in _runs(hashes) if hashes[start]]
    for _, start, end in sorted(groups):
        yield ordered[order[start:end]].tolist()


def _runs(values: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return beginning and end of each run of two and more equal values."""
    ends = np.append(np.flatnonzero(values[1:] != values[:-1]) + 1, len(values))
    starts = np.append(0, ends[:-1])
    several = ends - starts > 1
    return list(zip(starts[several].tolist(), ends[several].tolist(), strict=True))


def _together(ordered: npt.NDArray[np.int64], sets: _Sets) -> Iterator[list[int]]:
    """Yield the sets, the one with the first mail first, each in the order given."""
    first = np.full(len(ordered), -1, np.int64)
    groups = np.empty(len(ordered), np.int64)
    for number, place in enumerate(ordered):
        root = sets.find(int(place))
        if first[root] < 0:
            first[root] = number
        groups[number] = first[root]
    numbers = np.argsort(groups, kind="stable")
    ends = np.flatnonzero(np.diff(groups[numbers])) + 1
    start = 0
    for end in [*ends, len(numbers)]:
        if end > start:
            yield ordered[numbers[start:end]].tolist()
        start = end


def _join_by_evidence(facts: Facts, places: list[int], seconds: list[int], sets: _Sets) -> None:
    """Join the mails that share a piece of evidence and a subject, or a person where one of them refers to it.

    places, seconds: as in ``Facts.evidence``.
    """
    own = facts.subjects
    by_subject: dict[int, int] = {}
    anchors: list[tuple[int, bool]] = []
    for refers_place, second in zip(places, seconds, strict=True):
        place, refers = refers_place >> 1, bool(refers_place & 1)
        subjects = {int(own[place]), second} - {0}
        tied = {by_subject[subject] for subject in subjects if subject in by_subject}
        if not tied:
            asked = [other for other, referred in anchors if refers or referred]
            if asked:
                people = facts.shown[place][1]
                tied = {other for other in asked if not facts.shown[other][1].isdisjoint(people)}
            if len(anchors) < _MOST_ANCHORS:
                anchors.append((place, refers))
        for other in tied:
            sets.join(other, place)
        for subject in subjects:
            by_subject.setdefault(subject, place)


def _join_by_subject(facts: Facts, places: list[int], sets: _Sets) -> None:
    """Join an answer to the latest conversation of its subject that has one of its people and is not too old."""
    conversations: list[_Open] = []
    for place in places:
        people, minutes = facts.shown[place][1], facts.minutes(place)
        known = next((each for each in conversations if sets.find(each.number) == sets.find(place)), None)
        if known is None and facts.answers(place):
            known = next((each for each in reversed(conversations) if _near(each, people, minutes)), None)
            if known is not None:
                sets.join(known.number, place)
        if known is None:
            conversations.append(_Open(place, set(people), minutes))
            del conversations[:-_MOST_OPEN]
        else:
            known.people |= people
            known.last = minutes if minutes is not None else known.last
            conversations.remove(known)
            conversations.append(known)


def _near(known: _Open, people: frozenset[str], minutes: int | None) -> bool:
    apart = abs(minutes - known.last) if minutes is not None and known.last is not None else 0
    return apart <= _WINDOW and not known.people.isdisjoint(people)
