"""What a query means, once read: a tree of plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """Tokens that must stand side by side in a field; with ``prefix`` the only token may be continued."""

    field: str
    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """The document's day lies between two days, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part must hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part must hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The part must not hold."""

    part: Node


Node = Words | Days | AllOf | AnyOf | Without


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a query was not run (or what was left out of it), as a translatable sentence.

    at: character offset in the query as typed; fatal: the query has no meaning until it is mended.
    """

    code: str
    sentence: str
    at: int
    params: dict[str, Any] = field(default_factory=dict)
    fatal: bool = True

    def text(self) -> str:
        """Return the English sentence with its placeholders filled."""
        return self.sentence % self.params if self.params else self.sentence


def terms_in(node: Node | None, *, positive: bool = True) -> Iterator[Words]:
    """Yield the word terms of a query in order of writing; those it excludes only unless ``positive``."""
    if isinstance(node, Words):
        yield node
    elif isinstance(node, AllOf | AnyOf):
        for part in node.parts:
            yield from terms_in(part, positive=positive)
    elif isinstance(node, Without) and not positive:
        yield from terms_in(node.part, positive=positive)


def written(node: Node | None) -> str:
    """Return the query as it was understood, every operator and bracket written out."""
    if node is None:
        return ""
    if isinstance(node, Words):
        return _written_words(node)
    if isinstance(node, Days):
        same = node.first == node.last
        return f"date:{node.first.isoformat()}" + ("" if same else f"..{node.last.isoformat()}")
    if isinstance(node, Without):
        return f"NOT {_bracketed(node.part)}"
    glue = " AND " if isinstance(node, AllOf) else " OR "
    return glue.join(_bracketed(part) for part in node.parts)


def _bracketed(node: Node) -> str:
    return f"({written(node)})" if isinstance(node, AllOf | AnyOf) else written(node)


def _written_words(node: Words) -> str:
    place = "" if node.field == "text" else f"{node.field}:"
    if node.prefix:
        return f"{place}{node.tokens[0]}*"
    if len(node.tokens) == 1:
        return f"{place}{node.tokens[0]}"
    glued = ""
    for token in node.tokens:
        latin = glued and glued[-1].isascii() and token[0].isascii()
        glued += f" {token}" if latin else token
    return f'{place}"{glued}"'
