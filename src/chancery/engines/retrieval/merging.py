"""Several files of the index into one, without the documents that were taken out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .building import ZONE_SHIFT, Arrays, postings, zone_begins, zone_room
from .fields import NUMBERS
from .segment import SegmentReader, blob_arrays, label_arrays
from .streams import Flags
from .wordsets import kept_of_words


def merged(parts: Sequence[SegmentReader]) -> tuple[Arrays, dict[str, Any]]:
    """Return the arrays and facts of one file that holds the living documents of several."""
    alive = np.concatenate([part.alive for part in parts])
    arrays: Arrays = {"days": np.concatenate([part.arrays["days"] for part in parts])[alive]}
    for name in NUMBERS:
        arrays[f"number.{name}"] = np.concatenate([part.segment.numbers[name] for part in parts])[alive]
    kept = [(part, int(number)) for part in parts for number in np.flatnonzero(part.alive)]
    arrays |= blob_arrays("ids", [part.id(number).encode() for part, number in kept])
    arrays |= blob_arrays(
        "stored", [json.dumps(part.stored(number), ensure_ascii=False).encode() for part, number in kept]
    )
    labels = sorted({name for part in parts for name in part.facts["labels"]})
    for name in labels:
        values = []
        for part in parts:
            known, bounds, codes = part.labels(name)
            for number in np.flatnonzero(part.alive).tolist():
                values.append([known[code] for code in codes[int(bounds[number]) : int(bounds[number + 1])].tolist()])
        arrays |= label_arrays(name, values)
    streams = sorted({name for part in parts for name in part.facts["streams"]})
    tokens = 0
    for name in streams:
        stream = _merged_stream(parts, name)
        tokens += int(stream["lengths"].sum())
        arrays |= {f"{name}.{key}": array for key, array in (stream | kept_of_words(stream)).items()}
    facts = {"version": 1, "size": len(kept), "tokens": tokens, "streams": streams, "labels": labels}
    return arrays, facts


def _merged_stream(parts: Sequence[SegmentReader], name: str) -> Arrays:
    numbers: dict[str, int] = {}
    pieces: dict[str, list[NDArray[Any]]] = {
        key: [] for key in ("ids", "slots", "documents", "lengths", "sentences", "paragraphs")
    }
    base, first = 0, 0
    for part in parts:
        renumbered = np.cumsum(part.alive) - 1 + first
        first += int(part.alive.sum())
        if name not in part.facts["streams"]:
            continue
        one = {key: part.arrays[f"{name}.{key}"] for key in (
            "blob", "pointers", "slots", "zones", "documents", "lengths", "sentences", "paragraphs")}  # fmt: skip
        living: Flags = part.alive[one["documents"]]
        begins = zone_begins(one["lengths"][living]) + base
        move = np.zeros(len(living), dtype=np.int64)
        move[living] = begins - zone_begins(one["lengths"])[living]
        base += int(zone_room(one["lengths"][living]).sum())
        words = one["blob"].tobytes().decode().split("\n")[1:-1]
        own = np.array([numbers.setdefault(word, len(numbers)) for word in words], dtype=np.int64)
        ids = np.repeat(own, np.diff(one["pointers"]))
        for key in ("slots", "sentences", "paragraphs"):
            zones = one["zones"][one[key] >> ZONE_SHIFT]
            held = living[zones]
            pieces[key].append((one[key][held].astype(np.int64) + move[zones[held]]).astype(np.uint32))
            if key == "slots":
                pieces["ids"].append(ids[held])
        pieces["documents"].append(renumbered[one["documents"][living]])
        pieces["lengths"].append(one["lengths"][living])
    joined = {key: np.concatenate(value) for key, value in pieces.items()}
    return postings(names=list(numbers), **joined)
