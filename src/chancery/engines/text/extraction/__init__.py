"""What a text names: people, organisations, places, numbers and dates, each with offsets and confidence."""

from __future__ import annotations

from chancery.engines.text.extraction.extracting import extract
from chancery.engines.text.extraction.values import KINDS, Entity, ExtractionRefused, Kind

__all__ = ["KINDS", "Entity", "ExtractionRefused", "Kind", "extract"]
