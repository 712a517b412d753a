"""The key with which an organisation's record is signed (Ed25519), one file per organisation, mode 0600."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from chancery.platform.audit.chain import head_message
from chancery.platform.audit.verification import Head
from chancery.platform.storage.secret_files import read_or_make_secret


def _path(tenant_id: str) -> Path:
    return Path(settings.CHANCERY_KEYS) / f"record-{tenant_id}.key"


def _key(tenant_id: str) -> Ed25519PrivateKey:
    seed = read_or_make_secret(path=_path(tenant_id), make=lambda: Ed25519PrivateKey.generate().private_bytes_raw())
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key(*, tenant_id: str) -> str:
    """Return the public key of an organisation's record as hex."""
    return _key(tenant_id).public_key().public_bytes_raw().hex()


def known_public_key(*, tenant_id: str) -> str | None:
    """Return the public key if this home holds the organisation's record key, else None."""
    if not tenant_id.isalnum() or not _path(tenant_id).exists():
        return None
    return public_key(tenant_id=tenant_id)


def sign_head(*, tenant_id: str, seq: int, hash: str, at: datetime) -> Head:
    """Return the signed head of a chain."""
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    key = _key(tenant_id)
    signature = key.sign(head_message(tenant_id=tenant_id, seq=seq, hash=hash, at=when))
    return Head(tenant_id, seq, hash, when, key.public_key().public_bytes_raw().hex(), signature.hex())
