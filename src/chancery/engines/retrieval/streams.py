"""The postings of one field of a segment: where its words stand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .arrays import how_many_up_to, runs
from .building import BREAK, ZONE_SHIFT, zone_begins
from .nodes import Pattern
from .vocabulary import Ranks, Vocabulary

Slots = NDArray[np.uint32]
Flags = NDArray[np.bool_]
_NO_SLOTS: Final[Slots] = np.zeros(0, dtype=np.uint32)
_FEW: Final = 8
_SPARSE: Final = 8
"""Where the documents that matter are so many times fewer than the places of a word, they are looked up one by one."""
_LOOK_UP: Final = 4_000
"""Places that are copied and sifted in the time it takes to begin looking one word up."""
_MOST_COUNTED: Final = 255
_LONG: Final = 64
"""Words that stand in more places each are copied one by one."""


class Stream:
    """Reads the arrays that a ``StreamBuilder`` made, from memory or from a mapped file."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.vocabulary = Vocabulary(arrays["blob"], arrays["offsets"], arrays)
        self._pointers = arrays["pointers"]
        self._slots = arrays["slots"]
        self._zones = arrays["zones"]
        self.documents = arrays["documents"]
        self.lengths = arrays["lengths"]
        self._units = {"sentence": arrays["sentences"], "paragraph": arrays["paragraphs"]}
        self._rows = {int(rank): row for row, rank in enumerate(arrays["common"].tolist())}
        self._dense = arrays["dense"].reshape(len(self._rows), len(self.lengths))
        numbers = np.arange(len(self.documents), dtype=np.uint32)
        self.plain = bool((self.documents == numbers).all())
        """Whether zone and document are the same number."""
        self._begins: NDArray[np.int64] | None = None

    @property
    def begins(self) -> NDArray[np.int64]:
        """Return the first slot of each zone."""
        if self._begins is None:
            self._begins = zone_begins(self.lengths)
        return self._begins

    def ranks(self, pattern: Pattern) -> Ranks:
        """Return the words a pattern means."""
        if pattern.kind == "exact":
            return self.vocabulary.exact(pattern.text)
        if pattern.kind == "glob":
            return self.vocabulary.matching(pattern.text)
        if pattern.kind == "fuzzy":
            return self.vocabulary.close_to(pattern.text, pattern.edits)
        if pattern.kind == "stem":
            return self.vocabulary.same_stem(pattern.text)
        return self.vocabulary.between(pattern.low, pattern.high)

    def size(self, ranks: Ranks) -> int:
        """Return in how many places the words stand."""
        return int((self._pointers[ranks + 1] - self._pointers[ranks]).sum()) if len(ranks) else 0

    def places(self, ranks: Ranks, within: Flags | None = None) -> Slots:
        """Return the slots of the words, sorted; only those in the documents ``within``, if given."""
        if not len(ranks):
            return _NO_SLOTS
        if within is None:
            found = self._together(ranks)
            return found if len(ranks) == 1 else np.sort(found)
        zones = np.flatnonzero(within[self.documents])
        long = self._pointers[ranks + 1] - self._pointers[ranks] > _LOOK_UP + _SPARSE * len(zones)
        pieces = []
        if long.any():
            begins = self.begins[zones]
            bounds = begins.astype(np.uint32), (begins + self.lengths[zones]).astype(np.uint32)
            pieces = [self._places_between(rank, *bounds) for rank in ranks[long].tolist()]
        if not long.all():
            found = self._together(ranks[~long])
            pieces.append(found.compress(self._lying(found, within)))
        return pieces[0] if len(ranks) == 1 else np.sort(np.concatenate(pieces))

    def _lying(self, slots: Slots, within: Flags) -> Flags:
        """Say which slots lie in the documents ``within``; for many, a small table of blocks is made and asked."""
        if len(slots) < len(self._zones):
            return within.take(self.documents_of(slots), mode="clip")
        blocks = within.take(self._zones if self.plain else self.documents.take(self._zones), mode="clip")
        return blocks.take(slots >> np.uint32(ZONE_SHIFT), mode="clip")

    def _places_between(self, rank: int, begins: Slots, ends: Slots) -> Slots:
        """Return the slots of one word that lie in some stretches, looked up one by one."""
        places = self._slots[self._pointers[rank] : self._pointers[rank + 1]]
        first = np.searchsorted(places, begins)
        found: Slots = places[runs(first, np.searchsorted(places, ends) - first)]
        return found

    def breaks(self, mark: str = "") -> Slots:
        """Return the slots of Han characters parted from the one before by punctuation, or by this punctuation."""
        return self.places(self.vocabulary.exact(BREAK + mark))

    def zones_of(self, slots: NDArray[Any]) -> NDArray[np.uint32]:
        """Return the zone of each slot."""
        found: Slots = self._zones.take(slots >> ZONE_SHIFT, mode="clip")
        return found

    def documents_of(self, slots: NDArray[Any]) -> NDArray[np.uint32]:
        """Return the document of each slot."""
        zones = self.zones_of(slots)
        return zones if self.plain else self.documents.take(zones)

    def flagged(self, slots: NDArray[Any]) -> Flags:
        """Say which documents the slots lie in, of as many as there are up to the last one of the stream."""
        found = np.zeros(int(self.documents[-1]) + 1 if len(self.documents) else 0, dtype=np.bool_)
        found[self.documents_of(slots)] = True
        return found

    def units_of(self, slots: NDArray[Any], unit: str) -> NDArray[np.int64]:
        """Return the number of the sentence or paragraph of each slot."""
        return how_many_up_to(self._units[unit], slots)

    def unit_end(self, numbers: NDArray[np.int64], unit: str) -> NDArray[np.int64]:
        """Return the slot at which the following sentence or paragraph begins."""
        starts = self._units[unit]
        last = np.int64(1) << 33
        ends = np.full(len(numbers), last, dtype=np.int64)
        inside = numbers < len(starts)
        ends[inside] = starts[numbers[inside]]
        return ends

    def unit_begin(self, numbers: NDArray[np.int64], unit: str) -> NDArray[np.int64]:
        """Return the slot at which the sentence or paragraph begins."""
        return self._units[unit][numbers - 1].astype(np.int64)

    def taken(self, slots: NDArray[np.int64]) -> Flags:
        """Say in which slots a token stands."""
        inside = (slots >= 0) & (slots < len(self._zones) << ZONE_SHIFT)
        found = np.zeros(len(slots), dtype=np.bool_)
        zones = self.zones_of(slots[inside])
        found[inside] = slots[inside] - self.begins[zones] < self.lengths[zones]
        return found

    def holding(self, ranks: Ranks, size: int) -> Flags:
        """Return which of ``size`` documents hold one of the words."""
        found = np.zeros(size, dtype=np.bool_)
        if not len(ranks):
            return found
        rare, rows = self._parted(ranks)
        if rows:
            held = self._dense[rows[0]] > 0
            for row in rows[1:]:
                held |= self._dense[row] > 0
            found[self.documents[held]] = True
        if len(rare) and not (rows and found.all()):
            documents = self.documents_of(self._together(rare))
            if len(documents) < size:
                found[documents] = True
            else:
                found |= np.bincount(documents, minlength=size) > 0
        return found

    def counts(self, ranks: Ranks, size: int, *, exact: bool = False) -> NDArray[np.int64]:
        """Return how often the words stand in each of ``size`` documents.

        Unless exact, counts of common words end at 255.
        """
        found = np.zeros(size, dtype=np.int64)
        rare, rows = self._parted(ranks)
        if exact and any(self._dense[row].max() == _MOST_COUNTED for row in rows):
            rare, rows = ranks, []
        for row in rows:
            if self.plain and len(self.documents) == size:
                found += self._dense[row]
            else:
                found += np.bincount(self.documents, weights=self._dense[row], minlength=size).astype(np.int64)
        if len(rare):
            found += np.bincount(self.documents_of(self._together(rare)), minlength=size)
        return found

    def _parted(self, ranks: Ranks) -> tuple[Ranks, list[int]]:
        """Return the rare words, and the rows of the common ones."""
        if not self._rows:
            return ranks, []
        if len(ranks) < _FEW:
            rows = [self._rows.get(rank, -1) for rank in ranks.tolist()]
            rare = [rank for rank, row in zip(ranks.tolist(), rows, strict=True) if row < 0]
            return np.array(rare, dtype=np.int64), [row for row in rows if row >= 0]
        of_rank = self._row_of[ranks]
        return ranks[of_rank < 0], of_rank[of_rank >= 0].tolist()

    @cached_property
    def _row_of(self) -> NDArray[np.int32]:
        """Return for each word the number of its row among the common ones, -1 for others."""
        found = np.full(len(self.vocabulary), -1, dtype=np.int32)
        found[list(self._rows)] = list(self._rows.values())
        return found

    def _together(self, ranks: Ranks) -> Slots:
        """Return the slots of several words, not sorted."""
        if len(ranks) == 0:
            return _NO_SLOTS
        if ranks[-1] - ranks[0] + 1 == len(ranks):
            found: Slots = self._slots[self._pointers[ranks[0]] : self._pointers[ranks[-1] + 1]]
            return found
        begins, ends = self._pointers[ranks].astype(np.int64), self._pointers[ranks + 1].astype(np.int64)
        counts = ends - begins
        if len(ranks) < _FEW or counts.sum() > _LONG * len(ranks):
            pieces = zip(begins.tolist(), ends.tolist(), strict=True)
            return np.concatenate([self._slots[begin:end] for begin, end in pieces])
        together: Slots = self._slots[runs(begins, counts)]
        return together
