"""Which mails form one conversation: by headers, by what they quote, by subject with people and time.

Outline of the header part: J. Zawinski, Message threading (1997), with sets in place of trees, so that cycles and
references to oneself cannot do harm. Since headers can be forged and subjects changed, an edge of any kind counts
only where the two mails also share their base subject or a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from chancery.engines.text.threads.facts import Mail

_LEAST_LETTERS = 40  # of a segment that ties mails by itself
_MOST_ANCHORS = 16  # parts of one evidence group that a mail is compared with by people
_WINDOW = 90 * 24 * 60  # minutes between mails joined by subject alone
_MOST_OPEN = 64  # conversations of one subject kept open


@dataclass(frozen=True, slots=True)
class _Entry:
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
        self._above = list(range(count))

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


def gather(*, mails: Sequence[Mail]) -> list[list[int]]:
    """Return the conversations as lists of places in ``mails``, in order of time; a single mail is one too."""
    sets = _Sets(len(mails))
    by_evidence: dict[Hashable, list[_Entry]] = defaultdict(list)
    by_subject: dict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(mails)), key=lambda each: mails[each].order):
        mail = mails[place]
        own = frozenset({mail.subject} - {""})
        for key in dict.fromkeys([mail.message_id, *mail.references]):
            if key:
                by_evidence["id", key].append(_Entry(place, own, True))
        if mail.index:
            by_evidence["index", mail.index].append(_Entry(place, own, True))
        for number, part in enumerate(mail.parts):
            if part.size >= _LEAST_LETTERS:
                by_evidence[part.print].append(_Entry(place, own | ({part.subject} - {""}), number > 0))
        if mail.subject:
            by_subject[mail.subject].append(place)
    for group in by_evidence.values():
        if len(group) > 1:
            _join_by_evidence(mails, group, sets)
    by_evidence.clear()
    for places in by_subject.values():
        if len(places) > 1:
            _join_by_subject(mails, places, sets)
    found: dict[int, list[int]] = defaultdict(list)
    for place in sorted(range(len(mails)), key=lambda each: mails[each].order):
        found[sets.find(place)].append(place)
    return list(found.values())


def _join_by_evidence(mails: Sequence[Mail], group: Iterable[_Entry], sets: _Sets) -> None:
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


def _join_by_subject(mails: Sequence[Mail], places: Sequence[int], sets: _Sets) -> None:
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
