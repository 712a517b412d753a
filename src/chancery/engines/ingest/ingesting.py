"""A whole collection: read, recognised, related, accounted for; interrupted anywhere, it goes on from there."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from chancery.engines.ingest.collecting import Advance, Finish, Reading, Workplace, collect
from chancery.engines.ingest.custody import write_custody
from chancery.engines.ingest.known import check_known, write_known
from chancery.engines.ingest.loading import finish_of
from chancery.engines.ingest.moments import zone_of
from chancery.engines.ingest.records import Decisions, Limits
from chancery.engines.ingest.scanning import recognise
from chancery.foundation.errors import Refused

GENEROUS = Limits(max_items=50_000_000, max_expanded_bytes=4 * 1024**4, container_seconds=7 * 24 * 3600.0)
"""For a whole collection: a mailbox may hold any number of messages; a bomb is told by its ratio."""


class IngestRefused(Refused):
    """A collection that cannot be ingested as asked. Codes: source_missing, out_not_empty, out_in_use,
    out_unusable, settings_changed, passwords_unreadable, hash_list_unreadable, restored_unreadable,
    dates_reversed."""

    code = "ingest_refused"


@dataclass(frozen=True, slots=True)
class Choices:
    """Every decision of an ingest with its published default.

    passwords: file with one password a line (UTF-8; white space counts). hash_list: file of digests, ``known``.
    first, last: days in ``time_zone``; families outside are set aside, not lost. workers: child processes.
    restored: file with one id a line, of copies that shall stand as documents of their own.
    """

    passwords: Path | None = None
    hash_list: Path | None = None
    restored: Path | None = None
    time_zone: str = "UTC"
    first: date | None = None
    last: date | None = None
    embedded_images: bool = False
    entities: bool = True
    ocr: bool = True
    workers: int = 2
    resume: bool = False
    limits: Limits = field(default_factory=lambda: GENEROUS)


def ingest(*, source: Path, out: Path, choices: Choices, at: str, advance: Advance) -> dict[str, Any]:
    """Ingest a folder or file into ``out`` and return the account.

    at: the time of this run, ISO 8601, for the record. advance: told the stage and the progress.
    Refuses: see ``IngestRefused``, and time_zone_unknown, hash_list. A refusal leaves ``out`` as it was.
    """
    source, out = source.resolve(), out.resolve()
    zone = zone_of(name=choices.time_zone)
    if not (source.is_dir() or source.is_file()):
        raise IngestRefused("There is no file or folder %(name)s.", code="source_missing", name=source.name)
    if choices.first and choices.last and choices.first > choices.last:
        raise IngestRefused("The first day lies after the last one.", code="dates_reversed")
    passwords = _passwords(choices.passwords)
    restored = _restored(choices.restored)
    _check_list(choices.hash_list)
    place = Workplace(source, out)
    _prepare(place, choices)
    with _alone(place):
        run, again = _begin(place, choices, passwords, at)
        known = _known(place, choices)
        decisions = Decisions(
            time_zone=choices.time_zone, known=known, embedded_images=choices.embedded_images, ocr=choices.ocr
        )
        reading = Reading(choices.limits, decisions, passwords, choices.workers, entities=choices.entities, again=again)
        collect(place=place, reading=reading, run=run, advance=advance, meanwhile=finish_of)
        if choices.ocr:
            recognise(place=place, workers=choices.workers, advance=advance)
        how = Finish(zone, choices.first, choices.last, choices.ocr, restored)
        account = finish_of()(place=place, how=how, advance=advance)
        write_custody(place=place, runs=_runs(place), account=account)
        _tidy(place)
    return account


def _passwords(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    if (text := _text(path)) is None:
        raise IngestRefused(
            "The password list %(name)s cannot be read as UTF-8 text.", code="passwords_unreadable", name=path.name
        )
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return tuple(dict.fromkeys(line for line in lines if line))


def _restored(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    if (text := _text(path)) is None:
        raise IngestRefused(
            "The list of ids %(name)s cannot be read as UTF-8 text.", code="restored_unreadable", name=path.name
        )
    return tuple(dict.fromkeys(text.split()))


def _text(path: Path) -> str | None:
    """Return the text of a list, None where it cannot be read as UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError):
        return None


def _prepare(place: Workplace, choices: Choices) -> None:
    """Make the folders; refuse a folder that holds something else, or an unfinished ingest without --resume."""
    try:
        found = place.out.exists() and any(True for _ in os.scandir(place.out))
        if found and not choices.resume:
            raise IngestRefused(
                "The folder %(name)s is not empty; --resume goes on with an ingest that was begun there.",
                code="out_not_empty",
                name=place.out.name,
            )
        if found and not place.work.is_dir():
            raise IngestRefused(
                "The folder %(name)s does not hold an ingest.", code="out_not_empty", name=place.out.name
            )
        for folder in (place.out / "text", place.work / "natives", place.work / "scratch"):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise IngestRefused(
            "The folder %(name)s cannot be written.", code="out_unusable", name=place.out.name
        ) from fault


@contextmanager
def _alone(place: Workplace) -> Iterator[None]:
    """Hold the folder, so that no second ingest writes into it."""
    with (place.work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise IngestRefused(
                "Another ingest is writing to %(name)s.", code="out_in_use", name=place.out.name
            ) from fault
        yield


def _begin(place: Workplace, choices: Choices, passwords: tuple[str, ...], at: str) -> tuple[int, bool]:
    """Enter this run; return its number and whether encrypted files are tried once more.

    A resumed run must have been given the same decisions, except passwords, workers and days.
    """
    runs = _runs(place)
    settings = {
        "source": str(place.source),
        "time_zone": choices.time_zone,
        "hash_list": str(choices.hash_list.absolute()) if choices.hash_list else None,
        "embedded_images": choices.embedded_images,
        "entities": choices.entities,
        "ocr": choices.ocr,
    }
    if runs and runs[-1]["settings"] != settings:
        raise IngestRefused(
            "The ingest in %(name)s was begun with other decisions.", code="settings_changed", name=place.out.name
        )
    again = bool(runs) and len(passwords) != runs[-1]["passwords"]
    runs.append({"at": at, "settings": settings, "passwords": len(passwords)})
    waiting = place.work / "runs.json.new"
    waiting.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
    waiting.replace(place.work / "runs.json")
    return len(runs), again


def _runs(place: Workplace) -> list[dict[str, Any]]:
    path = place.work / "runs.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return found


def _check_list(path: Path | None) -> None:
    if path is None:
        return
    try:
        check_known(source=path)
    except OSError as fault:
        raise IngestRefused(
            "The hash list %(name)s cannot be read.", code="hash_list_unreadable", name=path.name
        ) from fault


def _known(place: Workplace, choices: Choices) -> str | None:
    if choices.hash_list is None:
        return None
    target = place.work / "known.digests"
    write_known(source=choices.hash_list, target=target)
    return str(target)


def _tidy(place: Workplace) -> None:
    """Remove what only the run itself needed; spools and journal stay for --resume."""
    shutil.rmtree(place.work / "scratch", ignore_errors=True)
