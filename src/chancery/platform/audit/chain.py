"""The arithmetic of the hash chain; no database, no Django.

digest = SHA-256(body); hash = SHA-256("prev:seq:digest"); the first link's prev = SHA-256("chancery-record:tenant").
body is canonical JSON: keys sorted, no spaces, UTF-8. A body may be withheld: digest and hash still prove the chain.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def canonical(value: Mapping[str, Any]) -> str:
    """Return the one spelling of a JSON object that is hashed; refuses numbers that JSON does not have."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def genesis(*, tenant_id: str) -> str:
    """Return what the first entry of an organisation's chain hangs on."""
    return sha256(f"chancery-record:{tenant_id}".encode()).hexdigest()


def digest_of(*, body: str) -> str:
    """Return the hash of one entry's content."""
    return sha256(body.encode()).hexdigest()


def link(*, prev: str, seq: int, digest: str) -> str:
    """Return the hash of one entry in its place of the chain."""
    return sha256(f"{prev}:{seq}:{digest}".encode()).hexdigest()


def head_message(*, tenant_id: str, seq: int, hash: str, at: str) -> bytes:
    """Return the bytes that are signed when a head is handed out."""
    return canonical({"tenant": tenant_id, "seq": seq, "hash": hash, "at": at}).encode()
