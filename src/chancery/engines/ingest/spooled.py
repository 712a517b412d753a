"""The records of one input file as they stand in a spool, read in their order with little memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from chancery.engines.text.ordering import Ordered

RANGE = 32 * 1024**2
"""Bytes of a file's lines that are sorted in memory."""
_NUMBER, _PREFIX = 8, 9
_FIRST = b"%08d " % 0
_TAIL = 1 << 16
_RECORD_OF = json.JSONDecoder().raw_decode
_REST = b',"exception_detail":'
"""What follows the facts of an item that the chain of custody names; never inside a JSON string, where the quotation
marks would be escaped."""


def records_in(*, stream: BinaryIO, start: int, end: int) -> Iterator[dict[str, Any]]:
    """Yield the records of one input file in their order: each parent before its children."""
    if end - start <= RANGE:
        stream.seek(start)
        lines: Iterator[bytes] = iter(sorted(stream.read(end - start).split(b"\n")[:-1]))
    else:
        lines = _lines(stream, start, end)
    for line in lines:
        yield _RECORD_OF(line.decode(), _PREFIX)[0]


def _lines(stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Yield the lines in the order of their numbers.

    Nearly all stand in order; only an item that holds others comes after them. Those are noted first.
    """
    late = Ordered(width=2)
    highest = -1
    for number, at, _ in _numbered(stream, start, end):
        if number < highest:
            late.add(number, at)
        highest = max(highest, number)
    held = ((number, at) for part in late.parts() for number, at in part.tolist())
    waiting = next(held, None)
    highest = -1
    for number, _, line in _numbered(stream, start, end):
        if number < highest:
            continue
        highest = number
        while waiting is not None and waiting[0] < number:
            stream.seek(waiting[1])
            yield stream.readline()
            waiting = next(held, None)
        yield line
    while waiting is not None:
        stream.seek(waiting[1])
        yield stream.readline()
        waiting = next(held, None)


def _numbered(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield number, place and bytes of each line as it stands; the stream may be moved between two of them."""
    at = start
    while at < end:
        stream.seek(at)
        piece = stream.read(min(RANGE // 4, end - at))
        cut = piece.rfind(b"\n") + 1
        if not cut:
            stream.seek(at)
            piece = stream.readline()
            cut = len(piece)
        for line in piece[: cut - 1].split(b"\n"):
            yield int(line[:_NUMBER]), at, line
            at += len(line) + 1


def top_of(*, stream: BinaryIO, start: int, end: int) -> dict[str, Any]:
    """Return the facts of an input file itself, without its metadata."""
    tail = max(start, end - _TAIL)
    stream.seek(tail)
    raw = stream.read(end - tail)
    at = raw.rfind(b"\n", 0, -1) + 1  # an item that holds others comes after them
    line = raw[at:]
    if not (line.startswith(_FIRST) and (at or tail == start)):
        line = next(line for number, _, line in _numbered(stream, start, end) if number == 0)
    facts, cut, _ = line[_PREFIX:].partition(_REST)
    found: dict[str, Any] = json.loads((facts + b"}" if cut else line[_PREFIX:]).decode())
    return found
