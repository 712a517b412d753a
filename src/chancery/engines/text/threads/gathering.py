"""Which mails form one conversation: by headers, by what they quote, by subject with people and time.

Outline of the header part: J. Zawinski, Message threading (1997), with sets in place of trees, so that cycles and
references to oneself cannot do harm. Since headers can be forged and subjects changed, an edge of any kind counts
only where the two mails also share their base subject or a person.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chancery.engines.text.spill import Packed, Row, Seen, Shelf
from chancery.engines.text.threads.facts import Mail

_LEAST_LETTERS = 40  # of a segment that ties mails by itself
_MOST_ANCHORS = 16  # parts of one evidence group that a mail is compared with by people
_WINDOW = 90 * 24 * 60  # minutes between mails joined by subject alone
_AT_ONCE = 65_536  # ids turned into an array at a time
_MOST_OPEN = 64  # conversations of one subject kept open


@dataclass(frozen=True, slots=True)
class _Entry(Packed):
    """A mail that shows a piece of evidence; refers: names or quotes another mail by it, not only has the text."""

    place: int
    subjects: frozenset[str]
    refers: bool


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
    """The facts of all mails, with what puts them in order and tells which evidence two of them share."""

    def __init__(self, *, folder: Path | None = None) -> None:
        """folder: as in ``Shelf``."""
        self.mails: Row[Mail] = Row(folder=folder)
        self.met: Seen[Hashable] = Seen()
        self._late, self._minutes = bytearray(), array("q")
        self._ids: list[npt.NDArray[np.bytes_]] = [np.empty(0, "S1")]
        self._waiting: list[bytes] = []

    def add(self, mail: Mail) -> None:
        """Add the next mail; all are added before any is read."""
        self.mails.append(mail)
        for key, _ in _evidence(0, mail):
            self.met.add(key)
        self.met.add(("subject", mail.subject))
        self._late.append(mail.minutes is None)
        self._minutes.append(mail.minutes or 0)
        self._waiting.append(mail.id.encode("utf-8", "surrogatepass"))
        if len(self._waiting) == _AT_ONCE:
            self._ids.append(np.array(self._waiting))
            self._waiting.clear()

    def by_time(self) -> npt.NDArray[np.int64]:
        """Return the places of the mails in order of time, as ``Mail.order`` has it."""
        ids = np.concatenate([*self._ids, *([np.array(self._waiting)] if self._waiting else [])])
        return np.lexsort((ids, np.array(self._minutes, np.int64), np.array(self._late, np.bool_)))


def gather(*, facts: Facts, folder: Path | None = None) -> Iterator[list[int]]:
    """Yield the conversations as lists of places in ``facts.mails``, in order of time; a single mail is one too.

    folder: as in ``Shelf``.
    """
    mails = facts.mails
    sets = _Sets(len(mails))
    ordered = facts.by_time()
    by_evidence: Shelf[Hashable, _Entry] = Shelf(folder=folder)
    by_subject: Shelf[str, int] = Shelf(folder=folder)
    for place in ordered.tolist():
        mail = mails[place]
        for key, entry in _evidence(place, mail):
            if facts.met.again(key):
                by_evidence.add(key, entry)
        if mail.subject and facts.met.again(("subject", mail.subject)):
            by_subject.add(mail.subject, place)
    for _, group in by_evidence.repeated():
        _join_by_evidence(mails, group, sets)
    del by_evidence
    for _, places in by_subject.repeated():
        _join_by_subject(mails, places, sets)
    yield from _together(ordered, sets)


def _evidence(place: int, mail: Mail) -> Iterator[tuple[Hashable, _Entry]]:
    """Yield what a mail shows of its conversation."""
    own = frozenset({mail.subject} - {""})
    for key in dict.fromkeys([mail.message_id, *mail.references]):
        if key:
            yield ("id", key), _Entry(place, own, True)
    if mail.index:
        yield ("index", mail.index), _Entry(place, own, True)
    for number, part in enumerate(mail.parts):
        if part.size >= _LEAST_LETTERS:
            yield part.print, _Entry(place, own | ({part.subject} - {""}), number > 0)


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


def _join_by_evidence(mails: Row[Mail], group: Iterable[_Entry], sets: _Sets) -> None:
    """Join the mails that share a piece of evidence and a subject, or a person where one of them refers to it."""
    by_subject: dict[str, int] = {}
    anchors: list[_Entry] = []
    for entry in group:
        tied = {by_subject[subject] for subject in entry.subjects if subject in by_subject}
        if not tied:
            people = mails[entry.place].people
            tied = {
                each.place
                for each in anchors
                if (entry.refers or each.refers) and not mails[each.place].people.isdisjoint(people)
            }
            if len(anchors) < _MOST_ANCHORS:
                anchors.append(entry)
        for place in tied:
            sets.join(place, entry.place)
        for subject in entry.subjects:
            by_subject.setdefault(subject, entry.place)


def _join_by_subject(mails: Row[Mail], places: Iterable[int], sets: _Sets) -> None:
    """Join an answer to the latest conversation of its subject that has one of its people and is not too old."""
    conversations: list[_Open] = []
    for place in places:
        mail = mails[place]
        known = next((each for each in conversations if sets.find(each.number) == sets.find(place)), None)
        if known is None and (mail.answered or len(mail.parts) > 1):
            known = next((each for each in reversed(conversations) if _near(each, mail)), None)
            if known is not None:
                sets.join(known.number, place)
        if known is None:
            conversations.append(_Open(place, set(mail.people), mail.minutes))
            del conversations[:-_MOST_OPEN]
        else:
            known.people |= mail.people
            known.last = mail.minutes if mail.minutes is not None else known.last
            conversations.remove(known)
            conversations.append(known)


def _near(known: _Open, mail: Mail) -> bool:
    apart = abs(mail.minutes - known.last) if mail.minutes is not None and known.last is not None else 0
    return apart <= _WINDOW and not known.people.isdisjoint(mail.people)
