"""Values the component templates draw. Every label is a translated string or lazy translation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: value, unit, what it is compared with (note), and the rows behind it (url)."""

    label: Any
    value: Any
    unit: Any = ""
    note: Any = ""
    url: str = ""
    tag: Any = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Work under way. total 0: not counted yet. seconds_left: estimate, None if unknown.

    poll_url: address of the fragment that draws it again; empty when the work is over.
    interval: milliseconds between two questions.
    """

    id: str
    label: Any
    done: int
    total: int
    unit: Any
    seconds_left: float | None = None
    poll_url: str = ""
    cancel_url: str = ""
    tag: Any = ""
    tone: str = ""
    interval: int = 1500


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Who did what when, and what became of it."""

    who: Any
    what: Any
    at: datetime
    before: Any = ""
    after: Any = ""
    note: Any = ""
    url: str = ""
    link: Any = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a track or wizard; state: "done", "current" or "ahead"."""

    label: Any
    state: str = "ahead"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A lane a card may go to."""

    value: str
    label: Any


@dataclass(frozen=True, slots=True)
class Card:
    """One card of a board. tags: cells such as ``TagCell``. reasons: ``Reason`` values behind ``why``."""

    title: Any
    url: str = ""
    lines: Sequence[Any] = ()
    tags: Sequence[Any] = ()
    moves: Sequence[Move] = ()
    move_url: str = ""
    why: Any = ""
    reasons: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of a board. limit: cards that should be in it at most; 0 for none."""

    label: Any
    cards: Sequence[Card]
    limit: int = 0

    @property
    def over(self) -> bool:
        """Return whether more cards are in the lane than its limit."""
        return bool(self.limit) and len(self.cards) > self.limit


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation, in its own language."""

    who: Any
    text: str
    at: datetime
    role: Any = ""
    lang: str = ""
    first_unread: bool = False


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """One answer of the palette. method "post": the choice is an act, not a jump. key: shown beside it."""

    label: Any
    url: str
    hint: Any = ""
    key: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class PaletteGroup:
    """Answers of one kind under their name."""

    label: Any
    items_found: Sequence[PaletteItem] = ()


@dataclass(frozen=True, slots=True)
class MatterBar:
    """The matter a page belongs to, as the top bar names it."""

    number: str
    name: Any
    url: str


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One choice of a menu; method "post" makes it an act, confirm asks first."""

    label: Any
    url: str
    method: str = ""
    confirm: Any = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms and values of a definition list."""

    pairs: Mapping[Any, Any] = field(default_factory=dict)

    def __iter__(self) -> Any:
        return iter(self.pairs.items())
