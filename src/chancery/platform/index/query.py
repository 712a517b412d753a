"""What can be asked of the search store; tokens come already segmented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A document whose field holds the token."""

    field: str
    token: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A document whose field holds the tokens one after the other."""

    field: str
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """A document whose field holds a token that begins so."""

    field: str
    token: str


@dataclass(frozen=True, slots=True)
class And:
    """Every part holds; no parts: every document."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds; no parts: no document."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Query


@dataclass(frozen=True, slots=True)
class Everything:
    """Every document."""


Query = Term | Phrase | Prefix | And | Or | Not | Everything
