"""Fixtures of the parties tests."""

from __future__ import annotations

from apps.matter_kit import kit, staffed_world

__all__ = ["kit", "staffed_world"]
