"""Lines from a zero baseline with their uncertainty as a band and their name at their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from chancery.interface.charts.frame import WIDTH, coordinate, figure, number, ticks

HEIGHT, LEFT, RIGHT, TOP, FOOT, APART = 240, 52, 96, 16, 44, 22


@dataclass(frozen=True, slots=True)
class Point:
    """One measured value. low, high: limits of its uncertainty, None where there is none."""

    at: float
    value: float
    low: float | None = None
    high: float | None = None
    shown: Any = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line; points ascend in ``at``."""

    label: Any
    points: Sequence[Point]
    planned: bool = False


def line_chart(
    *,
    finding: Any,
    across: Any,
    up: Any,
    series: Sequence[Series],
    aim: float | None = None,
    aim_label: Any = "",
    top: float = 0,
) -> SafeString:
    """Return lines over a common zero baseline.

    across, up: names of the axes with their units. aim: a level to reach, drawn as a dotted line.
    top: the upper end of the axis if it is known (1 for shares). Refuses values below zero.
    """
    points = [point for line in series for point in line.points]
    if any(point.value < 0 for point in points):
        raise ValueError("lines start at zero here and cannot show a negative value")
    highest = max([top, aim or 0, *(point.high or point.value for point in points)])
    marks = [mark for mark in ticks(highest) if not top or mark <= top]
    plot = _Plot(
        first=min((p.at for p in points), default=0),
        last=max((p.at for p in points), default=1),
        top=max(marks),
    )
    parts = [plot.axis(marks), plot.ends(points, across, up)]
    if aim is not None:
        parts.append(plot.aim(aim, aim_label))
    places = plot.label_places(series)
    parts.extend(plot.line(index, line, places[index]) for index, line in enumerate(series))
    return figure(
        finding=finding,
        picture=SafeString("".join(parts)),
        height=HEIGHT,
        heads=(across, *(line.label for line in series)),
        rows=_rows(series),
    )


def burn_chart(*, finding: Any, across: Any, up: Any, done: Series, plan: Series) -> SafeString:
    """Return work left against the plan; the plan is the dashed line."""
    return line_chart(finding=finding, across=across, up=up, series=[done, replace(plan, planned=True)])


def _rows(series: Sequence[Series]) -> list[tuple[Any, ...]]:
    ats = sorted({point.at for line in series for point in line.points})
    known = [{point.at: point for point in line.points} for line in series]
    names = {point.at: point.shown for line in series for point in line.points if point.shown}
    return [(names.get(at, number(at)), *(_shown(line.get(at)) for line in known)) for at in ats]


def _shown(point: Point | None) -> str:
    if point is None:
        return "–"
    if point.low is None or point.high is None:
        return number(point.value)
    return gettext("%(value)s (%(low)s to %(high)s)") % {
        "value": number(point.value),
        "low": number(point.low),
        "high": number(point.high),
    }


@dataclass(frozen=True, slots=True)
class _Plot:
    first: float
    last: float
    top: float

    def x(self, at: float) -> float:
        return LEFT + (at - self.first) / ((self.last - self.first) or 1) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - FOOT - value / (self.top or 1) * (HEIGHT - FOOT - TOP)

    def place(self, at: float, value: float) -> str:
        return f"{coordinate(self.x(at))} {coordinate(self.y(value))}"

    def axis(self, marks: Sequence[float]) -> SafeString:
        return format_html_join(
            "",
            '<path class="axis{}" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
            (
                (
                    "" if mark else " zero",
                    LEFT,
                    coordinate(self.y(mark)),
                    WIDTH - RIGHT,
                    LEFT - 8,
                    coordinate(self.y(mark) + 4),
                    number(mark),
                )
                for mark in marks
            ),
        )

    def ends(self, points: Sequence[Point], across: Any, up: Any) -> SafeString:
        shown = {point.at: point.shown or number(point.at) for point in points}
        foot = HEIGHT - FOOT + 16
        return format_html(
            '<text x="{}" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>'
            '<text x="{}" y="{}" text-anchor="middle">{}</text><text x="{}" y="{}">{}</text>',
            LEFT,
            foot,
            shown.get(self.first, ""),
            WIDTH - RIGHT,
            foot,
            shown.get(self.last, ""),
            (LEFT + WIDTH - RIGHT) // 2,
            foot + 20,
            across,
            LEFT + 4,
            TOP,
            up,
        )

    def aim(self, value: float, label: Any) -> SafeString:
        level = self.y(value)
        return format_html(
            '<path class="aim" d="M{} {}H{}"/><text x="{}" y="{}">{}</text>',
            LEFT,
            coordinate(level),
            WIDTH - RIGHT,
            LEFT + 6,
            coordinate(level - 5),
            label,
        )

    def label_places(self, series: Sequence[Series]) -> dict[int, float]:
        """Return the height of each line's name, moved apart so that no two cover each other."""
        wanted = sorted(
            (self.y(line.points[-1].value) if line.points else 0.0, index) for index, line in enumerate(series)
        )
        heights: list[float] = []
        for height, _ in wanted:
            heights.append(max(height, heights[-1] + APART) if heights else height)
        over = max(heights[-1] - (HEIGHT - FOOT), 0) if heights else 0
        return {index: height - over for (_, index), height in zip(wanted, heights, strict=True)}

    def line(self, index: int, line: Series, label_at: float) -> SafeString:
        if not line.points:
            return SafeString("")
        style = 2 if line.planned and not index else min(index, 3) + 1
        path = "L".join(self.place(point.at, point.value) for point in line.points)
        return self.band(line) + format_html(
            '<path class="line l{}" d="M{}"/><text class="direct" x="{}" y="{}">{}</text>',
            style,
            path,
            coordinate(self.x(line.points[-1].at) + 8),
            coordinate(label_at + 4),
            line.label,
        )

    def band(self, line: Series) -> SafeString:
        known = [point for point in line.points if point.low is not None and point.high is not None]
        if len(known) < 2:
            return SafeString("")
        upper = [self.place(point.at, point.high or 0) for point in known]
        lower = [self.place(point.at, point.low or 0) for point in reversed(known)]
        return format_html('<path class="band" d="M{}Z"/>', "L".join([*upper, *lower]))
