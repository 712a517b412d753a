"""A hint names every place where its pattern may match: the search by shape finds what the plain search finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.text.extraction import dates, dates_european, people
from chancery.engines.text.extraction.calendar import day_value
from chancery.engines.text.extraction.extracting import extract
from chancery.engines.text.extraction.mentions import people_and_dates
from chancery.engines.text.extraction.shapes import matches, shape_of

PIECES = st.sampled_from(
    [
        *("May", "JAN", "Sept.", "August", "of ", "12", "1st", "2001", "'99", "3/4/2001", "2001-02-03", "20010203"),
        *("John", "Smith", "de la ", "van der ", "al-", "A.", "B", "KONG", "Ming", "LI", "O'Neil", "Émile", "é", "x"),
        *(
            " ",
            "  ",
            "\n",
            "-",
            "/",
            ",",
            ".",
            "_",
            "@",
            "day of ",
            "Zhang",
            "März",
            "de ",
            "1er",
            " to ",
            "and",
            "&",
            "Xiaoming",
            "ſept",
            "日",
        ),
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)
HINTED = [
    (people._PAIR, people._PAIR_HINT),
    (people._CAPITALS, people._CAPITALS_HINT),
    (people._SHOUTED_FIRST, people._SHOUTED_HINT),
    (dates._DAY_FIRST, dates._DAY_HINT),
    (dates._NUMERIC, dates._NUMERIC_HINT),
    (dates._COMPACT, dates._COMPACT_HINT),
]


def test_a_shape_has_one_byte_for_each_character() -> None:
    assert shape_of("Ab9 é日_") == b"Aa0 ??_"


@pytest.mark.parametrize(("pattern", "hint"), HINTED)
@settings(max_examples=300)
@given(text=TEXTS)
def test_no_place_is_missed(pattern: re.Pattern[str], hint: re.Pattern[bytes], text: str) -> None:
    found = [each.span() for each in matches(pattern, text, shape_of(text), hint)]
    assert found == [each.span() for each in pattern.finditer(text)]


@settings(max_examples=300)
@given(text=TEXTS)
def test_no_european_date_is_missed(text: str) -> None:
    years = [place.start() for place in dates._YEARS.finditer(shape_of(text))]
    found = {(one.start, one.end) for one in dates_european.find_european_dates(text=text, years=years)}
    plain = {
        each.span()
        for each in dates_european._DATE.finditer(text)
        if (month := dates_european._MONTHS.get(each["month"].casefold()))
        and day_value(each["year"], month, int(each["day"]))
    }
    assert found == plain


@settings(max_examples=300)
@given(text=TEXTS)
def test_no_month_is_missed(text: str) -> None:
    found = [each.span() for each in dates._months(text, shape_of(text))]
    assert found == [each.span() for each in dates._MONTH_FIRST.finditer(text)]


@given(text=TEXTS)
def test_people_and_dates_alone_are_those_of_the_whole_extraction(text: str) -> None:
    assert people_and_dates(text=text) == extract(text=text, kinds=("person", "date"))


def test_a_long_s_is_no_letter_of_a_month() -> None:
    assert extract(text="3 ſept 2001", kinds=("date",)) == ()
