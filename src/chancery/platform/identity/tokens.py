"""Secrets handed to people once; only their hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

PASSWORD_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 - the signs passwords are made of


def new_secret(*, prefix: str = "") -> str:
    """Return a secret of 256 random bits, spelled for addresses."""
    return prefix + secrets.token_urlsafe(32)


def new_password() -> str:
    """Return a random password of 79 bits in four groups, without signs that look alike when read from a screen."""
    return "-".join("".join(secrets.choice(PASSWORD_SIGNS) for _ in range(4)) for _ in range(4))


def fingerprint(secret: str) -> str:
    """Return what is stored and searched instead of the secret (SHA-256; the secret itself is random)."""
    return hashlib.sha256(secret.encode()).hexdigest()
