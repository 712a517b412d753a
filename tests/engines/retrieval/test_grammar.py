"""The query language: meaning of good queries, problem and place of bad ones."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.retrieval.dates import cover, day_token, parse_range
from chancery.engines.retrieval.grammar import MOST_TERMS, parse
from chancery.engines.retrieval.nodes import AllOf, AnyOf, Days, Near, Numbers, Pattern, Without, Words
from chancery.engines.retrieval.writing import written


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
        ('a1 "or" b1', "a1 AND or AND b1"),
        ("and w/5 or", "and w/5 or"),
        ("a1 and w/5 or AND not", "a1 AND and w/5 or AND not"),
        ("(and OR or) pre/2 not", "(and OR or) pre/2 not"),
        ("or a1 and", "or AND a1 AND and"),
        ('subject:"和解 协议"', 'subject:"和解协议"'),
        ("*ing in?em colo?r* indemn!", "*ing AND in?em AND colo?r* AND indemn*"),
        ("a1 w/5 b1", "a1 w/5 b1"),
        ("a1 W/5 b1 NEAR/3 c1", "(a1 w/5 b1) w/3 c1"),
        ("a1 /5 b1 /s c1", "(a1 w/5 b1) w/s c1"),
        ("(a1 OR b*) w/5 (c1 w/3 d1)", "(a1 OR b*) w/5 (c1 w/3 d1)"),
        ("a1 pre/2 b1 AND c1 w/p d1", "a1 pre/2 b1 AND c1 w/p d1"),
        ("a1 NOT w/5 b1", "a1 NOT w/5 b1"),
        ("NOT a1 w/5 b1", "NOT a1 w/5 b1"),
        ("x1 a1 w/5 b1", "x1 AND a1 w/5 b1"),
        ("subject:(a1 w/5 b1)", "subject:a1 w/5 subject:b1"),
        ("supplier~ receive~1", "supplier~2 AND receive~1"),
        ("违?责任", '"违?责任"'),
        ("“上海。关于”", '"上海。关于"'),
        ('"force maj* clause"', '"force maj* clause"'),
        ('"did you ship?"', '"did you ship"'),
        ("1000..2000", "1000..2000"),
        ("size:>1mb pages:10..20", "size:1000001.. AND pages:10..20"),
        ("date:<2024-03", "date:..2024-02-29"),
        ("body:x1 正文:y1", "body:x1 AND body:y1"),
        ("and/or", '"and or"'),
        ('"w/o"', '"w o"'),
        ('"AND"', "and"),
    ],
)
def test_meaning(query: str, meaning: str) -> None:
    parsed = parse(query)
    assert parsed.problems == ()
    assert written(parsed.node) == meaning


@pytest.mark.parametrize(
    ("query", "meaning", "places"),
    [
        ("and or not", "and OR not", [4]),
        ("a1 and b1 or c1 not d1", "(a1 AND b1) OR (c1 AND NOT d1)", [3, 10, 16]),
        ("a1 And not (b1 Or c1)", "a1 AND NOT (b1 OR c1)", [3, 7, 15]),
        ("subject:offer or from:li", "subject:offer OR from:li", [14]),
        ("a1 or not b1 w/3 c1", "a1 OR NOT b1 w/3 c1", [3, 6]),
        ("a1 and -b1", "a1 AND NOT b1", [3]),
        ("违约 or 赔偿", '"违约" OR "赔偿"', [3]),
    ],
)
def test_operators_in_small_letters_are_read_as_such_and_said(query: str, meaning: str, places: list[int]) -> None:
    parsed = parse(query)
    assert [(problem.code, problem.at, problem.fatal) for problem in parsed.problems] == [
        ("operator_in_small_letters", at, False) for at in places
    ]
    assert written(parsed.node) == meaning
    assert parse(meaning).node == parsed.node


def words(*texts: str, field: str = "text") -> Words:
    return Words(field, tuple(Pattern("exact", text) for text in texts))


def test_tree() -> None:
    assert parse('from:li ("a b" OR c*) NOT date:2024 size:5').node == AllOf(
        (
            words("li", field="from"),
            AnyOf((words("a", "b"), Words("text", (Pattern("glob", "c*"),)))),
            Without(Days(date(2024, 1, 1), date(2024, 12, 31))),
            Numbers("size", 5, 5),
        )
    )
    assert parse("a1 pre/3 b1").node == Near(words("a1"), words("b1"), "words", 3, ordered=True)
    assert parse("a1 not w/s b1").node == Near(words("a1"), words("b1"), "sentence", negated=True)


def test_stems_are_for_words_outside_quotation_marks() -> None:
    node = parse('delivering "exact goods" 违约 12', stem=True).node
    assert node == AllOf(
        (Words("text", (Pattern("stem", "delivering"),)), words("exact", "goods"), words("违", "约"), words("12"))
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
        ("!!!", "nothing_to_find", 0),
        ("*", "wildcard_alone", 0),
        ("a1 *?*", "wildcard_alone", 3),
        ("违*任", "star_in_chinese", 0),
        ("w/5 a1", "operator_alone", 0),
        ("a1 w/5", "operator_alone", 3),
        ("a1 w/5 AND b1", "operator_alone", 3),
        ("a1 w/5 w/5 b1", "operator_alone", 3),
        ("a1 OR w/5 b1", "operator_alone", 3),
        ("a1 w/0 b1", "distance_wrong", 3),
        ("a1 w/ b1", "distance_wrong", 3),
        ("a1 w/x b1", "distance_wrong", 3),
        ("a1 w/-3 b1", "distance_wrong", 3),
        ("a1 pre/99999 b1", "distance_wrong", 3),
        ("w/o a1", "distance_wrong", 0),
        ("(a1 AND b1) w/5 c1", "near_operand", 12),
        ("(NOT a1) w/5 c1", "near_operand", 9),
        ("a1 w/5 date:2024", "near_operand", 3),
        ("a1 w/5 size:3", "near_operand", 3),
        ("subject:a1 w/5 b1", "near_fields", 11),
        ("(a1 OR subject:b1) w/5 c1", "near_fields", 19),
        ("a1 ~2", "fuzzy_wrong", 3),
        ('"a1 b1"~5', "not_of_this_language", 0),
        ("违约~", "fuzzy_wrong", 0),
        ("ab*~1", "fuzzy_wrong", 0),
        ("receive~9", "fuzzy_wide", 0),
        ("receive~0", "fuzzy_wide", 0),
        ("x~1", "fuzzy_wide", 0),
        ("20..10", "range_backwards", 0),
        ("size:big", "figure_not_understood", 5),
        ("size:9..3", "figure_not_understood", 5),
        ("size:..", "figure_not_understood", 5),
        ("pages:-1", "field_empty", 0),
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


@pytest.mark.parametrize(
    ("query", "meaning", "notes"),
    [
        ("a1 +5 b1", "a1 pre/5 b1", ["operator_read"]),
        ("a1 +s b1", "a1 pre/s b1", ["operator_read"]),
        ("tel +49 30", "tel AND 49 AND 30", []),
        ("a1 near5 b1 PRE3 c1", "(a1 w/5 b1) pre/3 c1", ["operator_read", "operator_read"]),
        ("a1 || b1 | c1", "a1 OR b1 OR c1", ["operator_read", "operator_read"]),
        ("a1 BUT NOT b1", "a1 AND NOT b1", []),
        ("a1 but not b1", "a1 AND NOT b1", ["operator_in_small_letters"]),
        ("a1 !b1", "a1 AND NOT b1", []),
        ("a1 w / 5 b1", "a1 w/5 b1", []),
        ("a1 w\\5 b1", "a1 w/5 b1", []),
        ("a1 within 5 words of b1", "a1 w/5 b1", []),
        ("a1 w/sentence b1 pre/para c1", "(a1 w/s b1) pre/p c1", []),
        ("a1 nw/5 b1", "a1 NOT w/5 b1", []),
        ("a1 not/p b1", "a1 NOT w/p b1", []),
        ("违约 或 赔偿 不含 利息", '"违约" OR ("赔偿" AND NOT "利息")', ["operator_read", "operator_read"]),
        ("违约 ｗ／１０ 赔偿", '"违约" w/10 "赔偿"', []),
        ("ＡＢＣ ＯＲ d1", "abc OR d1", []),
        ("违约 和", '"违约" AND 和', []),
        ("a1 w5 b1", "a1 AND w5 AND b1", ["distance_as_word"]),
        ("‘a1 b1’ 'c1 d1'", '"a1 b1" AND "c1 d1"', []),
        ("don't o'brien's", '"don t" AND "o brien s"', []),
        ("[1 TO 5] 1~~5", "1..5 AND 1..5", []),
        ("date:[2024-03-05 TO 2024-03-07]", "date:2024-03-05..2024-03-07", []),
        ("date:{2024-03-05 TO *]", "date:2024-03-06..", []),
        ("size:{5 to 9}", "size:6.. AND size:..8", []),
        ("date>=2024-03 size<5 from=ann", "date:2024-03-01.. AND size:..4 AND from:ann", []),
        ("date:20240305 date:2024Q2", "date:2024-03-05 AND date:2024-04-01..2024-06-30", []),
        ('date:"March 5, 2024" date:5-Mar-2024', "date:2024-03-05 AND date:2024-03-05", []),
        ("size:>1.5kb size:1,500", "size:1501.. AND size:1500", []),
        ("has:attachment NOT is:duplicate", "has:attachment AND NOT has:duplicate", []),
        ("is:attachment 有：附件", "has:attached AND has:attachment", []),
        ("Has-Attachment:no hasattachment:true", "NOT has:attachment AND has:attachment", []),
        ("attachments:>0 attachments:draft", "attachments:1.. AND attachment:draft", []),
        ("participants:(ann w/2 lee)", "from:ann w/2 from:lee OR to:ann w/2 to:lee", []),
        ("cc:ann bcc:bo recipients:cy", "cc:ann AND bcc:bo AND to:cy", []),
        ("file-type:pdf MD5:ab12 bates:X1", "type:pdf AND hash:ab12 AND number:x1", []),
        ("A1:B2", '"a1 b2"', []),
        ("from:ann*@b.c", 'from:"ann* b c" OR from:"ann* * b c" OR from:"ann* * * b c"', []),
        ("*@b.c", '"b c"', []),
    ],
)
def test_habits_of_other_systems(query: str, meaning: str, notes: list[str]) -> None:
    parsed = parse(query)
    assert [problem.code for problem in parsed.problems] == notes
    assert written(parsed.node) == meaning


@pytest.mark.parametrize(
    ("query", "code", "at", "instead"),
    [
        ("a1 NEAR b1", "not_of_this_language", 3, "late near/5 delivery"),
        ("a1 XOR b1", "not_of_this_language", 3, "(late NOT early) OR (early NOT late)"),
        ("a1 adj5 b1", "not_of_this_language", 3, "late pre/5 delivery"),
        ("a1 % b1", "not_of_this_language", 3, "late NOT delivery"),
        ('x1 "late delivery"~5', "not_of_this_language", 3, "late w/5 delivery"),
        ("date(mar 5 2024)", "not_of_this_language", 0, "date:2024-03-05"),
        ("atleast5(a1)", "not_of_this_language", 0, "(late OR delayed)"),
        ("cast%ings", "not_of_this_language", 0, "castings~1"),
        ("/cast.*/", "not_of_this_language", 0, "breach*"),
        ("offer^2", "not_of_this_language", 0, "offer"),
        ("N===", "not_of_this_language", 0, "N???"),
        ("after:2024-03-05", "unknown_field", 0, "date:>2024-03-05"),
        ("inclusive:true", "unknown_field", 0, "is:inclusive"),
        ("is:unread", "mark_unknown", 3, None),
        ("hasattachment:perhaps", "mark_unknown", 14, None),
        ("[ann TO bo]", "range_of_words", 0, None),
        ("date:3/5/2024", "date_not_understood", 5, None),
    ],
)
def test_what_has_no_meaning_here_is_refused_with_a_way_out(
    query: str, code: str, at: int, instead: str | None
) -> None:
    problem = parse(query).problems[-1]
    assert (problem.code, problem.at, problem.fatal, problem.params.get("instead")) == (code, at, True, instead)


PIECES = [
    "ab",
    "c*",
    "*d",
    "e?f",
    '"g',
    'h"',
    "(",
    ")",
    "AND",
    "OR",
    "NOT",
    "w/3",
    "pre/2",
    "w/s",
    "w/",
    "违约",
    "“",
    "”",
]
PIECES += [
    "+5",
    "+s",
    "||",
    "[1 TO 5]",
    "date:{2024 TO *]",
    "'",
    "has:bcc",
    "is:attachment",
    "participants:",
    "非",
    "或",
]
PIECES += ["attachments:", ">2", "hasattachment:no", "w / 3", "nw/4", "w5", "size>3", "but", "not", "5.."]
PIECES += ["~", "i~1", "-", "subject:", "date:", "2024..", "size:", "5", "?", "*", "!", "，"]


@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=14,
    ).map(" ".join)
    | st.text(alphabet='ab *?~!()":-ANDORTw/5sp违约，“”from:date:2024..', max_size=40)
)  # fmt: skip
def test_nothing_typed_raises_and_what_is_written_means_the_same(query: str) -> None:
    parsed = parse(query)
    assert parsed.node is not None or parsed.problems or not query.strip("」』» \u3000")
    if parsed.node is not None:
        assert parse(written(parsed.node)).node == parsed.node


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
