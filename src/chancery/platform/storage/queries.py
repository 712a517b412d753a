"""Takes bytes out: every chunk verified as it is read, whole objects also against their hash.

No permission is asked here: callers have checked it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from chancery.foundation.errors import NotFound
from chancery.platform.storage.envelope import Damaged, read_header, unseal, unwrap
from chancery.platform.storage.keys import holding_keys, matter_key
from chancery.platform.storage.models import Blob
from chancery.platform.storage.stores import store_at
from chancery.platform.storage.values import BlobRef


def blob(*, blob_id: str) -> BlobRef:
    """Return what is known of an object; NotFound if there is none."""
    row = _row(blob_id)
    return BlobRef(row.id, row.sha256, row.md5, row.size)


def blobs_by_id(*, ids: Iterable[str]) -> dict[str, BlobRef]:
    """Return what is known of several objects; one query."""
    rows = Blob.objects.filter(id__in=set(ids))
    return {row.id: BlobRef(row.id, row.sha256, row.md5, row.size) for row in rows}


def read_bytes(*, blob_id: str) -> bytes:
    """Return the plain bytes of an object; Damaged if one bit is not what was put."""
    return b"".join(open_stream(blob_id=blob_id))


def read_many(*, blob_ids: Iterable[str]) -> dict[str, bytes]:
    """Return the plain bytes of several objects; one query and each key once. Unknown ids are left out."""
    with holding_keys():
        return {row.id: b"".join(_opened(row)) for row in Blob.objects.filter(id__in=set(blob_ids))}


def open_stream(*, blob_id: str) -> Iterator[bytes]:
    """Yield the plain bytes piece by piece, each verified; Damaged at the first that is not what was put.

    The hash of the whole is checked after the last piece.
    """
    return _opened(_row(blob_id))


def _opened(row: Blob) -> Iterator[bytes]:
    under = matter_key(tenant_id=row.tenant_id, matter_id=row.matter_id)
    place = f"{row.tenant_id}|{row.matter_id}|{row.key}|1"
    return _plain(row, unwrap(wrapped=bytes(row.wrapped_key), under=under, place=place))


def copy_to(*, blob_id: str, path: Path) -> None:
    """Write the plain bytes into a new file; on damage the file is removed again."""
    try:
        with path.open("wb") as stream:
            for piece in open_stream(blob_id=blob_id):
                stream.write(piece)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _row(blob_id: str) -> Blob:
    row = Blob.objects.filter(id=blob_id).first()
    if row is None:
        raise NotFound()
    return row


def _plain(row: Blob, key: bytes) -> Iterator[bytes]:
    digest, size = hashlib.sha256(), 0
    with store_at(settings.CHANCERY_BLOBS).open(key=row.key) as stream:
        header = read_header(stream)
        if header.wrapped_key != bytes(row.wrapped_key):
            raise Damaged("a stored object carries another key than its row")
        for piece in unseal(stream=stream, header=header, key=key):
            digest.update(piece)
            size += len(piece)
            yield piece
    if size != row.size or digest.hexdigest() != row.sha256:
        raise Damaged("a stored object holds other bytes than its row says")
