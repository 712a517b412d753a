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
from struct import Struct

import numpy as np
import numpy.typing as npt

from chancery.engines.text.ordering import I64, Ordered
from chancery.engines.text.spill import Row
from chancery.engines.text.threads.facts import Mail

I32 = npt.NDArray[np.int32]
LEAST_LETTERS = 40  # of a segment that ties mails by itself
_MOST_ANCHORS = 16  # parts of one evidence group that a mail is compared with by people
_WINDOW = 90 * 24 * 60  # minutes between mails joined by subject alone
_HELD = 10_000  # mails held in memory before they are written
_NO_TIME = 2**32 - 1  # minutes: later than the year 9999
_MOST_OPEN = 64  # conversations of one subject kept open
_CHUNK = 1 << 17  # mails looked at together
_BEGINNING = Struct(">QQ")
_MIDDLE = 2**63


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
        above = self._above
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    def join(self, left: int, right: int) -> None:
        """Make one set of two."""
        left, right = self.find(left), self.find(right)
        self._above[max(left, right)] = min(left, right)

    def all(self) -> I32:
        """Return the representative of every number."""
        found = np.frombuffer(self._above, np.int32) if self._above else np.empty(0, np.int32)
        while True:
            nearer = found[found]
            if np.array_equal(nearer, found):
                return nearer
            found = nearer


class Facts:
    """The facts of all mails; in memory only what puts them in order and tells who may belong to whom."""

    def __init__(self, *, folder: Path | None = None) -> None:
        """folder: as in ``Shelf``."""
        self.folder = folder
        self.mails: Row[Mail] = Row(folder=folder, few=_HELD)
        self.shown: Row[tuple[str, frozenset[str]]] = Row(folder=folder, few=_HELD)
        """Id and people of each mail, read more often than the rest."""
        self.evidence = Ordered(width=3, folder=folder)
        """Hash of a piece of evidence; of a second subject it is shown under, 0 without one; place and whether the
        mail refers to another one by it, as place * 2 + 1."""
        self._names = Ordered(width=3, folder=folder)  # the first 16 bytes of each id as two numbers, and its place
        self._subjects, self._minutes = array("q"), array("I")
        self._answers = bytearray()

    def add(self, mail: Mail) -> None:
        """Add the next mail; all are added before any is read."""
        place = len(self._minutes)
        self.mails.append(mail)
        self.shown.append((mail.id, mail.people))
        for key, subject, refers in _evidence(mail):
            self.evidence.add(hash(key), _hashed(subject) if subject != mail.subject else 0, place * 2 + refers)
        first, second = _BEGINNING.unpack(_raw(mail.id)[:16].ljust(16, b"\0"))
        self._names.add(first - _MIDDLE, second - _MIDDLE, place)
        self._subjects.append(_hashed(mail.subject))
        self._minutes.append(_NO_TIME if mail.minutes is None else mail.minutes)
        self._answers.append(mail.answered or len(mail.parts) > 1)

    @property
    def subjects(self) -> I64:
        """Return the hash of the base subject of each mail, 0 without one."""
        return np.frombuffer(self._subjects, np.int64) if self._subjects else np.empty(0, np.int64)

    def subject(self, place: int) -> int:
        """Return the hash of the base subject of a mail, 0 without one."""
        return self._subjects[place]

    def minutes(self, place: int) -> int | None:
        """Return when a mail was sent, as ``Mail.minutes``."""
        found = self._minutes[place]
        return None if found == _NO_TIME else found

    def answers(self, place: int) -> bool:
        """Tell whether a mail shows that it answers or forwards another one."""
        return bool(self._answers[place])

    def by_time(self) -> I32:
        """Return the places of the mails in order of time, as ``Mail.order`` has it."""
        by_id = np.empty(len(self._minutes), np.int32)
        at = 0
        for part in self._names.parts():
            by_id[at : at + len(part)] = self._by_id(part)
            at += len(part)
        minutes = np.frombuffer(self._minutes, np.uint32)[by_id] if at else np.empty(0, np.uint32)
        return by_id[np.argsort(minutes, kind="stable")]

    def _by_id(self, part: I64) -> I64:
        """Return the places of mails in order of their ids; the first numbers of the rows are in order."""
        part = part[np.lexsort((part[:, 1], part[:, 0]))]
        same = (part[1:, :2] == part[:-1, :2]).all(axis=1)
        for start, end in _runs(np.cumsum(np.concatenate(([0], ~same)))):
            part[start:end, 2] = sorted(part[start:end, 2].tolist(), key=lambda place: _raw(self.shown[place][0]))
        return part[:, 2]


def _hashed(subject: str) -> int:
    return (hash(subject) or 1) if subject else 0


def _raw(id: str) -> bytes:
    return id.encode("utf-8", "surrogatepass")


