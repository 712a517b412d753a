"""The words of one field of a segment, sorted, and which of them a pattern means."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from .arrays import distinct
from .stemming import stems_of

Ranks = NDArray[np.int64]
_NONE: Ranks = np.zeros(0, dtype=np.int64)
_SPARSE = 24
"""Taking one word out costs as much as reading so many words in a run."""


class Vocabulary:
    """Sorted words in one run of bytes, each followed by a line feed; ranks are numbers in that order."""

    def __init__(self, blob: NDArray[Any], offsets: NDArray[Any]) -> None:
        self._blob = np.ascontiguousarray(blob).data.cast("B") if len(blob) else memoryview(b"\n")
        self._offsets = offsets
        self.exact = lru_cache(maxsize=20_000)(self._exact)
        self.matching = lru_cache(maxsize=2_000)(self._matching)
        self.close_to = lru_cache(maxsize=2_000)(self._close_to)
        self.same_stem = lru_cache(maxsize=2_000)(self._same_stem)
        self._stems = lru_cache(maxsize=64)(self._stems_under)

    def __len__(self) -> int:
        return max(len(self._offsets) - 1, 0)

    def word(self, rank: int) -> str:
        """Return the word of a rank."""
        return str(self._bytes(rank), "utf-8")

    def _exact(self, word: str) -> Ranks:
        rank = self._place(word.encode("utf-8", "surrogatepass"))
        if rank < len(self) and self.word(rank) == word:
            return np.array([rank], dtype=np.int64)
        return _NONE

    def beginning(self, prefix: str) -> Ranks:
        """Return the ranks of the words that begin so: they stand beside each other."""
        raw = prefix.encode("utf-8", "surrogatepass")
        return np.arange(self._place(raw), self._place(raw + b"\xff"), dtype=np.int64)

    def _matching(self, pattern: str) -> Ranks:
        """Return the ranks of the words a pattern of ``*`` and ``?`` covers whole."""
        first, *inner, last = re.split(r"[*?]+", pattern)
        inner = [piece for piece in inner if piece]
        if first:
            ranks = self.beginning(first)
            if last:
                ranks = ranks[self._ends(ranks, last)]
        elif last:
            ranks = np.flatnonzero(self._ends(np.arange(len(self)), last))
        else:
            ranks = self._holding(max(inner, key=len, default="").encode("utf-8", "surrogatepass"))
        if "?" not in pattern and not inner:
            sizes = self._offsets[ranks + 1].astype(np.int64) - self._offsets[ranks] - 1
            wide: NDArray[np.bool_] = sizes >= len(f"{first}{last}".encode("utf-8", "surrogatepass"))
            return np.asarray(ranks[wide], dtype=np.int64)
        if "?" not in pattern and len(inner) == 1 and not first and not last:
            return ranks
        whole = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
        words = zip(ranks.tolist(), self._words(ranks.tolist()), strict=True)
        return np.array([rank for rank, word in words if whole.fullmatch(word)], dtype=np.int64)

    def _ends(self, ranks: Ranks, last: str) -> NDArray[np.bool_]:
        """Say which of the words end so. Looking before the beginning of a word meets the line feed there."""
        letters = np.frombuffer(self._blob, dtype=np.uint8)
        places = self._offsets[ranks + 1].astype(np.int64) - 2
        left = np.arange(len(ranks))
        for byte in reversed(last.encode("utf-8", "surrogatepass")):
            left = left[letters[np.maximum(places[left], 0)] == byte]
            places[left] -= 1
        found = np.zeros(len(ranks), dtype=np.bool_)
        found[left] = True
        return found

    def _close_to(self, word: str, edits: int) -> Ranks:
        """Return the ranks of the words that become ``word`` by at most so many inserted, lost or changed letters.

        An edit adds at most one letter that was not there and takes away at most one that was, and changes the
        length by at most one: words that differ by more in length or in their set of letters are not compared.
        """
        if not len(self):
            return _NONE
        letters, mine = self._letters, np.uint32(_letters_of(word.encode("utf-8", "surrogatepass")))
        sizes = self._offsets[1:].astype(np.int64) - self._offsets[:-1] - 1
        wide, size = (4 if not word.isascii() else 1), len(word)
        near = (sizes >= size - edits) & (sizes <= (size + edits) * wide + (3 * edits if wide == 1 else 0))
        ranks = np.flatnonzero(near)
        found = letters[ranks]
        near = (np.bitwise_count(found & ~mine) <= edits) & (np.bitwise_count(mine & ~found) <= edits)
        ranks = ranks[near]
        if not len(ranks):
            return _NONE
        words = self._words(ranks.tolist())
        distances = cdist([word], words, scorer=Levenshtein.distance, score_cutoff=edits, dtype=np.uint8)
        return np.asarray(ranks[distances[0] <= edits], dtype=np.int64)

    @cached_property
    def _letters(self) -> NDArray[np.uint32]:
        """Return for each word a set of its ASCII letters, as bits (letters 32 apart share one)."""
        raw = np.frombuffer(self._blob, dtype=np.uint8)[: int(self._offsets[-1])]
        bits = np.where((raw < 128) & (raw != 10), np.left_shift(np.uint32(1), raw & 31, dtype=np.uint32), np.uint32(0))
        found: NDArray[np.uint32] = np.bitwise_or.reduceat(bits, self._offsets[:-1].astype(np.int64))
        return found

    def _words(self, ranks: list[int]) -> list[str]:
        """Return the words of many ranks, in their order."""
        first, last = (ranks[0], ranks[-1]) if ranks else (0, -1)
        if last - first + 1 > _SPARSE * len(ranks):
            return [self.word(rank) for rank in ranks]
        begin, end = int(self._offsets[first]), int(self._offsets[last + 1])
        every = str(self._blob[begin : max(end - 1, begin)], "utf-8").split("\n")
        return every if len(every) == len(ranks) else [every[rank - first] for rank in ranks]

    def _same_stem(self, word: str) -> Ranks:
        """Return the ranks of the English words with the same stem, and of the word itself."""
        ranks = self.beginning(word[0])
        same = ranks[self._stems(word[0]) == stems_of([word])[0]] if len(ranks) else ranks
        return np.union1d(same, self.exact(word))

    def _stems_under(self, letter: str) -> NDArray[np.object_]:
        ranks = self.beginning(letter)
        if not len(ranks):
            return np.zeros(0, dtype=object)
        begin, end = int(self._offsets[ranks[0]]), int(self._offsets[ranks[-1] + 1])
        words = str(self._blob[begin : end - 1], "utf-8").split("\n")
        return np.array(stems_of(words), dtype=object)

    def between(self, low: int, high: int) -> Ranks:
        """Return the ranks of the words that are whole numbers from ``low`` to ``high``, at most 18 digits long."""
        ranks, values = self._figures
        return ranks[(values >= low) & (values <= high)]

    @cached_property
    def _figures(self) -> tuple[Ranks, NDArray[np.int64]]:
        """Return the ranks of the words that are whole numbers, and the numbers."""
        first, last = self._place(b"0"), self._place(b":")
        if first == last:
            return _NONE, _NONE
        words = bytes(self._blob[int(self._offsets[first]) : int(self._offsets[last]) - 1]).split(b"\n")
        found = [(first + at, int(word)) for at, word in enumerate(words) if len(word) <= 18 and word.isdigit()]
        table = np.array(found, dtype=np.int64).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    def _bytes(self, rank: int) -> memoryview:
        return self._blob[int(self._offsets[rank]) : int(self._offsets[rank + 1]) - 1]

    def _place(self, raw: bytes) -> int:
        """Return the rank of the first word not before these bytes."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if bytes(self._bytes(middle)) < raw:
                low = middle + 1
            else:
                high = middle
        return low

    def _holding(self, literal: bytes) -> Ranks:
        """Return the ranks of the words in which these bytes stand."""
        if not len(self):
            return _NONE
        if not literal:
            return np.arange(len(self), dtype=np.int64)
        letters = np.frombuffer(self._blob, dtype=np.uint8)
        lead = min(range(len(literal)), key=lambda at: self._counts[literal[at]])
        last = len(letters) - len(literal)
        places = np.flatnonzero(letters[lead : lead + last + 1] == literal[lead])
        for at, byte in enumerate(literal):
            if at != lead:
                places = places[letters[places + at] == byte]
        ranks = np.searchsorted(self._offsets, places.astype(self._offsets.dtype), side="right") - 1
        return distinct(ranks)

    @cached_property
    def _counts(self) -> list[int]:
        """Return how often each byte stands in the words."""
        found: list[int] = np.bincount(np.frombuffer(self._blob, dtype=np.uint8), minlength=256).tolist()
        return found


def _letters_of(raw: bytes) -> int:
    """Return the set of ASCII letters as ``Vocabulary._letters`` keeps it."""
    found = 0
    for byte in raw:
        if byte < 128:
            found |= 1 << (byte & 31)
    return found
