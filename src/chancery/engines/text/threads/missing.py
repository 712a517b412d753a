"""Mails that a conversation quotes or answers and that the collection does not hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from itertools import islice

from chancery.engines.text.members import MissingMail
from chancery.engines.text.threads.facts import Mail, Part
from chancery.engines.text.threads.people import same_person
from chancery.engines.text.threads.times import same_time

_MOST_SCANNED = 512  # mails of one person looked at for one quotation
_LEAST_LETTERS = 20  # of a quotation without sender and time


def find_missing(
    *, mails: Sequence[Mail], prints: Container[int], message_ids: Container[str]
) -> Iterator[MissingMail]:
    """Yield each missing mail of one conversation once, at the first mail in order of time that shows it.

    What a mail quotes first is the mail its header answers: a quotation and a Message-ID of one missing mail are one.
    mails: of the conversation, in order of time. prints: of the own text of every mail of the collection.
    message_ids: of every mail of the collection.
    """
    by_person: dict[str, list[Mail]] = defaultdict(list)
    for mail in mails:
        for name in mail.sender:
            by_person[name].append(mail)
    seen: set[object] = set()
    for mail in mails:
        answered = next(iter(mail.references), "")
        for part in mail.parts[1:]:
            if _is_noise(part) or (part.print and part.print in prints):
                continue
            keys = {part.print, *((tuple(sorted(part.people)), each) for each in part.minutes)} - {0}
            held = seen.isdisjoint(keys) and _is_held(part, by_person)
            if seen.isdisjoint(keys) and not held:
                new = part is mail.parts[1] and answered and answered not in message_ids and answered not in seen
                seen |= {answered} if new else set()
                header, named = part.header, f"<{answered}>" if new else ""
                yield MissingMail(mail.id, header.sender, header.sent, header.subject, part.start, part.end, named)
            seen |= keys
        for reference in mail.references:
            if reference not in message_ids and reference not in seen:
                seen.add(reference)
                yield MissingMail(mail.id, reference=f"<{reference}>")


def _is_noise(part: Part) -> bool:
    """Tell a quotation that names no mail: no text and no time, or little text and no header."""
    if not part.print:
        return not (part.people and part.minutes)
    return not part.people and not part.minutes and part.size < _LEAST_LETTERS


def _is_held(part: Part, by_person: dict[str, list[Mail]]) -> bool:
    """Tell whether a mail of the conversation is the one quoted, though its text differs."""
    return any(
        same_person(part.people, mail.sender) and same_time(shown=part.minutes, sent=mail.minutes)
        for name in part.people
        for mail in islice(by_person.get(name, ()), _MOST_SCANNED)
    )
