"""A hint names every place where its pattern may match: the search by shape finds what the plain search finds."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.text.extraction import dates, dates_european, people
from chancery.engines.text.extraction.calendar import day_value
from chancery.engines.text.extraction.extracting import extract
from chancery.engines.text.extraction.folding import fold
from chancery.engines.text.extraction.mentions import people_and_dates
from chancery.engines.text.extraction.shapes import marked, matches, matches_at, shape_of

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
STRONG = st.sampled_from(
    [
        *("Mr", "Mrs. ", "MS ", "Miss", "Messrs.", "Dr. ", "DR ", "Professor ", "Hon.", "Judge", "Justice ", "Sir "),
        *("Madam ", "Captain ", "Sen. ", "Governor ", "President ", "Chairman", "Attorney ", "As ", "Gov", "Capt"),
        *("Esq", "Ph.D", "PhD.", "M.D", "MD", "JD", "J.D.", "CPA", "Q.C", "QC", "KC", "S.C.", "LL.B", "LLM", "LL.M"),
        *(" ", " ", " ", ".", ",", "A", "Smith", "É", "日", "x", "_", "1", "van "),
    ]
)
HINTED = [
    (people._PAIR, people._PAIR_HINT),
    (people._CAPITALS, people._CAPITALS_HINT),
    (people._SHOUTED_FIRST, people._CAPITALS_HINT),
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


@settings(max_examples=200)
@given(text=st.lists(STRONG, max_size=10).map("".join))
def test_no_title_and_no_degree_is_missed(text: str) -> None:
    titles, degrees = people._strong_places(text)
    found = [each.span() for each in matches_at(people._TITLED, text, titles)]
    assert found == [each.span() for each in people._TITLED.finditer(text)]
    assert degrees == [each.start() for each in people._DEGREE.finditer(text)]


def test_marked_letters_are_all_the_same() -> None:
    assert marked("Mr. Dé Sad", b"MD", b"S") == b"Sr. S? Sad"


@pytest.mark.parametrize(
    ("before", "closes"),
    [
        *(("Best regards,", True), ("Thank you!\n\n", True), ("Yours truly ", True), ("sincerely yours.", True)),
        *(("Respectfully submitted", True), ("respectfully", False), ("Thanks ,", False), ("Thanks,,", False)),
        *(("REGARDS,", False), ("in this regard", False), ("", False), (",", False)),
    ],
)
def test_closing_words(before: str, closes: bool) -> None:
    assert people._closes(before) is closes


@given(text=TEXTS)
def test_a_pair_is_judged_by_its_own_words_alone(text: str) -> None:
    for match in people._PAIR.finditer(text):
        alone = people._PAIR.match(match[0])
        assert alone is not None and alone[0] == match[0] and alone.groups() == match.groups()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the deposition of Kelvin Ostrava", ["Kelvin Ostrava"]),
        ("Ostrava Brno said, quietly", ["Ostrava Brno"]),
        ("Ostrava Brno saidthat", []),
        ("he met with Ostrava Brno", ["Ostrava Brno"]),
        ("the end of Ostrava Brno", []),
    ],
)
def test_unknown_words_are_a_person_where_they_act(text: str, found: list[str]) -> None:
    assert [each.value for each in people_and_dates(text=text)] == found


def test_wide_signs_of_ascii_are_folded_as_unicode_does_and_four_stops_stay() -> None:
    wide = "".join(map(chr, range(0xFF01, 0xFF5F)))
    kept = {"\uff0c", "\uff1b", "\uff01", "\uff1f"}
    assert fold(wide) == "".join(sign if sign in kept else unicodedata.normalize("NFKC", sign) for sign in wide)
    assert fold("a\u3000b\xa0c\u2013d\u2019e\uffe5é日") == "a b c-d'e\xa5é日"
