"""The order of reading, the repair queue, and what a person's repair does."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.pages.order import reading_rows
from chancery.engines.pages.recognised import Box, Line, RecognisedPage, joined
from chancery.engines.pages.repair import Repair, RepairRefused, merged, repair_queue
from chancery.engines.pages.turning import levelled, skew_of, stands_on_end, turned_points

AT = datetime(2026, 1, 1, tzinfo=UTC)


def box(left: float, top: float, wide: float, high: float = 0.02) -> Box:
    return left, top, left + wide, top + high


def page(*confidences: float, number: int = 1) -> RecognisedPage:
    lines = tuple(
        Line(f"line {place} of words", value, box(0.1, 0.1 + place * 0.05, 0.7))
        for place, value in enumerate(confidences)
    )
    return RecognisedPage(number, lines, reading_rows(boxes=[line.box for line in lines]))


def test_rows_from_the_top_and_the_left() -> None:
    boxes = [box(0.5, 0.101, 0.2), box(0.1, 0.30, 0.8), box(0.1, 0.10, 0.2)]
    assert reading_rows(boxes=boxes) == ((2, 0), (1,))


def test_columns_of_text_are_read_one_after_the_other_and_headings_stay_outside() -> None:
    heading = [box(0.1, 0.05, 0.8)]
    left = [box(0.08, 0.10 + n * 0.03, 0.38) for n in range(8)]
    right = [box(0.54, 0.10 + n * 0.03, 0.38) for n in range(8)]
    boxes = [*heading, *(both for pair in zip(left, right, strict=True) for both in pair)]
    assert reading_rows(boxes=boxes) == (
        (0,),
        *((1 + 2 * n,) for n in range(8)),
        *((2 + 2 * n,) for n in range(8)),
    )


def test_a_form_stays_in_rows() -> None:
    labels = [box(0.1, 0.1 + n * 0.03, 0.12) for n in range(8)]
    values = [box(0.5, 0.1 + n * 0.03, 0.15) for n in range(8)]
    assert reading_rows(boxes=[*labels, *values]) == tuple((n, n + 8) for n in range(8))


SIDE = st.floats(0, 0.9).map(lambda value: round(value, 3))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.builds(box, SIDE, SIDE, st.floats(0.01, 0.1)), max_size=40))
def test_every_line_is_read_once(boxes: list[Box]) -> None:
    rows = reading_rows(boxes=boxes)
    assert sorted(index for row in rows for index in row) == list(range(len(boxes)))


def test_the_queue_asks_the_dearest_first_and_nothing_twice() -> None:
    pages = [page(0.99, 0.79, 0.30, 0.95), page(number=2), page(*[0.5] * 4, 0.99, number=3)]
    queue = repair_queue(pages=pages)
    assert {(item.page, item.line): item.reason.code for item in queue} == {
        (3, None): "page_doubtful",
        (1, 2): "line_noise",
        (1, 1): "line_doubtful",
        (2, None): "page_silent",
    }
    assert (queue[0].page, queue[0].line) == (3, None)
    assert len(queue) == 4
    assert [item.cost for item in queue] == sorted((item.cost for item in queue), reverse=True)
    assert repair_queue(pages=[page(0.81, 0.99)]) == ()
    assert len(repair_queue(pages=[page(0.81, 0.99)], threshold=0.9)) == 1
    doubtful = replace(page(0.99), lines=(replace(page(0.99).lines[0], least=0.69),))
    assert [item.reason.code for item in repair_queue(pages=[doubtful])] == ["letter_doubtful"]
    assert repair_queue(pages=[doubtful], letter_threshold=0.5) == ()


def test_what_is_noise_stays_with_the_page_and_out_of_its_text() -> None:
    made = page(0.9, 0.3)
    assert made.text == "line 0 of words"
    assert len(made.lines) == 2
    whole = joined(pages=(made, page(0.7, number=2)))
    assert whole.text == "line 0 of words\fline 0 of words"
    assert (whole.pages, whole.low_lines) == (2, 1)
    assert whole.mean_confidence == pytest.approx(0.8)
    assert joined(pages=()).mean_confidence == 0.0


def test_a_repair_replaces_one_line_and_only_that() -> None:
    pages = (page(0.99, 0.4, 0.9), page(0.9, number=2))
    repairs = [Repair(1, 1, "line 1 of words", "  the right\n words ", "chen", AT)]
    fixed = merged(pages=pages, repairs=repairs)
    assert fixed[0].text == "line 0 of words\nthe right words\nline 2 of words"
    assert (fixed[0].lines[1].confidence, fixed[0].lines[1].read_by) == (1.0, "person")
    assert fixed[0].lines[1].box == pages[0].lines[1].box
    assert fixed[1] == pages[1]
    assert merged(pages=fixed, repairs=repairs) == fixed
    assert repair_queue(pages=fixed) == ()
    assert pages[0].lines[1].confidence == 0.4


def test_the_later_repair_holds_whatever_the_order() -> None:
    first = Repair(1, 0, "line 0 of words", "first", "a", AT)
    second = replace(first, text="second", by="b", at=AT.replace(hour=1))
    for repairs in ([first, second], [second, first]):
        assert merged(pages=[page(0.5)], repairs=repairs)[0].text == "second"


def test_a_line_can_be_emptied_or_added() -> None:
    gone = merged(pages=[page(0.5, 0.9)], repairs=[Repair(1, 0, "line 0 of words", "", "a", AT)])
    assert gone[0].text == "line 1 of words"
    fresh = Repair(1, None, "", "between", "a", AT, box(0.1, 0.125, 0.4))
    both = merged(pages=[page(0.9, 0.9)], repairs=[fresh])
    assert both[0].text == "line 0 of words\nbetween\nline 1 of words"
    assert merged(pages=both, repairs=[fresh]) == both
    turned = replace(page(0.9), turn=90)
    assert merged(pages=[turned], repairs=[fresh])[0].text == "line 0 of words\nbetween"


@pytest.mark.parametrize(
    ("repair", "code"),
    [
        (Repair(9, 0, "", "x", "a", AT), "page_unknown"),
        (Repair(1, 7, "", "x", "a", AT), "line_unknown"),
        (Repair(1, -1, "", "x", "a", AT), "line_unknown"),
        (Repair(1, 0, "something else", "x", "a", AT), "line_changed"),
        (Repair(1, None, "", "x", "a", AT, (0.5, 0.5, 0.4, 0.6)), "box_invalid"),
        (Repair(1, None, "", "x", "a", AT, (0.5, 0.5, math.nan, 0.6)), "box_invalid"),
    ],
)
def test_repairs_that_do_not_fit_are_refused(repair: Repair, code: str) -> None:
    with pytest.raises(RepairRefused) as refusal:
        merged(pages=[page(0.5)], repairs=[repair])
    assert refusal.value.code == code


def quads(*, angle: float, count: int = 6) -> np.ndarray:
    turn = np.radians(-angle)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    level = [[[100, y], [900, y], [900, y + 30], [100, y + 30]] for y in range(100, 100 + 60 * count, 60)]
    return (np.array(level, np.float64) @ matrix.T).astype(np.float32)


@pytest.mark.parametrize("angle", [-12.0, -0.5, 0.0, 3.0, 20.0])
def test_skew_is_measured_and_undone(angle: float) -> None:
    leaning = quads(angle=angle)
    assert skew_of(leaning) == pytest.approx(angle, abs=0.01)
    level = levelled(leaning, skew=angle)
    assert np.allclose(level[:, 0, 1], level[:, 1, 1], atol=0.05)
    assert not stands_on_end(leaning)


def test_text_on_end_and_points_of_turned_pictures() -> None:
    assert stands_on_end(quads(angle=0)[:, [0, 3, 2, 1], ::-1])
    assert not stands_on_end(quads(angle=0)[:0])
    width, height = 200, 100
    dot = np.zeros((height, width), np.uint8)
    dot[20, 150] = 1
    for turn in (0, 90, 180, 270):
        (y,), (x,) = np.nonzero(np.rot90(dot, -turn // 90))
        back = turned_points(np.array([[x + 0.5, y + 0.5]], np.float32), turn=turn, width=width, height=height)
        assert back.tolist() == [[150.5, 20.5]]
