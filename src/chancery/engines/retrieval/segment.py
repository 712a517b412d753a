"""One file of the index: some documents with their streams, figures, labels and what was kept of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .building import Arrays, StreamBuilder
from .evaluation import Segment
from .fields import NUMBERS, STREAMS, TEXT
from .segmentfile import IndexDamaged, read_arrays, write_arrays
from .streams import Flags, Stream
from .wordsets import kept_of_words
from .wordtable import DEFAULT_SALT

SCOPE = "scope"
"""The label that says to whom a document belongs; a search may be limited to some scopes."""
FAMILY = "family"
_VERSION = 1
_BATCH = 400_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One document to be found.

    fields: texts of each field of words (see ``fields.STREAMS``); numbers: figures of ``fields.NUMBERS``;
    labels: what it is counted under (custodian, domain, kind, language, thread …), findable as fields of that name too;
    stored: given back with a hit.
    """

    id: str
    scope: str
    fields: Mapping[str, Sequence[str]]
    day: date | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    stored: Mapping[str, Any] = field(default_factory=dict)


class SegmentBuilder:
    """Collects documents until there are enough for a file."""

    def __init__(self, *, salt: int = DEFAULT_SALT) -> None:
        self._salt = salt
        self._streams: dict[str, StreamBuilder] = {}
        self._waiting: list[tuple[int, Entry]] = []
        self._letters = 0
        self.ids: list[str] = []
        self._days: list[int] = []
        self._numbers: dict[str, list[int]] = {name: [] for name in NUMBERS}
        self._labels: list[dict[str, list[str]]] = []
        self._stored: list[bytes] = []

    @property
    def tokens(self) -> int:
        """How many tokens were cut so far."""
        return sum(stream.tokens for stream in self._streams.values())

    @property
    def words(self) -> int:
        """How many different words were met so far, over all fields."""
        return sum(stream.words for stream in self._streams.values())

    def add(self, entry: Entry) -> None:
        """Take in one document."""
        self._waiting.append((len(self.ids), entry))
        self.ids.append(entry.id)
        self._days.append(entry.day.toordinal() if entry.day else 0)
        for name in NUMBERS:
            self._numbers[name].append(entry.numbers.get(name, -1))
        labels = {name: [str(value) for value in values if value] for name, values in entry.labels.items()}
        self._labels.append({**labels, SCOPE: [entry.scope]})
        self._stored.append(json.dumps(entry.stored, ensure_ascii=False).encode("utf-8", "replace"))
        self._letters += sum(map(len, entry.fields.get(TEXT, ())))
        if self._letters >= _BATCH or len(self._waiting) >= 2000:
            self._cut()

    def write(self, path: Path) -> None:
        """Write the documents to a new file."""
        arrays, facts = self.finished()
        write_arrays(path=path, arrays=arrays, facts=facts)

    def finished(self) -> tuple[Arrays, dict[str, Any]]:
        """Return the arrays and facts of the file."""
        self._cut()
        arrays: Arrays = {"days": np.array(self._days, dtype=np.int32)}
        arrays |= {f"number.{name}": np.array(values, dtype=np.int64) for name, values in self._numbers.items()}
        arrays |= blob_arrays("ids", [key.encode() for key in self.ids])
        arrays |= blob_arrays("stored", self._stored)
        names = sorted({name for labels in self._labels for name in labels})
        for name in names:
            arrays |= label_arrays(name, [labels.get(name, []) for labels in self._labels])
        streams = sorted(name for name, stream in self._streams.items() if stream.tokens)
        for name in streams:
            stream = self._streams[name].arrays()
            arrays |= {f"{name}.{part}": array for part, array in (stream | kept_of_words(stream)).items()}
        facts = {
            "version": _VERSION, "size": len(self.ids), "tokens": self.tokens, "streams": streams, "labels": names,
        }  # fmt: skip
        return arrays, facts

    def _cut(self) -> None:
        for name in STREAMS:
            documents, texts = [], []
            for number, entry in self._waiting:
                values = entry.fields.get(name) or entry.labels.get(name, ())
                for value in [values[0] if values else ""] if name == TEXT else values:
                    documents.append(number)
                    texts.append(value)
            if texts:
                stream = self._streams.setdefault(name, StreamBuilder(salt=self._salt))
                stream.add(documents=documents, texts=texts)
        self._waiting, self._letters = [], 0


