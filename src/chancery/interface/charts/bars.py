"""Horizontal bars from zero, each labelled in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from chancery.interface.charts.frame import WIDTH, coordinate, figure, number

LINE = 30
LABEL = 132
ROOM = 72


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. value: zero or more. shown: the value in words, else the number. colour: 1 to 6."""

    label: Any
    value: float
    shown: Any = ""
    colour: int = 1


def bar_chart(*, finding: Any, label: Any, measure: Any, bars: Sequence[Bar]) -> SafeString:
    """Return bars under a caption that states the finding.

    label, measure: heads of the table of numbers. Refuses negative values: bars start at zero.
    """
    if any(bar.value < 0 for bar in bars):
        raise ValueError("a bar starts at zero and cannot show a negative value")
    top = max((bar.value for bar in bars), default=0) or 1
    scale = (WIDTH - LABEL - ROOM) / top
    height = LINE * len(bars) + 8
    drawn = SafeString("").join(_bar(index, bar, scale) for index, bar in enumerate(bars))
    zero = format_html('<path class="axis zero" d="M{0} 0V{1}"/>', LABEL, height)
    rows = [(bar.label, bar.shown or number(bar.value)) for bar in bars]
    return figure(
        finding=finding,
        picture=SafeString(drawn) + zero,
        height=height,
        heads=(label, measure),
        rows=rows,
    )


def _bar(index: int, bar: Bar, scale: float) -> SafeString:
    middle = index * LINE + 4 + LINE / 2
    length = bar.value * scale
    return format_html(
        '<text x="{}" y="{}" text-anchor="end">{}</text><rect class="f{}" x="{}" y="{}" '
        'width="{}" height="{}"/>'
        '<text class="direct" x="{}" y="{}">{}</text>',
        LABEL - 8,
        coordinate(middle + 4),
        bar.label,
        bar.colour,
        LABEL,
        coordinate(middle - 9),
        coordinate(length),
        18,
        coordinate(LABEL + length + 6),
        coordinate(middle + 4),
        bar.shown or number(bar.value),
    )
