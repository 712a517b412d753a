"""Puts many objects away at once: the disk syncs of a batch overlap, its rows are one transaction."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from chancery.platform.storage.actions import _hashes, _pieces, _write
from chancery.platform.storage.keys import matter_key
from chancery.platform.storage.models import Blob
from chancery.platform.storage.stores import Store, store_at
from chancery.platform.storage.values import BlobRef

THREADS: Final = 16
"""Objects written at the same time; more than processors, since most of the time goes by waiting for the disk."""
LOOK_UP: Final = 500


@dataclass(frozen=True, slots=True)
class _Wanted:
    content: bytes | Path
    sha256: str
    md5: str
    size: int


def put_many(*, tenant_id: str, matter_id: str | None, contents: Sequence[bytes | Path]) -> list[BlobRef]:
    """Store several contents (bytes or files) of a matter; returns their references in the same order.

    The same content is stored once. All of them are durable when this returns; after a crash none is referred to.
    """
    place = matter_id or ""
    with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="blobs") as pool:
        wanted = list(pool.map(_hashed, contents))
        distinct = {each.sha256: each for each in wanted}
        known = _known(tenant_id, place, list(distinct))
        missing = [each for digest, each in distinct.items() if digest not in known]
        if missing:
            under = matter_key(tenant_id=tenant_id, matter_id=place)
            store = store_at(settings.CHANCERY_BLOBS)
            rows = list(pool.map(lambda each: _written(store, tenant_id, place, under, each), missing))
            with transaction.atomic():
                Blob.objects.bulk_create(rows, batch_size=100, ignore_conflicts=True)
                known |= _known(tenant_id, place, [each.sha256 for each in missing])
    return [known[each.sha256] for each in wanted]


def _hashed(content: bytes | Path) -> _Wanted:
    pieces = [content] if isinstance(content, bytes) else _pieces(content)
    return _Wanted(content, *_hashes(pieces))


def _known(tenant_id: str, matter_id: str, digests: Sequence[str]) -> dict[str, BlobRef]:
    found: dict[str, BlobRef] = {}
    for start in range(0, len(digests), LOOK_UP):
        rows = Blob.objects.filter(
            tenant_id=tenant_id, matter_id=matter_id, sha256__in=digests[start : start + LOOK_UP]
        )
        found |= {row.sha256: BlobRef(row.id, row.sha256, row.md5, row.size) for row in rows.defer("wrapped_key")}
    return found


def _written(store: Store, tenant_id: str, matter_id: str, under: bytes, each: _Wanted) -> Blob:
    """Write one object; touches no database, so that it may run in a thread."""
    name = hmac.new(under, each.sha256.encode(), hashlib.sha256).hexdigest()
    key = f"{tenant_id}/{name[:2]}/{name[2:4]}/{name}"
    content = each.content
    wrapped = _write(
        store,
        key,
        under,
        f"{tenant_id}|{matter_id}|{key}|1",
        (lambda: [content]) if isinstance(content, bytes) else (lambda: _pieces(content)),
        each.sha256,
    )
    return Blob(
        tenant_id=tenant_id,
        matter_id=matter_id,
        key=key,
        sha256=each.sha256,
        md5=each.md5,
        size=each.size,
        wrapped_key=wrapped,
    )
