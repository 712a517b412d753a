"""Which mails of a conversation must be read so that nothing in it stays unread.

A mail need not be read when another one that must be contains every segment of it, shows that it quotes this very
mail (sender and time agree) and has its attachments. Longest first, each mail is measured against those already
found inclusive, so no chain of containment has to be trusted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from chancery.engines.text.spill import Packed
from chancery.engines.text.threads.facts import Letters, Mail, Part
from chancery.engines.text.threads.people import same_person
from chancery.engines.text.threads.times import same_time

Reason = Literal["message", "attachment", "inferred", "unreadable"]
LettersOf = Callable[[str], Letters]

_MOST_SCANNED = 512  # containers looked at for one mail, so that a huge conversation takes no quadratic time
_MOST_NAMED = 96  # of these by the name of a sender, whose headers are compared
_MOST_TRIED = 64
_MOST_READ = 8  # containers whose text is read for one mail
_LEAST_LETTERS = 20  # of a segment that is recognised without sender and time


@dataclass(frozen=True, slots=True)
class Verdict(Packed):
    """Whether a mail must be read. contained_in: the mail that has all of it; spare: that one is its equal."""

    inclusive: bool
    reason: Reason | None = None
    contained_in: str | None = None
    spare: bool = False


@dataclass(slots=True)
class _Container:
    """An inclusive mail that others are measured against."""

    mail: Mail
    prints: frozenset[int]


class _Judge:
    """The inclusive mails of one conversation so far, and where each segment and sender stands in them."""

    def __init__(self, letters_of: LettersOf) -> None:
        self._letters_of = letters_of
        self._by_print: dict[int, list[_Container]] = defaultdict(list)
        self._by_person: dict[str, list[_Container]] = defaultdict(list)

    def verdict(self, mail: Mail) -> Verdict:
        """Return whether a mail, not longer than any before it, must be read."""
        if not mail.whole:
            return Verdict(True, "unreadable")
        reason: Reason = "message"
        wanted = frozenset(part.print for part in mail.parts if part.print)
        if not wanted:
            return Verdict(True, reason)
        anchor = mail.parts[0].print or next(part.print for part in mail.parts if part.print)
        known = self._by_print.get(anchor, ())
        fitting = (each for each in islice(known, _MOST_SCANNED) if wanted <= each.prints)
        for container in islice(fitting, _MOST_TRIED):
            found = _confirmed(container.mail, mail)
            if found and mail.attachments <= container.mail.attachments:
                return _contained(container.mail, mail)
            if reason != "attachment":
                reason = "attachment" if found else "inferred"
        return self._by_reading(mail) or Verdict(True, reason)

    def _by_reading(self, mail: Mail) -> Verdict | None:
        """Look for a mail that shows this one but cuts its text otherwise, by reading both."""
        others: dict[str, Mail] = {}
        for name in mail.sender:
            for container in islice(self._by_person.get(name, ()), _MOST_NAMED):
                other = container.mail
                if len(others) < _MOST_READ and mail.attachments <= other.attachments and _may_show(other, mail):
                    others[other.id] = other
        own = self._letters_of(mail.id) if others else None
        for other in others.values():
            theirs = self._letters_of(other.id)
            if own is None or not theirs.covers(own):
                continue
            shown = [place for place, part in enumerate(other.parts) if place and _names(part, other, mail)]
            if _same_mail(other, mail) or any(own.parts[0] in theirs.parts[place] for place in shown):
                return _contained(other, mail)
        return None

    def add(self, mail: Mail) -> None:
        """Let later mails be measured against this one."""
        container = _Container(mail, frozenset(part.print for part in mail.parts if part.print))
        for value in container.prints:
            self._by_print[value].append(container)
        for name in mail.sender.union(*(part.people for part in mail.parts[1:])):
            self._by_person[name].append(container)


def judge(*, mails: Sequence[Mail], letters_of: LettersOf) -> dict[str, Verdict]:
    """Return the verdict on each mail of one conversation, by id.

    letters_of: the letters of a mail, read only where a quotation names a mail but differs from it.
    """
    judge_ = _Judge(letters_of)
    found: dict[str, Verdict] = {}
    for mail in sorted(mails, key=_longest_first):
        verdict = judge_.verdict(mail)
        found[mail.id] = verdict
        if verdict.inclusive:
            judge_.add(mail)
    return found


def _longest_first(mail: Mail) -> tuple[int, int, int, int, tuple[bool, int, str]]:
    """Return what mails are measured by; of equal ones that with more people first: it shows the blind copies."""
    return -mail.size, -len(mail.attachments), -len(mail.parts), -len(mail.people), mail.order


def _confirmed(container: Mail, mail: Mail) -> bool:
    """Tell whether a mail that holds the text of another one shows it as that very mail."""
    own = mail.parts[0]
    if container.parts[0].print == own.print and _same_mail(container, mail):
        return True
    return any(
        _names(part, container, mail) or (part.print == own.print and _silent(part, container, mail))
        for part in container.parts[1:]
        if part.print == own.print or not own.print
    )


def _may_show(container: Mail, mail: Mail) -> bool:
    return _same_mail(container, mail) or any(_names(part, container, mail) for part in container.parts[1:])


def _names(part: Part, container: Mail, mail: Mail) -> bool:
    """Tell whether the header of a quotation in a mail names this one.

    One of sender and time must agree and neither differ; a short or empty text of its own needs both, exactly, and
    that the mail which quotes it does not list others as those it answers.
    """
    short = mail.parts[0].size < _LEAST_LETTERS
    person = same_person(part.people, mail.sender)
    time = same_time(shown=part.minutes, sent=mail.minutes, exactly=short)
    if short:
        return bool(person and time) and not _answers_others(container, mail)
    return person is not False and time is not False and bool(person or time)


def _answers_others(container: Mail, mail: Mail) -> bool:
    """Tell whether a mail lists the Message-IDs of those it answers and this one's is not among them."""
    return bool(container.references and mail.message_id) and mail.message_id not in container.references


def _silent(part: Part, container: Mail, mail: Mail) -> bool:
    """Tell whether a quotation without sender and time may be trusted: same subject, enough text, a later mail."""
    unknown = not part.people and not part.minutes
    later = container.minutes is None or mail.minutes is None or container.minutes >= mail.minutes
    return unknown and part.size >= _LEAST_LETTERS and container.subject == mail.subject and later


def _same_mail(container: Mail, mail: Mail) -> bool:
    """Tell whether two mails with the same text were sent by the same person at the same time, in some time zone."""
    if container.subject != mail.subject:
        return False
    if container.minutes is None or mail.minutes is None:
        same = container.minutes == mail.minutes
    else:
        short = mail.parts[0].size < _LEAST_LETTERS
        same = same_time(shown=(container.minutes,), sent=mail.minutes, exactly=short) is True
    return same and same_person(container.sender, mail.sender) is not False


def _contained(container: Mail, mail: Mail) -> Verdict:
    equal = {part.print for part in container.parts} - {0} == {part.print for part in mail.parts} - {0}
    spare = _same_mail(container, mail) and (equal or container.size == mail.size)
    return Verdict(False, None, container.id, spare and container.attachments == mail.attachments)
