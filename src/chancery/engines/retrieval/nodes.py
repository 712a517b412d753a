"""What a query means, once read: a tree of plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from .characters import is_ideograph

Kind = Literal["exact", "glob", "fuzzy", "stem", "between", "any"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which words may stand in one place of a phrase.

    exact: the word ``text``; glob: ``text`` with ``*`` (any letters, also none) and ``?`` (one letter);
    fuzzy: at most ``edits`` letters inserted, lost or changed; stem: the English stem of ``text``;
    between: whole numbers from ``low`` to ``high``; any: every word or Han character.
    mark: punctuation that must stand before this Han character and after the one before it.
    """

    kind: Kind
    text: str = ""
    edits: int = 0
    low: int = 0
    high: int = 0
    mark: str = ""

    @property
    def han(self) -> bool:
        """Whether the place is that of a single Han character."""
        return self.kind == "exact" and is_ideograph(self.text)


@dataclass(frozen=True, slots=True)
class Words:
    """Words that must stand side by side in a field."""

    field: str
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Two passages of one field near each other.

    unit "words": the later one begins at most ``distance`` words after the earlier one ends (1: side by side);
    "sentence", "paragraph": both lie in the same one. ordered: the left one comes first.
    negated: the left one, where no right one is near.
    """

    left: Operand
    right: Operand
    unit: Literal["words", "sentence", "paragraph"]
    distance: int = 0
    ordered: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """The document's day lies between two days, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Numbers:
    """A figure about the document (size in bytes, pages) lies between two, both included; None: no limit."""

    field: str
    low: int | None
    high: int | None


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


Node = Words | Near | Days | Numbers | AllOf | AnyOf | Without
Operand = Words | Near | AnyOf
Term = Words | Near


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


def terms_in(node: Node | None, *, positive: bool = True) -> Iterator[Term]:
    """Yield the word and nearness terms of a query in order; those it excludes only unless ``positive``."""
    if isinstance(node, Words | Near):
        yield node
    elif isinstance(node, AllOf | AnyOf):
        for part in node.parts:
            yield from terms_in(part, positive=positive)
    elif isinstance(node, Without) and not positive:
        yield from terms_in(node.part, positive=positive)


def words_in(node: Operand) -> Iterator[Words]:
    """Yield the words of which a term is made; what must not be near is left out."""
    if isinstance(node, Words):
        yield node
    elif isinstance(node, Near):
        yield from words_in(node.left)
        if not node.negated:
            yield from words_in(node.right)
    else:
        for part in node.parts:
            if isinstance(part, Words | Near | AnyOf):
                yield from words_in(part)


def field_of(node: Node) -> str | None:
    """Return the one field in which a passage is looked for; None if there are several or it is no passage."""
    if isinstance(node, Words):
        return node.field
    if isinstance(node, Near):
        return field_of(node.left)
    if isinstance(node, AnyOf):
        fields = {field_of(part) for part in node.parts}
        return fields.pop() if len(fields) == 1 else None
    return None
