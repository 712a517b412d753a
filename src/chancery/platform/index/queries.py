"""Reads of the search store."""

from __future__ import annotations

from chancery.platform.index.folders import folder_of

__all__ = ["folder_of"]
