"""The words of one field of a segment, sorted, and which of them a pattern means."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from .arrays import distinct
from .stemming import stems_of

Ranks = NDArray[np.int64]
_NONE: Ranks = np.zeros(0, dtype=np.int64)


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

        Cut into one piece more than there are edits, a word keeps at least one piece whole, moved by at most
        as many letters as there are edits.
        """
        size = len(word)
        bounds = [size * part // (edits + 1) for part in range(edits + 2)]
        spare, wide = (4 * edits, 1) if word.isascii() else (0, 4)
        found = [_NONE]
        for begin, end in pairwise(bounds):
            piece = word[begin:end].encode("utf-8", "surrogatepass")
            sizes = (size - edits, (size + edits) * wide + spare)
            found.append(self._holding(piece, below=(end + edits) * wide + spare, sizes=sizes))
        ranks = distinct(np.concatenate(found)).tolist()
        if not ranks:
            return _NONE
        distances = cdist([word], self._words(ranks), scorer=Levenshtein.distance, score_cutoff=edits, dtype=np.uint8)
        near: NDArray[np.bool_] = distances[0] <= edits
        return np.array(ranks, dtype=np.int64)[near]

    def _words(self, ranks: list[int]) -> list[str]:
        """Return the words of many ranks."""
        if len(ranks) * 8 < len(self):
            return [self.word(rank) for rank in ranks]
        every = str(self._blob[1:], "utf-8").split("\n")
        return [every[rank] for rank in ranks]

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

    def _holding(self, literal: bytes, *, below: int = 0, sizes: tuple[int, int] = (0, 0)) -> Ranks:
        """Return the ranks of the words around which these bytes stand.

        below: the bytes end at most so far into the word, 0: anywhere; sizes: fewest and most bytes of such a word.
        """
        if not len(self):
            return _NONE
        skipped = 1 if literal.startswith(b"\n") else 0
        found = [match.start() for match in re.finditer(re.escape(literal), self._blob)]
        inside = np.array(found, dtype=np.uint32) + np.uint32(skipped)
        ranks = np.searchsorted(self._offsets, inside, side="right") - 1
        if below:
            begins = self._offsets[ranks].astype(np.int64)
            size = self._offsets[ranks + 1] - begins - 1
            ranks = ranks[(inside + len(literal) - begins <= below) & (size >= sizes[0]) & (size <= sizes[1])]
        return distinct(ranks)
