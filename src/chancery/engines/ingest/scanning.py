"""The second stage of an ingest: pages without text are recognised, each different file once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from chancery.engines.ingest.collecting import Advance, Workplace
from chancery.engines.ingest.standing import records_of
from chancery.engines.pages.availability import available
from chancery.engines.pages.isolation import Task, children
from chancery.engines.pages.values import ImagingRefused, Printable

DPI = 200
SECONDS = 600.0
MEMORY_BYTES = 4 * 1024**3
"""What reading one document may cost: processor time, address space."""
_PART = 16


def recognise_scan(*, printable: Printable, pages: Path, dpi: int, threads: int) -> Any:
    """Stand for the reader of the pages engine, which is loaded in the child process only: it is heavy."""
    raise NotImplementedError(f"{printable.kind}, {pages}, {dpi}, {threads}")


recognise_scan.__module__ = "chancery.engines.pages.recognition"


def scans_file(*, place: Workplace) -> Path:
    """Return the file with one line for each recognised file."""
    return place.work / "scans.jsonl"


def recognise(*, place: Workplace, workers: int, advance: Advance) -> int:
    """Recognise every page source that has no line yet; return how many were read. Safe to interrupt."""
    if not available():
        return 0
    target = scans_file(place=place)
    done = set(scans(path=target))
    waiting = list(_sources(place, done))
    read = 0
    with target.open("ab") as out, children(workers=workers, seconds=SECONDS, memory_bytes=MEMORY_BYTES) as pool:
        walk = iter(waiting)
        while part := list(islice(walk, _PART)):
            tasks = [_task(place, number, kind, source) for number, (_, kind, source) in enumerate(part)]
            for (sha256, _, _), found in zip(part, pool.results(tasks=tasks), strict=True):
                out.write(_line(sha256, found))
                out.flush()
                read += 1
                advance("recognise", read, len(waiting))
    return read


def _sources(place: Workplace, done: set[str]) -> Iterator[tuple[str, str, Path]]:
    seen = set(done)
    for record in records_of(place=place):
        source = record.get("page_source")
        if source and record["sha256"] not in seen:
            seen.add(record["sha256"])
            yield record["sha256"], record["kind"], Path(os.fsdecode(bytes.fromhex(source)))


def _task(place: Workplace, number: int, kind: str, source: Path) -> Task:
    printable = Printable(kind="pdf" if kind == "pdf" else "image", native=source)
    pages = place.work / "scratch" / f"pages-{number}.pdf"
    return Task(recognise_scan, {"printable": printable, "pages": pages, "dpi": DPI, "threads": 1})


def _line(sha256: str, found: Any) -> bytes:
    value: dict[str, Any] = {"sha256": sha256}
    if isinstance(found, ImagingRefused):
        value["code"] = found.code
    else:
        value |= {
            "text": found.text,
            "pages": found.pages,
            "confidence": round(found.mean_confidence, 3),
            "low_lines": found.low_lines,
        }
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def scans(*, path: Path) -> dict[str, int]:
    """Return the place of the line of each recognised file by its SHA-256."""
    found: dict[str, int] = {}
    if not path.exists():
        return found
    with path.open("rb") as stream:
        at = 0
        for line in stream:
            if line.endswith(b"\n") and line.startswith(b'{"sha256": "'):
                found[line[12:76].decode("ascii")] = at
            at += len(line)
    return found


def scan_at(*, path: Path, at: int) -> dict[str, Any]:
    """Return one line."""
    with path.open("rb") as stream:
        stream.seek(at)
        found: dict[str, Any] = json.loads(stream.readline())
    return found
