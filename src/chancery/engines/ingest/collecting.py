"""The first stage of an ingest: every input file read once, what was found entered in the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from pathlib import Path
from typing import BinaryIO

from chancery.engines.ingest.children import Spooling
from chancery.engines.ingest.inventory import walk
from chancery.engines.ingest.isolation import Pool
from chancery.engines.ingest.journal import Journal, JournalWriter, Place, mark_of
from chancery.engines.ingest.records import Decisions, Limits, SourceFile
from chancery.engines.ingest.spool import Spool, checked

Advance = Callable[[str, int, int | None], None]
"""Told the stage, how many files are done, and of how many (None while that is unknown)."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """The folders of one ingest. source: a folder or one file. out: where the results go; ``work`` is inside."""

    source: Path
    out: Path

    @property
    def work(self) -> Path:
        """Where unfinished things lie."""
        return self.out / ".work"

    @property
    def journal(self) -> Path:
        """The journal of files that are done."""
        return self.work / "journal.jsonl"

    def files(self) -> Iterator[SourceFile]:
        """Yield the input files in their fixed order."""
        return walk(folder=self.source, without=self.out, spill=self.work)


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read. passwords: tried on each encrypted file. again: encrypted files are tried once more."""

    limits: Limits
    decisions: Decisions
    passwords: tuple[str, ...]
    workers: int
    entities: bool = True
    again: bool = False


@dataclass(frozen=True, slots=True)
class Finish:
    """How the lines are finished. zone: of every time. first, last: days in ``zone``, both included.

    ocr: pages were recognised. restored: ids of copies that come back with their families.
    """

    zone: tzinfo
    first: date | None = None
    last: date | None = None
    ocr: bool = True
    restored: tuple[str, ...] = ()


def collect(
    *, place: Workplace, reading: Reading, run: int, advance: Advance, meanwhile: Callable[[], object] | None = None
) -> int:
    """Read every input file that the journal does not hold yet; return how many were read.

    run: number of this run, from 1. meanwhile: called once the children are at work. Safe to interrupt anywhere: a
    file counts when it is in the journal.
    """
    done = _sound(Journal(place.journal), place.work) if run > 1 else None
    spooling = Spooling(folder=place.work, out=place.out, natives=reading.decisions.ocr, entities=reading.entities)
    scratch = place.work / "scratch"
    marks: dict[str, int] = {}
    pool = Pool(
        scratch=scratch, limits=reading.limits, workers=reading.workers, decisions=reading.decisions, spooling=spooling
    )
    own = Spool(path=place.work / f"spool-given-up-{run}", out=place.out, natives=None, entities=False)
    read = 0
    try:
        with JournalWriter(place.journal) as journal:
            for file, answer in pool.run(_waiting(place, reading, done, marks), meanwhile=meanwhile):
                if isinstance(answer, list):
                    own.begin()
                    for index, item in enumerate(answer):
                        own.add(index, item, None)
                    spooled = own.commit()
                else:
                    spooled = answer["spooled"]
                journal.enter(mark=marks.pop(file.path), file=file, run=run, spooled=spooled)
                journal.flush()
                read += 1
                advance("read", read, None)
    finally:
        pool.close()
    return read


def _waiting(
    place: Workplace, reading: Reading, done: Callable[[int], Place | None] | None, marks: dict[str, int]
) -> Iterator[SourceFile]:
    for file in place.files():
        try:
            mark = mark_of(file=file)
        except OSError:
            mark = 0
        entry = done(mark) if done is not None else None
        if entry is not None and not (entry.locked and reading.again) and not entry.ended:
            continue
        marks[file.path] = mark
        yield replace(file, passwords=reading.passwords) if reading.passwords else file


def _sound(journal: Journal, work: Path) -> Callable[[int], Place | None]:
    """Return the look-up of entries whose lines are still as they were entered."""
    streams: dict[str, BinaryIO] = {}

    def find(mark: int) -> Place | None:
        entry = journal.find(mark=mark)
        if entry is None:
            return None
        if entry.spool not in streams:
            if not (work / entry.spool).exists():
                return None
            streams[entry.spool] = (work / entry.spool).open("rb")
        sound = checked(stream=streams[entry.spool], start=entry.start, end=entry.end, crc=entry.crc)
        return entry if sound else None

    return find
