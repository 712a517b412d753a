"""Decisions of the practice rooms in words: each room that has its work looked at twice says how its own read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Say = Callable[[Mapping[str, Any]], str]
_SAYS: dict[str, Say] = {}


def say_decisions(*, kind: str, say: Say) -> None:
    """Take in how decisions of one kind of sample are said in the language in use; safe to repeat."""
    _SAYS[kind] = say


def decision_said(*, kind: str, values: Mapping[str, Any]) -> str:
    """Return a decision in words, or its plain values where nobody has said how it reads; empty for none."""
    given = {name: value for name, value in values.items() if value not in ("", None, [])}
    say = _SAYS.get(kind)
    return say(given) if say else " · ".join(f"{name}: {value}" for name, value in given.items())
