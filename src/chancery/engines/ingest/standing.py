"""What stands in the spools, in the fixed order of the input files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, BinaryIO

from chancery.engines.ingest.collecting import Workplace
from chancery.engines.ingest.journal import Journal, mark_of
from chancery.engines.ingest.names import item_id
from chancery.engines.ingest.records import Item, SourceFile
from chancery.engines.ingest.spooled import records_in


def records_of(*, place: Workplace) -> Iterator[dict[str, Any]]:
    """Yield the record of every item: input files in order, each followed by what was found in it."""
    journal = Journal(place.journal)
    with ExitStack() as stack:
        stack.callback(journal.close)
        streams: dict[str, BinaryIO] = {}
        for file in place.files():
            entry = journal.find(mark=_mark(file))
            if entry is None:
                yield _changed(file)
                continue
            if entry.spool not in streams:
                streams[entry.spool] = stack.enter_context((place.work / entry.spool).open("rb"))
            yield from records_in(stream=streams[entry.spool], start=entry.start, end=entry.end)


def _mark(file: SourceFile) -> int:
    try:
        return mark_of(file=file)
    except OSError:
        return 0


def _changed(file: SourceFile) -> dict[str, Any]:
    """Return the record of a file that was changed or added after it was its turn."""
    identity = item_id(chain=(file.path,))
    item = Item(
        id=identity,
        parent_id=None,
        family_id=identity,
        path=file.path,
        name=file.path.rpartition("/")[2],
        media_type="application/octet-stream",
        kind="other",
        size=0,
        sha256="",
        md5="",
        status="exception",
        exception="changed",
        exception_detail="The file changed while the collection was read; --resume reads it again.",
    )
    return {**item.as_record(), "text_chars": None}
