"""Tables of names, forms and places that the rules read; each file names its source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return one table of this engine's data folder."""
    held: Mapping[str, Any] = json.loads((files("chancery.engines.text.extraction") / "data" / name).read_text("utf-8"))
    return held


@cache
def name_words(field: str) -> frozenset[str]:
    """Return the lower-case words of one field of the table of names."""
    return frozenset(str(table("names.json")[field]).split())


@cache
def name_signs(field: str) -> str:
    """Return a row of Chinese characters of the table of names."""
    return str(table("names.json")[field])
