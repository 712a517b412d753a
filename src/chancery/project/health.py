"""Round trips through every part an installation is configured with."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from chancery.engines.retrieval.grammar import parse
from chancery.engines.retrieval.searching import Searcher
from chancery.engines.retrieval.segment import Entry
from chancery.engines.retrieval.store import Writer
from chancery.platform.index.actions import erase, writing
from chancery.platform.jobs.models import Job
from chancery.platform.storage.keys import root_key
from chancery.platform.storage.stores import store_at


def examinations() -> Iterator[tuple[str, str, str]]:
    """Yield (part, problem, detail) for each part; problem is empty where all is well."""
    parts: list[tuple[str, Callable[[], str]]] = [
        ("home", _home),
        ("keys", _keys),
        ("database", _database),
        ("blobs", _blobs),
        ("search index", _index),
        ("background work", _jobs),
    ]
    for name, examine in parts:
        try:
            yield name, "", examine()
        except Exception as error:  # the doctor reports every illness instead of dying of it
            yield name, f"{type(error).__name__}: {error}", ""


def _home() -> str:
    with tempfile.NamedTemporaryFile(dir=settings.CHANCERY_SCRATCH) as stream:
        stream.write(b"x")
        stream.flush()
        os.fsync(stream.fileno())
    return str(settings.CHANCERY_HOME)


def _keys() -> str:
    root_key()
    loose = [path.name for path in Path(settings.CHANCERY_KEYS).iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if loose:
        raise PermissionError(f"others may read {', '.join(sorted(loose))}")
    return "readable by their owner only"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM tenancy_tenant")
        count = cursor.fetchone()[0]
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check")
            answer = cursor.fetchone()[0]
            if answer != "ok":
                raise OSError(answer)
    return f"{connection.vendor}, {count} organisations"


def _blobs() -> str:
    store, key, data = store_at(settings.CHANCERY_BLOBS), f"doctor/{secrets.token_hex(8)}", secrets.token_bytes(64)
    try:
        if not store.create(key=key, pieces=[data]) or store.create(key=key, pieces=[b"other"]):
            raise OSError("the store does not keep to create-only")
        with store.open(key=key) as stream:
            if stream.read() != data:
                raise OSError("the store returns other bytes than it was given")
    finally:
        store.remove(key=key)
    return settings.CHANCERY_BLOBS


def _index() -> str:
    name = "doctor" + secrets.token_hex(4)
    try:
        with writing(tenant_id=name) as folder:
            writer = Writer(folder)
            writer.put([Entry("d", "m", {"text": ["alive 活着"]})])
            writer.commit()
        asked = parse("活着").node
        if asked is None or Searcher.open(folder, scopes={"m"}).count(asked) != 1:
            raise OSError("what was put in is not found")
    finally:
        erase(tenant_id=name)
    return str(settings.CHANCERY_INDEX)


def _jobs() -> str:
    queued = Job.objects.filter(state=Job.State.QUEUED).count()
    dead = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=timezone.now()).count()
    failed = Job.objects.filter(state=Job.State.FAILED).count()
    return f"{queued} waiting, {dead} abandoned, {failed} failed"
