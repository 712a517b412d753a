"""The chain of custody of an ingest: who may have touched what, in an order nobody can change unnoticed.

Each line holds the hash of the one before it and its own: SHA-256 over the previous hash, a line feed, and the
JSON of the line without ``hash``, keys sorted, no white space.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from chancery.engines.ingest.collecting import Workplace
from chancery.engines.ingest.journal import entries_in
from chancery.engines.ingest.spooled import top_of

_FIRST = "0" * 64
_NAMED = ("path", "size", "sha256", "md5", "status", "exception")
_LINE_OF = json.JSONEncoder(ensure_ascii=False).encode
_SHOWN_OF = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def write_custody(*, place: Workplace, runs: list[dict[str, Any]], account: dict[str, Any]) -> str:
    """Write ``custody.jsonl`` from the journal and the list of runs; return the hash of its last line."""
    target = place.work / "custody.jsonl"
    previous = _FIRST
    with target.open("w", encoding="utf-8", newline="\n") as out:
        for number, event in enumerate(_events(place, runs, account), start=1):
            line = {"seq": number, **event, "previous": previous}
            previous = line_hash(line=line)
            out.write(_LINE_OF({**line, "hash": previous}) + "\n")
    target.replace(place.out / "custody.jsonl")
    return previous


def line_hash(*, line: dict[str, Any]) -> str:
    """Return the hash of one line without its ``hash``."""
    told = {name: value for name, value in line.items() if name != "hash"}
    return hashlib.sha256(f"{told['previous']}\n{_SHOWN_OF(told)}".encode()).hexdigest()


def verify_custody(*, path: Path) -> int | None:
    """Return the number of the first line that does not follow from those before it, None when all do."""
    previous = _FIRST
    with path.open(encoding="utf-8") as stream:
        for number, text in enumerate(stream, start=1):
            line = json.loads(text)
            if line["seq"] != number or line["previous"] != previous or line["hash"] != line_hash(line=line):
                return number
            previous = line["hash"]
    return None


def _events(place: Workplace, runs: list[dict[str, Any]], account: dict[str, Any]) -> Iterator[dict[str, Any]]:
    current = 0
    for run, lines, top in _files(place):
        while current < run:
            current += 1
            yield {"act": "run_began", "run": current, **runs[current - 1]}
        yield {"act": "file_read", "run": run, **{name: top[name] for name in _NAMED}, "lines": lines}
    while current < len(runs):
        current += 1
        yield {"act": "run_began", "run": current, **runs[current - 1]}
    digests = {
        name: hashlib.file_digest((place.out / name).open("rb"), "sha256").hexdigest()
        for name in ("items.jsonl", "accounting.json", "exceptions.csv")
    }
    yield {
        "act": "accounted",
        "run": len(runs),
        **{key: account[key] for key in ("input_files", "input_bytes")},
        **digests,
    }


def _files(place: Workplace) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Yield for each entry of the journal its run, the number of its lines, and the facts of the file."""
    with ExitStack() as stack:
        streams: dict[str, BinaryIO] = {}
        for entry in entries_in(path=place.journal):
            name, start, end, _, lines, _ = entry["spool"]
            if name not in streams:
                streams[name] = stack.enter_context((place.work / name).open("rb"))
            yield entry["run"], lines, top_of(stream=streams[name], start=start, end=end)
