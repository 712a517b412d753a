"""Secrets handed to people once; only their hash is kept."""

from __future__ import annotations

import hashlib
import secrets


def new_secret(*, prefix: str = "") -> str:
    """Return a secret of 256 random bits, spelled for addresses."""
    return prefix + secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """Return what is stored and searched instead of the secret (SHA-256; the secret itself is random)."""
    return hashlib.sha256(secret.encode()).hexdigest()
