"""Writes of the search store."""

from __future__ import annotations

from chancery.platform.index.engine import delete, erase, put
from chancery.platform.index.values import Entry

__all__ = ["Entry", "delete", "erase", "put"]
