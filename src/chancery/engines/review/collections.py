"""Labelled collections from CSV files, plain or compressed: columns title, abstract, label_included."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import numpy as np

from chancery.engines.review.simulation import Collection
from chancery.foundation.errors import Refused

LONGEST_FIELD: Final = 32 * 1024 * 1024
MOST_BYTES: Final = 4 * 1024**3
MOST_ROWS: Final = 5_000_000
TRUE: Final = frozenset({"1", "1.0", "true"})
FALSE: Final = frozenset({"0", "0.0", "false"})


class CollectionRefused(Refused):
    """A file that is not a labelled collection."""

    code = "collection_refused"


class _Bounded(io.RawIOBase):
    """A stream that refuses to unpack without end."""

    def __init__(self, inner: IO[bytes], most: int) -> None:
        self._inner, self._left = inner, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._inner.read(len(view))
        self._left -= len(data)
        if self._left < 0:
            raise CollectionRefused(
                "The file unpacks to more than %(limit)s bytes.", code="file_too_large", limit=MOST_BYTES
            )
        view[: len(data)] = data
        return len(data)


def read_collection(path: Path) -> Collection:
    """Read a labelled collection: CSV with a header, UTF-8, in a gzip envelope if its first bytes say so.

    Needs the columns title, abstract (either may be empty) and label_included (1 relevant, 0 not). Refuses,
    with the line where there is one: file_unreadable, file_too_large, not_gzip, not_utf8, not_csv,
    column_missing, column_repeated, row_length, label_invalid, too_many_rows, collection_empty.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            inner: IO[bytes] = gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[assignment]
            stream = io.BufferedReader(_Bounded(inner, MOST_BYTES), 1 << 20)
            return _collect(io.TextIOWrapper(stream, encoding="utf-8-sig", newline=""))
    except UnicodeDecodeError as error:
        raise CollectionRefused("The file is not UTF-8 text.", code="not_utf8") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CollectionRefused("The file's gzip envelope is broken or cut off.", code="not_gzip") from error
    except OSError as error:
        raise CollectionRefused(
            "%(path)s cannot be read: %(reason)s.",
            code="file_unreadable",
            path=str(path),
            reason=error.strerror or type(error).__name__,
        ) from error


def _collect(text: io.TextIOWrapper) -> Collection:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(text, strict=True)
    titles: list[str] = []
    bodies: list[str] = []
    labels: list[bool] = []
    rows = _rows(reader)
    header = next(rows, None)
    if header is None:
        raise CollectionRefused("The collection holds no document.", code="collection_empty")
    places = _places(header)
    for row in rows:
        if not row:
            continue
        if len(row) != len(header):
            raise CollectionRefused(
                "Line %(line)s has %(found)s fields, the header %(wanted)s.",
                code="row_length",
                line=reader.line_num,
                found=len(row),
                wanted=len(header),
            )
        if len(titles) >= MOST_ROWS:
            raise CollectionRefused("A collection has at most %(limit)s rows.", code="too_many_rows", limit=MOST_ROWS)
        titles.append(row[places["title"]])
        bodies.append(row[places["abstract"]])
        labels.append(_label(row[places["label_included"]], reader.line_num))
    if not titles:
        raise CollectionRefused("The collection holds no document.", code="collection_empty")
    return Collection(tuple(titles), tuple(bodies), np.array(labels, bool))


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        line = getattr(reader, "line_num", 0)
        raise CollectionRefused("Line %(line)s is not CSV.", code="not_csv", line=line) from error


def _places(header: list[str]) -> dict[str, int]:
    names = [name.strip() for name in header]
    places: dict[str, int] = {}
    for wanted in ("title", "abstract", "label_included"):
        if wanted not in names:
            raise CollectionRefused("The column %(name)s is missing.", code="column_missing", name=wanted)
        if names.count(wanted) > 1:
            raise CollectionRefused("The column %(name)s stands twice.", code="column_repeated", name=wanted)
        places[wanted] = names.index(wanted)
    return places


def _label(value: str, line: int) -> bool:
    word = value.strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise CollectionRefused("Line %(line)s: label_included is 1 or 0.", code="label_invalid", line=line)
