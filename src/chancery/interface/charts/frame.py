"""What all charts share: scale, figure with the finding as caption, table of the numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

WIDTH = 460


def ticks(top: float, *, wanted: int = 4) -> list[float]:
    """Return round values from zero up to at least ``top``, which is zero or more."""
    if top <= 0:
        return [0.0, 1.0]
    rough = top / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))
    return [index * step for index in range(math.ceil(top / step - 1e-9) + 1)]


def number(value: float) -> str:
    """Return a value of an axis or a bar: grouped by thousands, at most two decimal places."""
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def coordinate(value: float) -> str:
    """Return a coordinate with at most one decimal place."""
    return f"{value:.1f}".removesuffix(".0")


def figure(
    *, finding: Any, picture: SafeString, height: int, heads: Sequence[Any], rows: Sequence[Sequence[Any]]
) -> SafeString:
    """Return a figure: caption that states the finding, picture, and the numbers in a table.

    heads: names of the table's columns; rows: their values, the first of each row names it.
    """
    table = format_html(
        '<details class="explain"><summary>{}</summary><div class="tables auto" role="region" tabindex="0" '
        'aria-label="{}"><table><caption class="hush">{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody>'
        "</table></div></details>",
        gettext("Show the numbers"),
        gettext("Numbers of the chart"),
        finding,
        format_html_join("", '<th scope="col">{}</th>', ((head,) for head in heads)),
        format_html_join("", "<tr>{}</tr>", ((_cells(row),) for row in rows)),
    )
    return format_html(
        '<figure class="chart"><figcaption>{}</figcaption><svg viewBox="0 0 {} {}" role="img" '
        'aria-label="{}">{}</svg>{}</figure>',
        finding,
        WIDTH,
        height,
        finding,
        picture,
        table,
    )


def _cells(row: Sequence[Any]) -> SafeString:
    head = format_html('<th scope="row">{}</th>', row[0])
    return head + format_html_join("", '<td class="num">{}</td>', ((value,) for value in row[1:]))
