"""Turns DATABASE_URL into Django's database settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA mmap_size=268435456;PRAGMA cache_size=-64000;"
    "PRAGMA temp_store=MEMORY;PRAGMA journal_size_limit=67108864;"
)


def sqlite(*, path: Path) -> dict[str, Any]:
    """Return the settings of the embedded database: write-ahead log, immediate locks, every commit synced."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
    }


def postgres(*, url: str) -> dict[str, Any]:
    """Return the settings of a PostgreSQL database given as postgres://user:password@host:port/name?option=…"""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL begins with postgres://")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def database(*, url: str, path: Path) -> dict[str, Any]:
    """Return PostgreSQL settings if an address is given, else those of the embedded database."""
    return postgres(url=url) if url else sqlite(path=path)
