"""Words, cells, tags, forms and charts as they are drawn, in both languages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polib
import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from chancery.foundation.evidence import Reason
from chancery.foundation.money import Money
from chancery.interface import words
from chancery.interface.charts import Bar, Point, Series, bar_chart, line_chart
from chancery.interface.charts.frame import ticks
from chancery.interface.components import Card, Lane, Progress
from chancery.interface.tables import DateCell, MoneyCell, TagCell, TextCell
from interface.conftest import INTERFACE
from interface.gallery import RequestForm

AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


def drawn(source: str, **values: object) -> str:
    return Template("{% load chancery i18n %}" + source).render(Context(values))


def test_amounts_always_show_their_currency() -> None:
    assert words.money_words(Money(Decimal("-1234567.005"), "CNY")) == "−CNY 1,234,567.01"
    assert words.money_words(Money(Decimal("12400"), "JPY")) == "JPY 12,400"


def test_dates_follow_language_and_time_zone() -> None:
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        assert words.moment_words(AT) == "21 Nov 2026 07:30"
        with translation.override("zh-hans"):
            assert words.day_words(AT) == "2026年11月21日"
        assert words.date_iso(AT) == "2026-11-21 07:30"
        assert str(DateCell(AT)) == "<time>2026-11-21 07:30</time>"
    assert words.day_words(date(2026, 2, 3)) == "3 Feb 2026"


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (99_499, "99.5 kB"), (999_499, "999 kB"), (999_500, "1.0 MB")],
)
def test_sizes(size: int, text: str) -> None:
    assert words.bytes_words(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (372, "6 minutes"),
        (7500, "2 h 5 min"),
        (259200, "3 days"),
    ],
)
def test_spans(seconds: float, text: str) -> None:
    assert words.span_words(seconds) == text


def test_cells_and_tags_escape_what_they_show() -> None:
    assert str(TagCell("<b>", "ok")) == '<span class="tag ok">&lt;b&gt;</span>'
    assert str(TextCell("合同", "zh-Hans")) == '<span lang="zh-Hans">合同</span>'
    assert drawn("{{ cell }}", cell=MoneyCell(Money(Decimal(5), "USD"))) == "USD 5.00"
    assert drawn("{% passage text 'zh-Hans' %}", text="<i>") == '<span lang="zh-Hans">&lt;i&gt;</span>'
    assert drawn("{% inserted 'x' %}") == '<ins><span class="hush">inserted: </span>x</ins>'


def test_initials() -> None:
    assert [drawn("{{ n|initials }}", n=name) for name in ("Li Wei", "欧阳明", "Ortiz", "")] == ["LW", "阳明", "O", ""]


def test_reasons_fill_their_placeholders() -> None:
    html = drawn(
        '{% include "chancery/components/explain.html" %}', reasons=[Reason("n", "%(n)s documents", {"n": 7}, -4)]
    )
    assert "7 documents" in html
    assert "−4" in html


def test_fields_join_label_hint_and_error() -> None:
    form = RequestForm({"kind": "review"})
    html = drawn("{% form_field form.client %}", form=form)
    assert 'aria-describedby="id_client_hint id_client_problem"' in html
    assert 'aria-invalid="true"' in html
    assert '<label for="id_client">' in html
    assert 'data-show-when="kind=other"' in drawn("{% form_field form.which %}", form=form)
    group = drawn("{% form_field form.kind %}", form=form)
    assert group.count("<legend>") == 1
    assert 'id="id_kind_0"' in group
    summary = drawn('{% include "chancery/components/errors.html" %}', form=form)
    assert re.findall(r'href="(#[^"]+)"', summary) == ["#id_client", "#id_place"]


def test_progress_stops_asking_when_it_has_no_address() -> None:
    running = Progress("j", "Reading", 3, 9, "files", 40, "/p/", "/c/")
    html = drawn('{% include "chancery/components/progress.html" %}', progress=running, csrf_token="t")
    assert 'data-poll="1500" data-src="/p/"' in html
    assert "3 of 9 files" in html
    assert "about 40 seconds left" in html
    over = Progress("j", "Reading", 9, 9, "files")
    assert "data-poll" not in drawn('{% include "chancery/components/progress.html" %}', progress=over)


def test_lane_over_its_limit() -> None:
    cards = [Card("a"), Card("b")]
    assert [Lane("x", cards, limit).over for limit in (0, 1, 2)] == [False, True, False]


def test_ticks_are_round_and_reach_the_top() -> None:
    assert ticks(1) == [0, 0.25, 0.5, 0.75, 1]
    assert ticks(8400) == [0, 2500, 5000, 7500, 10000]
    assert ticks(0) == [0, 1]


def test_bars_start_at_zero_and_keep_their_proportion() -> None:
    chart = bar_chart(finding="F & G", label="L", measure="M", bars=[Bar("a", 20), Bar("b", 5)])
    lengths = [float(width) for width in re.findall(r'<rect[^>]* width="([\d.]+)"', chart)]
    assert lengths[0] == pytest.approx(4 * lengths[1], abs=0.2)
    assert "<figcaption>F &amp; G</figcaption>" in chart
    assert re.findall(r'<th scope="row">(\w)</th><td class="num">(\d+)</td>', chart) == [("a", "20"), ("b", "5")]
    with pytest.raises(ValueError, match="zero"):
        bar_chart(finding="", label="", measure="", bars=[Bar("a", -1)])


def test_lines_draw_their_uncertainty_and_names_apart() -> None:
    measured = Series("one", [Point(0, 0.2, 0.1, 0.3), Point(1, 0.9, 0.8, 1.0)])
    chart = line_chart(
        finding="F", across="x", up="y", series=[measured, Series("two", [Point(0, 0.2), Point(1, 0.9)])], top=1
    )
    assert chart.count('class="band"') == 1
    heights = [float(y) for y in re.findall(r'class="direct" x="[\d.]+" y="([\d.]+)"', chart)]
    assert heights[1] - heights[0] >= 19
    assert "0.9 (0.8 to 1)" in chart


def test_every_string_of_the_interface_is_translated() -> None:
    catalogue = polib.pofile(str(INTERFACE / "locale/zh_Hans/LC_MESSAGES/django.po"))
    known = {entry.msgid for entry in catalogue}
    assert [entry.msgid for entry in catalogue if not (entry.msgstr or entry.msgstr_plural)] == []
    for entry in catalogue:
        held = re.findall(r"%\(\w+\)[sd]|\{\w+\}", entry.msgid)
        given = re.findall(r"%\(\w+\)[sd]|\{\w+\}", entry.msgstr or entry.msgstr_plural[0])
        assert sorted(held) == sorted(given), entry.msgid
    assert used_strings() - known == set()


def used_strings() -> set[str]:
    found: set[str] = set()
    for path in INTERFACE.rglob("*.html"):
        found |= strings_of_template(path)
    for path in INTERFACE.rglob("*.py"):
        found |= set(re.findall(r'gettext(?:_lazy)?\(\s*"([^"]+)"', path.read_text()))
    return found


def strings_of_template(path: Path) -> set[str]:
    text = path.read_text()
    found = {one or two for one, two in re.findall(r"""\{% translate (?:"([^"]*)"|'([^']*)')""", text)}
    found |= set(re.findall(r'_\("([^"]*)"\)', text))
    for block in re.findall(r"\{% blocktranslate[^%]*%\}(.*?)\{% endblocktranslate %\}", text, re.S):
        found.add(re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", block.split("{% plural %}")[0]))
    return found
