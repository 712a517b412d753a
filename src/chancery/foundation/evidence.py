"""A result and what supports it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text: character offsets, start inclusive, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: a table, rule, document or statute with its version or date."""

    title: str
    reference: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground of a decision, as a translatable sentence with named placeholders.

    code: stable word for tests and filters; weight: signed points where the method adds points.
    """

    code: str
    sentence: str
    params: dict[str, Any] = field(default_factory=dict)
    weight: int = 0

    def text(self) -> str:
        """Return the English sentence with its placeholders filled."""
        return self.sentence % self.params if self.params else self.sentence


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finding(Generic[T]):
    """A value with the reasons and sources that carry it.

    confidence: share between 0 and 1; 1 for rules that do not guess.
    """

    value: T
    confidence: float
    reasons: tuple[Reason, ...] = ()
    sources: tuple[Source, ...] = ()
