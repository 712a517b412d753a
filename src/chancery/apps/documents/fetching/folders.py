"""A folder on the server, below a root that the administrator allows; links are not followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_noop

from chancery.apps.documents.fetching.values import Fetched, SourceUnreachable
from chancery.engines.ingest.inventory import walk

SETTLED: Final = 10.0
"""Seconds a file of a watched folder must have rested, so that it is not taken while it is being written."""


def roots() -> list[str]:
    """Return the folders an administrator allows, as they stand in the setting CHANCERY_COLLECT_ROOTS."""
    return [str(each) for each in settings.CHANCERY_COLLECT_ROOTS]


def folder_at(*, root: str, folder: str) -> Path:
    """Return a folder below an allowed root. Refused (``source_unreachable``) if it is elsewhere or not there."""
    if root not in roots():
        raise SourceUnreachable(gettext_noop("This folder is not among those an administrator allows."))
    base = Path(root).resolve()
    found = (base / folder.strip().strip("/")).resolve()
    if not found.is_relative_to(base):
        raise SourceUnreachable(gettext_noop("This folder is not among those an administrator allows."))
    if not found.is_dir():
        raise SourceUnreachable(gettext_noop("There is no folder “%(folder)s” on the server."), folder=folder or root)
    return found


def suggestions(*, root: str, limit: int = 100) -> list[str]:
    """Return the folders that stand directly below an allowed root."""
    try:
        base = folder_at(root=root, folder="")
        return sorted(each.name for each in base.iterdir() if each.is_dir() and not each.is_symlink())[:limit]
    except (OSError, SourceUnreachable):
        return []


def count(plan: dict[str, Any]) -> int:
    """Return how many files lie in the folder."""
    return sum(1 for _ in walk(folder=folder_at(root=plan["root"], folder=plan["folder"])))


def files(
    plan: dict[str, Any], *, settled_before: datetime | None, known: Callable[[str, int, datetime], bool]
) -> Iterator[Fetched]:
    """Yield the files of the folder in a fixed order.

    settled_before: only files that were last changed before; None for all. known: told the path, the size and the
    time of the last change, it says whether the file was fetched already as it is.
    """
    base = folder_at(root=plan["root"], folder=plan["folder"])
    for found in walk(folder=base):
        if not found.location.resolve().is_relative_to(base):
            continue
        status = found.location.stat()
        changed = datetime.fromtimestamp(status.st_mtime, tz=settled_before.tzinfo if settled_before else None)
        if settled_before is not None and changed.timestamp() > settled_before.timestamp() - SETTLED:
            continue
        if not known(found.path, status.st_size, changed):
            yield Fetched(found.path, found.location)
