"""Values of table cells that know how they look. A plain string is a cell too, and is escaped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from chancery.foundation.money import Money
from chancery.interface.words import date_iso, money_words


class Cell:
    """A value that draws itself, in tables and wherever a template prints it."""

    __slots__ = ()

    def __html__(self) -> SafeString:
        """Return the value as HTML, escaped."""
        return format_html("{}", repr(self))

    def __str__(self) -> str:
        return self.__html__()


@dataclass(frozen=True, slots=True)
class TagCell(Cell):
    """A word with a tone: "", "ok", "warn", "bad", "privilege" or "accent"."""

    word: Any
    tone: str = ""

    def __html__(self) -> SafeString:
        return format_html('<span class="{}">{}</span>', f"tag {self.tone}".strip(), self.word)


@dataclass(frozen=True, slots=True)
class TextCell(Cell):
    """A passage in its own language, by BCP 47 tag, with the whole of it as a hint when it is cut."""

    text: str
    lang: str = ""

    def __html__(self) -> SafeString:
        if not self.lang:
            return format_html("{}", self.text)
        return format_html('<span lang="{}">{}</span>', self.lang, self.text)


@dataclass(frozen=True, slots=True)
class MoneyCell(Cell):
    """An amount; tables show it with its currency."""

    money: Money

    def __html__(self) -> SafeString:
        return format_html("{}", money_words(self.money))


@dataclass(frozen=True, slots=True)
class DateCell(Cell):
    """A day, or a moment in the time zone of the reader; ISO in tables, so that the words are the machine's too."""

    value: date | datetime | None

    def __html__(self) -> SafeString:
        if self.value is None:
            return SafeString("")
        return format_html("<time>{}</time>", date_iso(self.value))


@dataclass(frozen=True, slots=True)
class ProgressCell(Cell):
    """Done of total, both in the same unit; ``label`` names what for readers of the screen."""

    done: int
    total: int
    label: Any

    def __html__(self) -> SafeString:
        return format_html(
            '<progress max="{}" value="{}" aria-label="{}"></progress>',
            max(self.total, 1),
            self.done,
            self.label,
        )


@dataclass(frozen=True, slots=True)
class HashCell(Cell):
    """The first characters of a hash; the whole one stands in the title."""

    value: str
    shown: int = 10

    def __html__(self) -> SafeString:
        return format_html('<code title="{}">{}…</code>', self.value, self.value[: self.shown])
