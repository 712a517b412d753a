"""Keys of organisations and matters: root key → organisation's key → matter's key → object's key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.conf import settings
from django.db import transaction

from chancery.platform.storage.envelope import Damaged, new_key, unwrap, wrap
from chancery.platform.storage.models import MatterKey, TenantKey
from chancery.platform.storage.secret_files import read_or_make_secret

_held: ContextVar[dict[tuple[str, str], bytes] | None] = ContextVar("keys opened in this block", default=None)


def root_key() -> bytes:
    """Return the root key of the home; made at the first call, file mode 0600."""
    key = read_or_make_secret(path=Path(settings.CHANCERY_KEYS) / "root.key", make=new_key)
    if len(key) != 32:
        raise Damaged("the root key file does not hold 32 bytes")
    return key


def matter_key(*, tenant_id: str, matter_id: str) -> bytes:
    """Return the key of a matter, or of files outside matters (empty id); made when missing."""
    held = _held.get()
    if held is not None and (tenant_id, matter_id) in held:
        return held[tenant_id, matter_id]
    key = _opened_matter_key(tenant_id, matter_id)
    if held is not None:
        held[tenant_id, matter_id] = key
    return key


@contextmanager
def holding_keys() -> Iterator[None]:
    """Open each key once within this block."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def _opened_matter_key(tenant_id: str, matter_id: str) -> bytes:
    place = f"{tenant_id}|{matter_id}|matter|1"
    row = MatterKey.objects.filter(tenant_id=tenant_id, matter_id=matter_id).first()
    under = _tenant_key(tenant_id)
    if row is None:
        with transaction.atomic():
            row, _ = MatterKey.objects.get_or_create(
                tenant_id=tenant_id,
                matter_id=matter_id,
                defaults={"wrapped": wrap(key=new_key(), under=under, place=place)},
            )
    return unwrap(wrapped=bytes(row.wrapped), under=under, place=place)


def _tenant_key(tenant_id: str) -> bytes:
    place = f"{tenant_id}||tenant|1"
    row = TenantKey.objects.filter(tenant_id=tenant_id).first()
    if row is None:
        with transaction.atomic():
            row, _ = TenantKey.objects.get_or_create(
                tenant_id=tenant_id, defaults={"wrapped": wrap(key=new_key(), under=root_key(), place=place)}
            )
    return unwrap(wrapped=bytes(row.wrapped), under=root_key(), place=place)
