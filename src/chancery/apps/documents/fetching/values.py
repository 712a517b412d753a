"""What a fetcher hands on: files on the private scratch disk, each with the path it had at its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chancery.foundation.errors import Refused

Advance = Callable[[int, int], None]
"""Told files fetched and files in all; may raise to stop the work."""


class SourceUnreachable(Refused):
    """The source cannot be read as planned."""

    code = "source_unreachable"


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file of a source. path: where it lay there. mark: what the fetcher must know to go on after it."""

    path: str
    location: Path
    mark: dict[str, Any] | None = None
    given_name: str = ""
