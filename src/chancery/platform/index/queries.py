"""Reads of the search store."""

from __future__ import annotations

from chancery.platform.index.engine import find
from chancery.platform.index.values import Hits

__all__ = ["Hits", "find"]
