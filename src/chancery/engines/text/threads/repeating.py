"""Passages of inclusive mails that were read before: what a reader may fold away."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from chancery.engines.text.members import Repeated
from chancery.engines.text.threads.facts import Mail, Part
from chancery.engines.text.threads.inclusive import Verdict

_LEAST_LETTERS = 20  # of a passage of the same conversation
_LEAST_ELSEWHERE = 200  # of one that stands in another conversation


class Reading:
    """What has been read so far, conversation after conversation: twelve bytes for each passage of several ones."""

    def __init__(self, crossing: npt.NDArray[np.int64], id_of: Callable[[int], str]) -> None:
        """crossing: hashes of the passages that stand in several conversations, in order; more do no harm.

        id_of: of a place.
        """
        self._hashes = np.ascontiguousarray(crossing).data
        self._shown_in = array("i", bytes(4 * len(crossing)))  # place and 1, of the first one in the last conversation
        self._id_of = id_of

    def read(
        self, *, mails: Sequence[Mail], places: Sequence[int], verdicts: Mapping[str, Verdict]
    ) -> dict[str, tuple[Repeated, ...]]:
        """Read the inclusive mails of one conversation in the order given; return what each repeats, by id.

        Only whole segments that stand in one piece are named, and never where they are met for the first time.
        places: of the mails.
        """
        here: dict[int, int] = {}
        found: dict[str, tuple[Repeated, ...]] = {}
        for mail, place in zip(mails, places, strict=True):
            if not verdicts[mail.id].inclusive:
                continue
            parts = [part for part in mail.parts if part.size >= _LEAST_LETTERS]
            again = []
            for part in parts:
                shown = here.get(part.print)
                if shown is None and part.size >= _LEAST_ELSEWHERE:
                    shown = self._elsewhere(part.print)
                if shown is not None and shown != place and part.solid:
                    again.append(Repeated(part.start, part.end, self._id_of(shown)))
            for part in parts:
                if part.print not in here:
                    here[part.print] = place
                    self._note(part, place)
            if again:
                found[mail.id] = tuple(sorted(again, key=lambda each: each.start))
        return found

    def _number(self, print_: int) -> int:
        """Return the number of a passage among those of several conversations, -1 for others."""
        wanted = hash(print_)
        at = bisect_left(self._hashes, wanted)
        return at if at < len(self._hashes) and self._hashes[at] == wanted else -1

    def _elsewhere(self, print_: int) -> int | None:
        """Return the place at which an earlier conversation shows a passage, None where none does."""
        number = self._number(print_)
        return self._shown_in[number] - 1 if number >= 0 and self._shown_in[number] else None

    def _note(self, part: Part, place: int) -> None:
        if part.size >= _LEAST_ELSEWHERE and (number := self._number(part.print)) >= 0:
            self._shown_in[number] = place + 1
