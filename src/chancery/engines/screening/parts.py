"""Tables that take names apart: legal forms, places, generic words, scripts and surname readings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def _table(name: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = json.loads((files("chancery.engines.screening") / "data" / name).read_text("utf-8"))
    return table


@cache
def name_parts() -> Mapping[str, Any]:
    """Legal forms, places, generic words and honorifics, in both scripts."""
    return _table("name_parts.json")


@cache
def surnames() -> Mapping[str, Any]:
    """Readings of surnames that differ from the usual ones, and double surnames."""
    return _table("surnames.json")


@cache
def _simplified_signs() -> Mapping[int, str]:
    pairs = str(_table("traditional.json")["pairs"])
    return {ord(pairs[index]): pairs[index + 1] for index in range(0, len(pairs), 2)}


def simplified(*, text: str) -> str:
    """Replace common traditional characters and variants by the simplified ones; others stay."""
    return text.translate(_simplified_signs())


@cache
def latin_forms() -> tuple[tuple[tuple[str, ...], str], ...]:
    """Spellings of legal forms as words, longest first, with the form they stand for."""
    pairs = [
        (tuple(spelling.split()), form) for form, spellings in name_parts()["latin"].items() for spelling in spellings
    ]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))


@cache
def han_forms() -> tuple[str, ...]:
    """Legal forms in Chinese, longest first."""
    return tuple(sorted(name_parts()["han"], key=lambda form: (-len(form), form)))


@cache
def han_generic() -> tuple[str, ...]:
    """Words for an industry or a group in Chinese company names, longest first."""
    return tuple(sorted(name_parts()["han_generic"], key=lambda word: (-len(word), word)))


@cache
def words(*, table: str) -> frozenset[str]:
    """A set of words of the name parts."""
    return frozenset(name_parts()[table])
