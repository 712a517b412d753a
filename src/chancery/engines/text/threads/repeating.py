"""Passages of inclusive mails that were read before: what a reader may fold away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chancery.engines.text.members import Repeated
from chancery.engines.text.spill import Seen
from chancery.engines.text.threads.facts import Mail
from chancery.engines.text.threads.inclusive import Verdict

_LEAST_LETTERS = 20  # of a passage of the same conversation
_LEAST_ELSEWHERE = 200  # of one that stands in another conversation


class Reading:
    """What has been read so far, conversation after conversation."""

    def __init__(self, prints: Seen[int]) -> None:
        """prints: of every part of every mail; only one met more than once can be read again."""
        self._prints = prints
        self._shown: dict[int, tuple[int, str]] = {}
        self._conversations = 0

    def read(self, *, mails: Sequence[Mail], verdicts: Mapping[str, Verdict]) -> dict[str, tuple[Repeated, ...]]:
        """Read the inclusive mails of one conversation in the order given; return what each repeats, by id.

        Only whole segments that stand in one piece are named, and never where they are met for the first time.
        """
        self._conversations += 1
        here = self._conversations
        found: dict[str, tuple[Repeated, ...]] = {}
        for mail in mails:
            if not verdicts[mail.id].inclusive:
                continue
            again = []
            for part in mail.parts:
                conversation, shown_in = self._shown.get(part.print, (0, ""))
                least = _LEAST_LETTERS if conversation == here else _LEAST_ELSEWHERE
                if shown_in and shown_in != mail.id and part.solid and part.size >= least:
                    again.append(Repeated(part.start, part.end, shown_in))
            for part in mail.parts:
                if part.size < _LEAST_LETTERS or not self._prints.again(part.print):
                    continue
                if self._shown.get(part.print, (0, ""))[0] != here:
                    self._shown[part.print] = (here, mail.id)
            if again:
                found[mail.id] = tuple(sorted(again, key=lambda each: each.start))
        return found
