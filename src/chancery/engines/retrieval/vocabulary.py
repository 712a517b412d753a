"""The words of one field of a segment, sorted, and which of them a pattern means."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from .arrays import distinct, runs
from .stemming import stems_of
from .wordsets import TAIL, Letters, figures_of_words, letters_of_word, letters_of_words, tails_of_words

Ranks = NDArray[np.int64]
_NONE: Ranks = np.zeros(0, dtype=np.int64)
_SPARSE = 8
"""Taking one word out costs as much as reading so many words in a run."""
_FENCED = 128
"""Words that are read together to find one."""
_COMMONEST = b"etaoinsrhldcumfpgwybvk0123456789xjqz"
"""Letters and figures, commonest in English first; any order would do."""


class Vocabulary:
    """Sorted words in one run of bytes, each followed by a line feed; ranks are numbers in that order."""

    def __init__(
        self, blob: NDArray[Any], offsets: NDArray[Any], kept: Mapping[str, NDArray[Any]] | None = None
    ) -> None:
        """kept: as ``wordsets.kept_of_words`` has it; worked out when it is needed where it is not given."""
        self._blob = np.ascontiguousarray(blob).data.cast("B") if len(blob) else memoryview(b"\n")
        self._raw = np.frombuffer(self._blob, dtype=np.uint8)
        self._offsets = offsets
        self._kept = kept or {}
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
        words = zip(ranks.tolist(), self._words(ranks), strict=True)
        return np.array([rank for rank, word in words if whole.fullmatch(word)], dtype=np.int64)

    def _ends(self, ranks: Ranks, last: str) -> NDArray[np.bool_]:
        """Say which of the words end so. Looking before the beginning of a word meets the line feed there."""
        raw = last.encode("utf-8", "surrogatepass")
        tail = int.from_bytes(raw[-TAIL:], "big")
        mask = (1 << 8 * min(len(raw), TAIL)) - 1
        tails = self._tails if len(ranks) == len(self) else self._tails[ranks]
        found: NDArray[np.bool_] = (tails & np.uint32(mask)) == np.uint32(tail)
        left = np.flatnonzero(found) if len(raw) > TAIL else _NONE
        places = self._offsets[ranks[left] + 1].astype(np.int64) - 2
        for back in range(TAIL, len(raw)):
            same = self._raw[np.maximum(places - back, 0)] == raw[-1 - back]
            found[left[~same]] = False
            left, places = left[same], places[same]
        return found

    @cached_property
    def _tails(self) -> NDArray[np.uint32]:
        """Return the ends of the words, see ``wordsets.tails_of_words``."""
        known: NDArray[np.uint32] | None = self._kept.get("tails")
        return tails_of_words(self._raw, self._offsets) if known is None else known

    def _close_to(self, word: str, edits: int) -> Ranks:
        """Return the ranks of the words that become ``word`` by at most so many inserted, lost or changed letters.

        An edit adds at most one letter and takes away at most one, and changes the length by at most one: words
        that differ by more in length or in their letters (counted up to two of each) are not compared.
        """
        if not len(self):
            return _NONE
        letters, mine = self._letters, letters_of_word(word.encode("utf-8", "surrogatepass"))
        near = (np.bitwise_count(letters & ~mine) <= edits) & (np.bitwise_count(mine & ~letters) <= edits)
        ranks = np.flatnonzero(near)
        sizes = self._offsets[ranks + 1].astype(np.int64) - self._offsets[ranks] - 1
        wide, size = (4 if not word.isascii() else 1), len(word)
        ranks = ranks[(sizes >= size - edits) & (sizes <= (size + edits) * wide + (3 * edits if wide == 1 else 0))]
        if not len(ranks):
            return _NONE
        distances = cdist([word], self._words(ranks), scorer=Levenshtein.distance, score_cutoff=edits, dtype=np.uint8)
        return np.asarray(ranks[distances[0] <= edits], dtype=np.int64)

    @cached_property
    def _letters(self) -> Letters:
        """Return the letters of each word, see ``wordsets.letters_of_words``."""
        known: Letters | None = self._kept.get("letters")
        return letters_of_words(self._raw, self._offsets) if known is None else known

    def _words(self, ranks: Ranks) -> list[str]:
        """Return the words of many ranks, in their order."""
        if not len(ranks):
            return []
        first, last = int(ranks[0]), int(ranks[-1])
        begins = self._offsets[ranks].astype(np.int64)
        if last - first + 1 > _SPARSE * len(ranks):
            wanted = self._raw[runs(begins, self._offsets[ranks + 1] - begins)]
            return str(wanted[:-1].data, "utf-8").split("\n")
        begin, end = int(begins[0]), int(self._offsets[last + 1])
        every = str(self._blob[begin : end - 1], "utf-8").split("\n")
        return every if len(every) == len(ranks) else [every[rank - first] for rank in ranks.tolist()]

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
        first, last = np.searchsorted(values, low), np.searchsorted(values, high, side="right")
        return np.sort(ranks[first:last].astype(np.int64))

    @cached_property
    def _figures(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Return the ranks of the words that are whole numbers, smallest first, and the numbers."""
        if "figures" in self._kept:
            return self._kept["figures"], self._kept["values"]
        return figures_of_words(self._raw, self._offsets)

    def _bytes(self, rank: int) -> memoryview:
        return self._blob[int(self._offsets[rank]) : int(self._offsets[rank + 1]) - 1]

    def _place(self, raw: bytes) -> int:
        """Return the rank of the first word not before these bytes."""
        if not len(self):
            return 0
        first = max(bisect_left(self._fences, raw) - 1, 0) * _FENCED
        last = min(first + _FENCED, len(self))
        begin, end = int(self._offsets[first]), int(self._offsets[last]) - 1
        return first + bisect_left(bytes(self._blob[begin:end]).split(b"\n"), raw)

    @cached_property
    def _fences(self) -> list[bytes]:
        """Return every so many'th word."""
        return [bytes(self._bytes(rank)) for rank in range(0, len(self), _FENCED)]

    def _holding(self, literal: bytes) -> Ranks:
        """Return the ranks of the words in which these bytes stand."""
        if not len(self):
            return _NONE
        if not literal:
            return np.arange(len(self), dtype=np.int64)
        letters = self._raw
        lead = max(range(len(literal)), key=lambda at: _COMMONEST.find(literal[at]) % len(_COMMONEST))
        last = len(letters) - len(literal)
        places = np.flatnonzero(letters[lead : lead + last + 1] == literal[lead])
        for at, byte in enumerate(literal):
            if at != lead:
                places = places[letters[places + at] == byte]
        ranks = np.searchsorted(self._offsets, places.astype(self._offsets.dtype), side="right") - 1
        return distinct(ranks)
