"""Conversations of a collection: who answers whom, what must be read, what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chancery.engines.text.duplicates.notices import Notices
from chancery.engines.text.members import Member, MissingMail, Repeated
from chancery.engines.text.spill import Packed, Seen
from chancery.engines.text.threads.answering import answered_by
from chancery.engines.text.threads.facts import Letters, facts_of, letters_of_body, thread_id_of
from chancery.engines.text.threads.gathering import Conversations, Facts
from chancery.engines.text.threads.inclusive import Verdict, judge
from chancery.engines.text.threads.missing import find_missing
from chancery.engines.text.threads.repeating import Reading

NO_NOTICES = Notices()
_HELD = 32  # bodies read a second time that are held


@dataclass(frozen=True, slots=True)
class Threaded(Packed):
    """One mail in its conversation.

    answers: id of the mail it answers or forwards. repeated: passages that were read before.
    missing: mails it is the first to quote or answer that are not there.
    """

    id: str
    thread_id: str
    verdict: Verdict
    answers: str | None = None
    repeated: tuple[Repeated, ...] = ()
    missing: tuple[MissingMail, ...] = ()


def threads(
    *,
    mails: Iterable[tuple[Member, Sequence[str]]],
    text_of: Callable[[str], str | None],
    notices: Notices = NO_NOTICES,
    folder: Path | None = None,
) -> Iterator[Threaded]:
    """Yield every mail with its conversation, one conversation after another, its mails in order of time.

    mails: each with the SHA-256 of its attachments; exact duplicates should be left out before.
    text_of: the body of a mail; read once, and again only where a quotation differs from what it quotes.
    folder: as in ``Shelf``.
    """

    @lru_cache(maxsize=_HELD)
    def letters_of(id: str) -> Letters:
        return letters_of_body(text=text_of(id) or "", notices=notices)

    facts = Facts(folder=folder)
    own: Seen[int] = Seen(folder=folder)
    message_ids: Seen[str] = Seen(folder=folder)
    for member, attachments in mails:
        mail = facts_of(
            id=member.id,
            metadata=member.metadata,
            text="" if member.metadata.get("body_absent") else text_of(member.id) or "",
            attachments=frozenset(attachments),
            whole=member.exception is None,
            notices=notices,
        )
        facts.add(mail)
        if mail.parts[0].print:
            own.add(mail.parts[0].print)
        if mail.message_id:
            message_ids.add(mail.message_id)
    gathered = Conversations(facts=facts)
    reading = Reading(gathered.crossing(), lambda place: facts.shown[place][0])
    for places in gathered.groups():
        group = [facts.mails[place] for place in places]
        verdicts = judge(mails=group, letters_of=letters_of)
        missing: dict[str, list[MissingMail]] = defaultdict(list)
        for each in find_missing(mails=group, prints=own, message_ids=message_ids):
            missing[each.quoted_in].append(each)
        answered = answered_by(mails=group)
        again = reading.read(mails=group, places=places, verdicts=verdicts)
        identity = thread_id_of(first=group[0].id)
        for mail in group:
            yield Threaded(
                id=mail.id,
                thread_id=identity,
                verdict=verdicts[mail.id],
                answers=answered.get(mail.id),
                repeated=again.get(mail.id, ()),
                missing=tuple(missing.get(mail.id, ())),
            )
