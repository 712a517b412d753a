"""Where an organisation's search index lies, and who may write it.

The index itself is the retrieval engine's; this room keeps the organisations apart and the writers in line.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from chancery.foundation.errors import Fault


def folder_of(*, tenant_id: str) -> Path:
    """Return the folder of an organisation's index; it need not exist."""
    if not tenant_id.isalnum():
        raise Fault("not the id of an organisation")
    return Path(settings.CHANCERY_INDEX) / tenant_id


@contextmanager
def writing(*, tenant_id: str) -> Iterator[Path]:
    """Hold an organisation's index for one writer, waiting for another process that has it."""
    folder = folder_of(tenant_id=tenant_id)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{tenant_id}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def erase(*, tenant_id: str) -> None:
    """Remove an organisation's whole index, to build it again from the database."""
    with writing(tenant_id=tenant_id) as folder:
        shutil.rmtree(folder, ignore_errors=True)
