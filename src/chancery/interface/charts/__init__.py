"""Charts as inline SVG made on the server: readable without script, printable, with their numbers beneath."""

from __future__ import annotations

from chancery.interface.charts.bars import Bar, bar_chart
from chancery.interface.charts.lines import Point, Series, burn_chart, line_chart

__all__ = ["Bar", "Point", "Series", "bar_chart", "burn_chart", "line_chart"]
