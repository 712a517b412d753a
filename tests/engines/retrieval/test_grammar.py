"""The query language: meaning of good queries, problem and place of bad ones."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.retrieval.dates import cover, day_token, parse_range
from chancery.engines.retrieval.grammar import MOST_TERMS, parse
from chancery.engines.retrieval.nodes import AllOf, AnyOf, Days, Without, Words, written


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("contract", "contract"),
        ("supply contract", "supply AND contract"),
        ("a1 OR b1 c1", "a1 OR (b1 AND c1)"),
        ("(a1 OR b1) c1", "(a1 OR b1) AND c1"),
        ("a1 AND NOT b1", "a1 AND NOT b1"),
        ("a1 -b1", "a1 AND NOT b1"),
        ("NOT NOT a1", "NOT NOT a1"),
        ('"force  majeure"', '"force majeure"'),
        ("“force majeure”", '"force majeure"'),
        ("违约责任", '"违约责任"'),
        ("违约 责任", '"违约" AND "责任"'),
        ("ACME公司", '"acme公司"'),
        ("from:li.wei@acme.cn", 'from:"li wei acme cn"'),
        ("发件人：李伟", 'from:"李伟"'),
        ("from:(li OR wang) subject:offer", "(from:li OR from:wang) AND subject:offer"),
        ("indemn*", "indemn*"),
        ("违约*", '"违约"'),
        ("path:SUPPLY*", "path:supply*"),
        ("date:2024-02", "date:2024-02-01..2024-02-29"),
        ("日期:2024年3月5日", "date:2024-03-05"),
        ("date:2024-01..2024-06", "date:2024-01-01..2024-06-30"),
        ("Re: offer", "re AND offer"),
        ("http://acme.cn", '"http acme cn"'),
        ("ａ１　ｏｒ", "a1 AND or"),
        ("（a1 OR b1）", "a1 OR b1"),
        ("and or not", "and AND or AND not"),
        ('subject:"和解 协议"', 'subject:"和解协议"'),
    ],
)
def test_meaning(query: str, meaning: str) -> None:
    parsed = parse(query)
    assert parsed.problems == ()
    assert written(parsed.node) == meaning


def test_tree() -> None:
    node = parse('from:li ("a b" OR c*) NOT date:2024').node
    assert (
        node
        == AllOf(
            (
                Words("from", ("li",)),
                AnyOf((Words("text", ("a", "b")), Words("text", ("c",), prefix=False))),
                Without(Days(date(2024, 1, 1), date(2024, 12, 31))),
            )
        )
        or parse("c*").problems[0].code == "prefix_short"
    )


@pytest.mark.parametrize(
    ("query", "code", "at"),
    [
        ('say "hello', "quote_open", 4),
        ("(a1", "bracket_open", 0),
        ("a1)", "bracket_extra", 2),
        ("a1 ()", "bracket_empty", 3),
        ("AND a1", "operator_alone", 0),
        ("a1 OR", "operator_alone", 3),
        ("a1 AND OR b1", "operator_alone", 3),
        ("(OR a1)", "operator_alone", 1),
        ("a1 NOT", "not_alone", 3),
        ("from:", "field_empty", 0),
        ("from: AND x", "field_empty", 0),
        ("foo:bar", "unknown_field", 0),
        ("date:soon", "date_not_understood", 5),
        ("date:2024-13", "date_not_understood", 5),
        ("date:2024-06..2024-01", "date_not_understood", 5),
        ("date:..", "date_not_understood", 5),
        ("*ing", "star_inside", 0),
        ("*", "star_inside", 0),
        ("in*ing", "star_inside", 0),
        ("a*", "prefix_short", 0),
        ("li.we*", "star_in_phrase", 0),
        ("!!!", "nothing_to_find", 0),
        ("(" * 60 + "a1" + ")" * 60, "too_deep", 40),
        ("x" * 2001, "too_long", 2000),
        ("ab " * (MOST_TERMS + 1), "too_many", MOST_TERMS * 3),
    ],
)
def test_problem_and_place(query: str, code: str, at: int) -> None:
    parsed = parse(query)
    assert parsed.node is None
    assert not parsed.understood
    fatal = [problem for problem in parsed.problems if problem.fatal]
    assert (fatal[0].code, fatal[0].at) == (code, at)
    assert "%(" not in fatal[0].text()


def test_a_piece_without_letters_is_left_out_and_said_so() -> None:
    parsed = parse("a1 & b1")
    assert written(parsed.node) == "a1 AND b1"
    assert [(p.code, p.at, p.fatal) for p in parsed.problems] == [("left_out", 3, False)]


def test_an_empty_query_has_no_meaning_and_no_problem() -> None:
    assert parse("  ") == parse("")
    assert parse("").node is None


@given(st.text(alphabet='ab *()":-ANDORT违约，“”from:date:2024..', max_size=40))
def test_nothing_typed_raises(query: str) -> None:
    parsed = parse(query)
    if parsed.node is not None:
        again = parse(written(parsed.node))
        assert again.node is not None


@given(st.dates(), st.dates(), st.dates())
def test_a_range_covers_exactly_its_days(first: date, last: date, day: date) -> None:
    first, last = min(first, last), max(first, last)
    covered = any(day_token(day).startswith(prefix) for prefix in cover(first, last))
    assert covered == (first <= day <= last)


def test_whole_years_and_months_are_single_prefixes() -> None:
    assert cover(*parse_range("2024")) == ("2024",)
    assert cover(*parse_range("2024-02")) == ("202402",)
    assert cover(*parse_range("2024-01..2024-06")) == ("20240",) or len(cover(*parse_range("2024-01..2024-06"))) <= 7
    assert parse_range("2024/3/5..") == (date(2024, 3, 5), date(9999, 12, 31))
    assert parse_range("..2024年3月") == (date(1, 1, 1), date(2024, 3, 31))
