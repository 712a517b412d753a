"""The two sample matters, written into a folder from their authored texts."""

from __future__ import annotations

from pathlib import Path

from .manifest import Manifest
from .placing import write_matter


def write_supply_dispute(*, folder: Path, seed: int = 7) -> Manifest:
    """Write the bilingual supply dispute of Halden Marine Systems against Ningbo Haiyue; about 300 items.

    Six custodians in Seattle and Shanghai and a shared drive. The same seed gives byte-identical files
    on any day and any machine. All people and companies are invented.
    """
    return write_matter(matter="supply", folder=folder, seed=seed)


def write_second_matter(*, folder: Path, seed: int = 11) -> Manifest:
    """Write the distribution inquiry of Aurelle Medical, a second client; about 60 items.

    One locked file opens with a password that only the client knows (``Manifest.passwords``), so that a
    reviewer repairs the exception. The same seed gives byte-identical files.
    """
    return write_matter(matter="device", folder=folder, seed=seed)
