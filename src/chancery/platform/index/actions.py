"""Writes of the search store."""

from __future__ import annotations

from chancery.platform.index.folders import erase, writing

__all__ = ["erase", "writing"]
