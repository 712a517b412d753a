"""Words to numbers, thousands at a time: an open hash table of 64-bit fingerprints in arrays.

A word's fingerprint is the polynomial of its characters at an odd base made from ``salt``, modulo 2 to the 64th,
stirred. Two of a million different words share one with a probability of about one in forty million; who can choose
words cannot choose them so without knowing the salt.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .characters import Codes, finished

Prints = NDArray[np.uint64]
_STIR: Final = np.uint64(0x9E3779B97F4A7C15)
_MASK: Final = (1 << 64) - 1
DEFAULT_SALT: Final = 0xD6E8FEB86659FD93


class WordTable:
    """Numbers for words, given in the order in which they are first met. names: the words by number."""

    def __init__(self, *, salt: int = DEFAULT_SALT) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._base = _stirred(salt) | 1
        self._powers = np.ones(1, dtype=np.uint64)
        self._inverses = np.ones(1, dtype=np.uint64)
        self._bits = 14
        self._prints = np.zeros(1 << self._bits, dtype=np.uint64)
        self._held = np.zeros(1 << self._bits, dtype=np.int32)
        self._count = 0

    def number(self, word: str) -> int:
        """Return the number of one word, as it is searched."""
        found = self._numbers.get(word)
        if found is None:
            found = self._numbers[word] = len(self.names)
            self.names.append(word)
        return found

    def numbers(self, *, letters: Codes, begins: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.int32]:
        """Return the numbers of the words that stand at these places of an array of folded characters."""
        prints = self._prints_of(letters, begins, ends)
        found = self._looked_up(prints)
        missing = np.flatnonzero(found < 0)
        if len(missing):
            fresh, first = np.unique(prints[missing], return_index=True)
            places = missing[first]
            text = _text(letters)
            numbers = [
                self.number(finished(text[begin:end]))
                for begin, end in zip(begins[places].tolist(), ends[places].tolist(), strict=True)
            ]
            self._insert(fresh, np.array(numbers, dtype=np.int32))
            found[missing] = self._looked_up(prints[missing])
        return found

    def _prints_of(self, letters: Codes, begins: NDArray[Any], ends: NDArray[Any]) -> Prints:
        self._reach(len(letters) + 1)
        summed = np.zeros(len(letters) + 1, dtype=np.uint64)
        np.cumsum(letters * self._powers[: len(letters)], out=summed[1:])
        prints: Prints = (summed[ends] - summed[begins]) * self._inverses[begins]
        prints ^= prints >> np.uint64(31)
        prints *= _STIR
        prints ^= prints >> np.uint64(29)
        prints[prints == 0] = 1
        return prints

    def _reach(self, size: int) -> None:
        """Have the powers of the base, and of its inverse, up to a length."""
        if len(self._powers) >= size:
            return
        size = 1 << (size - 1).bit_length()
        inverse = pow(self._base, -1, 1 << 64)
        self._powers, self._inverses = _powers(self._base, size), _powers(inverse, size)

    def _looked_up(self, prints: Prints) -> NDArray[np.int32]:
        """Return the numbers of fingerprints, -1 for unknown ones."""
        found = np.full(len(prints), -1, dtype=np.int32)
        mask = np.int64((1 << self._bits) - 1)
        places = (prints >> np.uint64(64 - self._bits)).astype(np.int64)
        there = self._prints[places]
        hit = there == prints
        found[hit] = self._held[places[hit]]
        open_ = np.flatnonzero(~hit & (there != 0))
        while len(open_):
            places[open_] = (places[open_] + 1) & mask
            there = self._prints[places[open_]]
            hit = there == prints[open_]
            found[open_[hit]] = self._held[places[open_[hit]]]
            open_ = open_[~hit & (there != 0)]
        return found

    def _insert(self, prints: Prints, numbers: NDArray[np.int32]) -> None:
        """Enter different fingerprints that are not in the table."""
        self._count += len(prints)
        if self._count * 2 > 1 << self._bits:
            full = self._prints != 0
            prints, numbers = np.concatenate((prints, self._prints[full])), np.concatenate((numbers, self._held[full]))
            self._bits = max(self._bits + 2, (self._count * 2).bit_length() + 1)
            self._prints = np.zeros(1 << self._bits, dtype=np.uint64)
            self._held = np.zeros(1 << self._bits, dtype=np.int32)
        mask = np.int64((1 << self._bits) - 1)
        places = (prints >> np.uint64(64 - self._bits)).astype(np.int64)
        waiting = np.arange(len(prints))
        while len(waiting):
            free = waiting[self._prints[places[waiting]] == 0]
            _, first = np.unique(places[free], return_index=True)
            taken = free[first]
            self._prints[places[taken]] = prints[taken]
            self._held[places[taken]] = numbers[taken]
            waiting = waiting[self._prints[places[waiting]] != prints[waiting]]
            places[waiting] = (places[waiting] + 1) & mask


def _stirred(salt: int) -> int:
    """Return 64 well mixed bits of any number: a small base would give short words the same fingerprint.

    Method: the finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
    """
    mixed = (salt + 0x9E3779B97F4A7C15) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return mixed ^ (mixed >> 31)


def _powers(base: int, size: int) -> Prints:
    """Return base to the 0, 1, … modulo 2 to the 64th, by doubling."""
    found = np.ones(size, dtype=np.uint64)
    done = 1
    while done < size:
        step = np.uint64(pow(base, done, 1 << 64))
        more = min(done, size - done)
        found[done : done + more] = found[:more] * step
        done += more
    return found


def _text(letters: Codes) -> str:
    if letters.dtype == np.uint8:
        return letters.tobytes().decode("ascii")
    return letters.tobytes().decode("utf-32-le", "surrogatepass")