class Conversations:
    """The mails of a collection in sets that belong together."""

    def __init__(self, *, facts: Facts) -> None:
        """facts: of all mails; none is added afterwards."""
        self._facts = facts
        self._ordered = facts.by_time()
        sets = _Sets(len(self._ordered))
        rank = np.empty(len(self._ordered), np.int32)
        rank[self._ordered] = np.arange(len(self._ordered), dtype=np.int32)
        for part in facts.evidence.parts():
            for places, subjects in _shared(part, rank):
                _join_by_evidence(facts, places, subjects, sets)
        for found in _of_one_subject(facts, rank):
            _join_by_subject(facts, self._ordered[found].tolist(), sets)
        del rank
        self._set_of = sets.all()

    def groups(self) -> Iterator[list[int]]:
        """Yield the conversations as lists of places in ``Facts.mails``, each in order of time, the one with the first
        mail first; a single mail is one too."""
        count = len(self._ordered)
        first = np.empty(count, np.int32)
        backwards = self._ordered[::-1]
        first[self._set_of[backwards]] = np.arange(count - 1, -1, -1, dtype=np.int32)  # the last one written stays
        several = Ordered(width=2, folder=self._facts.folder)
        for start in range(0, count, _CHUNK):
            ranks = np.arange(start, min(count, start + _CHUNK))
            several.extend(np.column_stack((first[self._set_of[self._ordered[ranks]]], ranks)))
        del first
        for part in several.parts():
            ends = np.append(np.flatnonzero(part[1:, 0] != part[:-1, 0]) + 1, len(part)).tolist()
            places = self._ordered[part[:, 1]].tolist()
            start = 0
            for end in ends:
                yield places[start:end]
                start = end

    def crossing(self) -> I64:
        """Return the hashes of the evidence that mails of several conversations show, in order."""
        found = [np.empty(0, np.int64)]
        for part in self._facts.evidence.parts():
            keys, sets = part[:, 0], self._set_of[part[:, 2] >> 1]
            several = (keys[1:] == keys[:-1]) & (sets[1:] != sets[:-1])
            found.append(np.unique(keys[1:][several]))
        return np.concatenate(found)


def _evidence(mail: Mail) -> Iterator[tuple[Hashable, str, bool]]:
    """Yield what a mail shows of its conversation, under which subject, and whether it names another mail by it."""
    for key in dict.fromkeys([mail.message_id, *mail.references]):
        if key:
            yield ("id", key), "", True
    if mail.index:
        yield ("index", mail.index), "", True
    for number, part in enumerate(mail.parts):
        if part.size >= LEAST_LETTERS:
            yield part.print, part.subject, number > 0


def _shared(part: I64, rank: I32) -> Iterator[tuple[list[int], list[int]]]:
    """Yield each piece of evidence that several mails show: places (with ``refers``) in order of time, and subjects."""
    runs = _runs(part[:, 0])
    if not runs:
        return
    part = part[np.lexsort((rank[part[:, 2] >> 1], part[:, 0]))]
    for start, end in runs:
        yield part[start:end, 2].tolist(), part[start:end, 1].tolist()


def _of_one_subject(facts: Facts, rank: I32) -> Iterator[I64]:
    """Yield the ranks of the mails of one subject in order of time, the subject met first at the head."""
    subjects, found = facts.subjects, Ordered(width=2, folder=facts.folder)
    parts = min(255, max(1, len(subjects) // _CHUNK))
    kinds = (subjects % parts).astype(np.uint8)
    for part in range(parts):
        places = np.flatnonzero((kinds == part) & (subjects != 0))
        hashes, ranks = subjects[places], rank[places]
        order = np.lexsort((ranks, hashes))
        hashes, ranks = hashes[order], ranks[order]
        starts = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1]))[: len(hashes)])
        sizes = np.diff(np.append(starts, len(hashes)))
        several = np.repeat(sizes > 1, sizes)
        found.extend(np.column_stack((np.repeat(ranks[starts], sizes)[several], ranks[several])))
    for rows in found.parts():
        for start, end in _runs(rows[:, 0]):
            yield rows[start:end, 1]


def _runs(values: I64) -> list[tuple[int, int]]:
    """Return beginning and end of each run of two and more equal values."""
    ends = np.append(np.flatnonzero(values[1:] != values[:-1]) + 1, len(values))
    starts = np.append(0, ends[:-1])
    several = ends - starts > 1
    return list(zip(starts[several].tolist(), ends[several].tolist(), strict=True))


def _join_by_evidence(facts: Facts, places: list[int], seconds: list[int], sets: _Sets) -> None:
    """Join the mails that share a piece of evidence and a subject, or a person where one of them refers to it.

    places, seconds: as in ``Facts.evidence``.
    """
    by_subject: dict[int, int] = {}
    anchors: list[tuple[int, bool]] = []
    for refers_place, second in zip(places, seconds, strict=True):
        place, refers = refers_place >> 1, bool(refers_place & 1)
        subjects = {facts.subject(place), second} - {0}
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
