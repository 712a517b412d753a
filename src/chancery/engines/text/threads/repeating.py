"""Passages of inclusive mails that were read before: what a reader may fold away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from chancery.engines.text.members import Repeated
from chancery.engines.text.spill import Seen
from chancery.engines.text.threads.facts import Mail, Part
from chancery.engines.text.threads.inclusive import Verdict

_LEAST_LETTERS = 20  # of a passage of the same conversation
_LEAST_ELSEWHERE = 200  # of one that stands in another conversation


class Reading:
    """What has been read so far, conversation after conversation: eight bytes for each passage met more than once."""

    def __init__(self, prints: Seen[int], id_of: Callable[[int], str]) -> None:
        """prints: of every part of every mail; only one met more than once can be read again. id_of: of a place."""
        self._prints = prints.repeated()
        self._id_of = id_of
        self._shown = np.zeros(len(self._prints), np.int32)  # in which conversation
        self._shown_in = np.zeros(len(self._prints), np.int32)  # at which place
        self._conversations = 0

    def read(
        self, *, mails: Sequence[Mail], places: Sequence[int], verdicts: Mapping[str, Verdict]
    ) -> dict[str, tuple[Repeated, ...]]:
        """Read the inclusive mails of one conversation in the order given; return what each repeats, by id.

        Only whole segments that stand in one piece are named, and never where they are met for the first time.
        places: of the mails.
        """
        self._conversations += 1
        here = self._conversations
        found: dict[str, tuple[Repeated, ...]] = {}
        for mail, place in zip(mails, places, strict=True):
            if not verdicts[mail.id].inclusive:
                continue
            parts = [part for part in mail.parts if part.size >= _LEAST_LETTERS]
            numbers = self._numbers(parts)
            again = []
            for part, number in zip(parts, numbers, strict=True):
                shown = int(self._shown[number]) if number >= 0 else 0
                least = _LEAST_LETTERS if shown == here else _LEAST_ELSEWHERE
                if shown and self._shown_in[number] != place and part.solid and part.size >= least:
                    again.append(Repeated(part.start, part.end, self._id_of(int(self._shown_in[number]))))
            for number in numbers:
                if number >= 0 and self._shown[number] != here:
                    self._shown[number], self._shown_in[number] = here, place
            if again:
                found[mail.id] = tuple(sorted(again, key=lambda each: each.start))
        return found

    def _numbers(self, parts: Sequence[Part]) -> list[int]:
        """Return the number of each passage among those met more than once, -1 for others."""
        hashes = np.array([hash(part.print) for part in parts], np.int64)
        at = np.searchsorted(self._prints, hashes)
        known = np.append(self._prints, 0).take(at) == hashes
        found: list[int] = np.where(known & (at < len(self._prints)), at, -1).tolist()
        return found
