"""Turn tokens into postings: for every word of a field, the sorted places where it stands.

A *slot* is the place of a token in a field's stream of tokens. Every value of a field (a *zone*: a text, one
recipient) begins at a multiple of 32 slots and is followed by at least one empty slot, so that no phrase runs
from one value into the next and the value of a slot is found by one shift and one look-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .segments import Cut, cut, pieces_of_text
from .wordtable import DEFAULT_SALT, WordTable

ZONE_SHIFT: Final = 5
COMMON_SHARE: Final = 4
"""A word that stands at least once per so many values on average also gets its count in every value."""
COMMON_LEAST: Final = 256
LONGEST_PIECE: Final = 1_000_000
"""Characters that are cut at a time."""
BREAK: Final = "\x1e"
"""The word whose places are the Han characters parted by punctuation; BREAK and a mark: parted by that mark."""

Arrays = dict[str, NDArray[Any]]


class StreamBuilder:
    """Collects the postings of one field."""

    def __init__(self, *, salt: int = DEFAULT_SALT) -> None:
        self._numbers = WordTable(salt=salt)
        self._han = np.zeros(0, dtype=np.int32)
        self._ids: list[NDArray[np.int32]] = []
        self._slots: list[NDArray[np.uint32]] = []
        self._sentences: list[NDArray[np.uint32]] = []
        self._paragraphs: list[NDArray[np.uint32]] = []
        self._documents: list[NDArray[np.int64]] = []
        self._lengths: list[NDArray[np.int64]] = []
        self._next = 0
        self.tokens = 0

    @property
    def words(self) -> int:
        """How many different words were met."""
        return len(self._numbers.names)

    def add(self, *, documents: Sequence[int], texts: Sequence[str]) -> None:
        """Add texts, each with the number of its document in the segment."""
        start = 0
        for at, text in enumerate(texts):
            if len(text) > LONGEST_PIECE:
                self._add_short(documents[start:at], texts[start:at])
                self._add_long(documents[at], text)
                start = at + 1
        self._add_short(documents[start:], texts[start:])

    def _add_short(self, documents: Sequence[int], texts: Sequence[str]) -> None:
        """Add texts that can be cut together."""
        if not texts:
            return
        found = cut(texts)
        counts = np.diff(np.append(found.firsts, len(found.starts)))
        bases = self._next + zone_begins(counts)
        moved = np.repeat(bases - found.firsts, counts)
        self._take(found, (np.arange(len(found.starts), dtype=np.int64) + moved).astype(np.uint32), continued=False)
        self._close(documents, counts)

    def _add_long(self, document: int, text: str) -> None:
        """Add one text piece by piece, so that no array is larger than a piece needs."""
        count = 0
        for piece, continued in pieces_of_text(text, LONGEST_PIECE):
            found = cut([piece])
            slots = (np.arange(len(found.starts), dtype=np.int64) + self._next + count).astype(np.uint32)
            self._take(found, slots, continued=continued)
            count += len(slots)
        self._close([document], np.array([count], dtype=np.int64))

    def _take(self, found: Cut, slots: NDArray[np.uint32], *, continued: bool) -> None:
        """Note the words of tokens. continued: the first token begins no sentence."""
        self._ids.append(self._numbered(found))
        self._slots.append(slots)
        if found.marks:
            known = {mark: self._numbers.number(BREAK + mark) for mark in set(found.marks)}
            numbers = [known[mark] for mark in found.marks]
            whole = [self._numbers.number(BREAK)] * len(numbers)
            self._ids.append(np.array(numbers + whole, dtype=np.int32))
            self._slots.append(np.tile(slots[found.marked], 2))
        skipped = 1 if continued else 0
        self._sentences.append(slots[found.sentences[skipped:]])
        self._paragraphs.append(slots[found.paragraphs[skipped:]])
        self.tokens += len(slots)

    def _close(self, documents: Sequence[int], counts: NDArray[np.int64]) -> None:
        """End the zones of some texts."""
        self._next += int(zone_room(counts).sum())
        self._documents.append(np.asarray(documents, dtype=np.int64))
        self._lengths.append(counts)

    def arrays(self) -> Arrays:
        """Return the finished postings of the field."""
        return postings(
            names=self._numbers.names,
            ids=_joined(self._ids, np.int32),
            slots=_joined(self._slots, np.uint32),
            documents=_joined(self._documents, np.uint32),
            lengths=_joined(self._lengths, np.int64),
            sentences=_joined(self._sentences, np.uint32),
            paragraphs=_joined(self._paragraphs, np.uint32),
        )

    def _numbered(self, found: Cut) -> NDArray[np.int32]:
        words = self._numbers.numbers(letters=found.letters, begins=found.begins, ends=found.finishes)
        if len(words) == len(found.starts):
            return words
        numbers = np.empty(len(found.starts), dtype=np.int32)
        numbers[~found.han] = words
        numbers[found.han] = self._numbered_han(found.codes[found.han])
        return numbers

    def _numbered_han(self, codes: NDArray[np.uint32]) -> NDArray[np.int32]:
        if not len(self._han):
            self._han = np.full(0x40000, -1, dtype=np.int32)
        numbers = self._han[codes]
        for code in np.unique(codes[numbers < 0]).tolist():
            self._han[code] = self._numbers.number(chr(code))
        return self._han[codes]


def zone_room(lengths: NDArray[Any]) -> NDArray[np.int64]:
    """Return how many slots zones of so many tokens take."""
    return (lengths.astype(np.int64) + (1 << ZONE_SHIFT)) >> ZONE_SHIFT << ZONE_SHIFT


def zone_begins(lengths: NDArray[Any]) -> NDArray[np.int64]:
    """Return the first slot of each zone."""
    room = zone_room(lengths)
    return np.cumsum(room) - room


def postings(
    *,
    names: Sequence[str],
    ids: NDArray[Any],
    slots: NDArray[Any],
    documents: NDArray[Any],
    lengths: NDArray[Any],
    sentences: NDArray[Any],
    paragraphs: NDArray[Any],
) -> Arrays:
    """Return the arrays of a stream. ids: number of the name that stands in the slot beside it.

    The slots of each name come in ascending order.
    """
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names), dtype=np.uint32)
    rank[order] = np.arange(len(names), dtype=np.uint32)
    ranks = rank[ids]
    counts = np.bincount(ranks, minlength=len(names))
    places = slots[_grouped(ranks)]
    pointers = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    encoded = [names[number].encode() for number in order]
    sizes = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded)) + 1
    zones = np.repeat(np.arange(len(lengths), dtype=np.uint32), zone_room(lengths) >> ZONE_SHIFT)
    common = np.flatnonzero(counts >= max(COMMON_LEAST, len(lengths) // COMMON_SHARE))
    dense = np.zeros((len(common), len(lengths)), dtype=np.uint8)
    for row, number in enumerate(common.tolist()):
        held = zones[places[pointers[number] : pointers[number + 1]] >> ZONE_SHIFT]
        dense[row] = np.minimum(np.bincount(held, minlength=len(lengths)), 255)
    return {
        "blob": np.frombuffer(b"\n" + b"".join(word + b"\n" for word in encoded), dtype=np.uint8),
        "offsets": np.concatenate(([1], 1 + np.cumsum(sizes))).astype(np.uint32),
        "pointers": pointers,
        "slots": places,
        "zones": zones,
        "common": common.astype(np.uint32),
        "dense": dense.reshape(-1),
        "documents": documents.astype(np.uint32),
        "lengths": lengths.astype(np.uint32),
        "sentences": sentences.astype(np.uint32),
        "paragraphs": paragraphs.astype(np.uint32),
    }


def _grouped(ranks: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return the order in which equal ranks stand together, each as before: sorting by 16 bits at a time is linear."""
    order = np.argsort(ranks.astype(np.uint16), kind="stable")
    higher = ranks[order] >> np.uint32(16)
    return order[np.argsort(higher.astype(np.uint16), kind="stable")] if higher.any() else order


def _joined(pieces: Sequence[NDArray[Any]], kind: type) -> NDArray[Any]:
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=kind)