class SegmentReader:
    """A file of the index, mapped. alive: documents not taken out since."""

    def __init__(
        self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], alive: Flags | None = None
    ) -> None:
        self.arrays = arrays
        self.facts = facts
        self.size = int(facts["size"])
        self.alive = np.ones(self.size, dtype=np.bool_) if alive is None else alive
        streams = {}
        for name in facts["streams"]:
            prefix = f"{name}."
            streams[name] = Stream({key[len(prefix) :]: arrays[key] for key in arrays if key.startswith(prefix)})
        unknown = np.full(self.size, -1, dtype=np.int64)
        numbers = {name: arrays.get(f"number.{name}", unknown) for name in NUMBERS}
        self.segment = Segment(self.size, streams, arrays["days"], numbers)

    @classmethod
    def open(cls, path: Path, alive: Flags | None = None) -> SegmentReader:
        """Map a file. Raises IndexDamaged if it is not whole or of another version."""
        arrays, facts = read_arrays(path)
        if facts.get("version") != _VERSION or (alive is not None and len(alive) != facts["size"]):
            raise IndexDamaged(name=path.name)
        return cls(arrays, facts, alive)

    @cached_property
    def ids(self) -> list[str]:
        """Return the ids of the documents in their order."""
        raw = self.arrays["ids.blob"].tobytes()
        offsets = self.arrays["ids.offsets"].tolist()
        return [raw[begin:end].decode() for begin, end in pairwise(offsets)]

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """Return how many words stand in the text of each document."""
        stream = self.segment.streams.get(TEXT)
        if stream is None:
            return np.zeros(self.size)
        return np.bincount(stream.documents, weights=stream.lengths, minlength=self.size).astype(np.float64)

    def id(self, number: int) -> str:
        """Return the id of one document."""
        return self._piece("ids", number).decode()

    def stored(self, number: int) -> dict[str, Any]:
        """Return what was kept of a document."""
        found: dict[str, Any] = json.loads(self._piece("stored", number))
        return found

    def labels(self, name: str) -> tuple[list[str], NDArray[Any], NDArray[Any]]:
        """Return the values of a label, the bounds of each document's codes, and the codes."""
        if name not in self.facts["labels"]:
            return [], np.zeros(self.size + 1, dtype=np.int64), np.zeros(0, dtype=np.uint32)
        return self._values(name), self.arrays[f"label.{name}.bounds"], self.arrays[f"label.{name}.codes"]

    def labelled(self, name: str, values: Iterable[str]) -> Flags:
        """Return which documents carry one of the values."""
        known, bounds, codes = self.labels(name)
        wanted = frozenset(values)
        chosen = np.fromiter((value in wanted for value in known), dtype=np.bool_, count=len(known))
        found = np.zeros(self.size, dtype=np.bool_)
        if chosen.any():
            found[np.repeat(np.arange(self.size), np.diff(bounds))[chosen[codes]]] = True
        return found

    def _values(self, name: str) -> list[str]:
        cached: dict[str, list[str]] = self.__dict__.setdefault("_known", {})
        if name not in cached:
            cached[name] = json.loads(self.arrays[f"label.{name}.values"].tobytes())
        return cached[name]

    def _piece(self, name: str, number: int) -> bytes:
        offsets = self.arrays[f"{name}.offsets"]
        return self.arrays[f"{name}.blob"][int(offsets[number]) : int(offsets[number + 1])].tobytes()


def label_arrays(name: str, values: Sequence[Sequence[str]]) -> Arrays:
    """Return the arrays of one label, given its values for each document."""
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(value, len(numbers)) for each in values for value in each]
    counts = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    return {
        f"label.{name}.values": np.frombuffer(json.dumps(list(numbers), ensure_ascii=False).encode(), dtype=np.uint8),
        f"label.{name}.codes": np.array(codes, dtype=np.uint32),
        f"label.{name}.bounds": np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
    }


def blob_arrays(name: str, pieces: Sequence[bytes]) -> Arrays:
    """Return the arrays of one run of bytes for each document."""
    sizes = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    return {
        f"{name}.blob": np.frombuffer(b"".join(pieces) or b"\0", dtype=np.uint8),
        f"{name}.offsets": np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
    }
