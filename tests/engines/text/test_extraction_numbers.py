"""Check digits against the examples of their standards; dates and amounts against an independent writer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from bench.extraction import capitals
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.text.extraction import checksums
from chancery.engines.text.extraction.amounts import english_number
from chancery.engines.text.extraction.extracting import extract
from chancery.engines.text.extraction.numerals import chinese_number

DAYS = st.dates(date(1950, 1, 1), date(2049, 12, 31))
MONTHS = [date(2000, month, 1).strftime("%B") for month in range(1, 13)]


def values(text: str, kind: str) -> list[str]:
    return [one.value for one in extract(text=text, kinds=[kind])]


@pytest.mark.parametrize(
    ("check", "good"),
    [
        # ISO/IEC 7812-1 annex B; IBAN registry; ISO 17442 and GLEIF; GB 11643-1999; GB 32100-2015; ABA; HKID; TWID
        (
            lambda n: checksums.luhn(digits=n),
            ["79927398713", "4111111111111111", "378282246310005", "6011111111111117"],
        ),
        (lambda n: checksums.iban(number=n), ["GB29NWBK60161331926819", "DE89370400440532013000", "NO9386011117947"]),
        (lambda n: checksums.lei(number=n), ["5493001KJTIIGC8Y1R12", "213800WSGIIZCXF1P572"]),
        (lambda n: checksums.resident_id(number=n), ["11010519491231002X", "440524188001010014"]),
        (lambda n: checksums.uscc(number=n), ["91350100M000100Y43"]),
        (lambda n: checksums.aba_routing(digits=n), ["021000021", "011401533", "111000025"]),
        (lambda n: checksums.hong_kong_id(number=n), ["A1234563", "G123456A"]),
        (lambda n: checksums.taiwan_id(number=n), ["A123456789"]),
    ],
)
def test_published_numbers_pass_and_any_other_last_sign_fails(check, good) -> None:  # type: ignore[no-untyped-def]
    for number in good:
        assert check(number)
        for other in "0123456789AX":
            if other != number[-1]:
                assert not check(number[:-1] + other), (number, other)


@pytest.mark.parametrize(
    ("digits", "valid"),
    [
        ("123456780", True),
        ("000121234", False),
        ("666121234", False),
        ("900121234", False),
        ("123001234", False),
        ("123120000", False),
        ("078051120", False),
        ("219099999", False),
    ],
)
def test_social_security_numbers_follow_the_rules(digits: str, valid: bool) -> None:
    assert checksums.ssn(digits=digits) is valid
    shown = f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"
    assert (digits in values(f"SSN {shown}", "identity")) is valid


def test_employer_numbers_need_an_assigned_prefix() -> None:
    assert values("EIN 76-0511381", "identity") == ["760511381"]
    assert values("EIN 07-0511381, 19-1234567, 49-1234567", "identity") == []


def test_a_wrong_check_digit_is_no_finding() -> None:
    assert values("身份证11010519491231002X", "identity") == ["11010519491231002X"]
    assert values("身份证110105194912310021", "identity") == []
    assert values("card 4111 1111 1111 1111", "bank") == ["4111111111111111"]
    assert values("card 4111 1111 1111 1112", "bank") == []
    assert values("routing 021000021", "bank") == ["021000021"]
    assert values("routing 021000022\n\n021000021 alone", "bank") == []


@settings(max_examples=120, deadline=None)
@given(DAYS)
def test_a_day_is_read_in_every_form(day: date) -> None:
    wanted = day.isoformat()
    name = MONTHS[day.month - 1]
    spoken = "".join("〇一二三四五六七八九"[int(sign)] for sign in str(day.year))
    for form in (
        f"{day:%Y-%m-%d}",
        f"{day:%Y/%m/%d}",
        f"{name} {day.day}, {day.year}",
        f"{day.day} {name} {day.year}",
        f"the {day.day}th day of {name}, {day.year}",
        f"{day.day}-{name[:3]}-{day.year}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{spoken}年{day.month}月{day.day}日",
    ):
        assert values(f"于 {form}, 签", "date") == [wanted], form
    assert [one.value for one in extract(text=f"{day.day}/{day.month}/{day.year}", kinds=["date"], day_first=True)] == [
        wanted
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("二〇二五年三月十四日", ["2025-03-14"]),
        ("贰零贰伍年拾贰月叁拾壹日", ["2025-12-31"]),
        ("民国114年3月14日", ["2025-03-14"]),
        ("2025年3月", ["2025-03"]),
        ("三月十四日", ["--03-14"]),
        ("2023年2月29日 2024年2月29日", ["2024-02-29"]),
        ("February 30, 2025; 31 April 2024; 13/13/2025", []),
        ("12/31/01 10:30", ["2001-12-31"]),
        ("1/2/70 and 1/2/68", ["1970-01-02", "2068-01-02"]),
        ("13/02/2025 and 3/4/2025", ["2025-02-13", "2025-04-03"]),
        ("2025-03-14T09:30:00Z", ["2025-03-14"]),
        ("10.12.20.25, v1.2.2003.4, 3.10.2025", ["2025-10-03"]),
    ],
)
def test_dates(text: str, wanted: list[str]) -> None:
    assert values(text, "date") == wanted


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 99_999_999))
def test_financial_capitals_are_read_exactly(number: int) -> None:
    assert chinese_number(capitals(number)) == number
    assert values(f"人民币{capitals(number)}元整", "amount") == [f"CNY {Decimal(number):.2f}"]


@pytest.mark.parametrize(
    ("signs", "number"),
    [
        ("十", 10),
        ("廿一", 21),
        ("一百零五", 105),
        ("一万五", 15000),
        ("三千亿", 300000000000),
        ("一亿二千万", 120000000),
        ("两千三百五", 2350),
        ("一百五", 150),
        ("二〇二五", 2025),
        ("万", None),
        ("一二百", None),
        ("", None),
        ("一个", None),
    ],
)
def test_chinese_numbers(signs: str, number: int | None) -> None:
    assert chinese_number(signs) == number


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("US$1.5 million, HK$20k, €12bn, £3", ["USD 1500000.00", "HKD 20000.00", "EUR 12000000000.00", "GBP 3.00"]),
        ("RMB 3,500.25 and JPY 1000", ["CNY 3500.25", "JPY 1000"]),
        ("3.5万元、12元5角、一亿二千万美元", ["CNY 35000.00", "CNY 12.50", "USD 120000000.00"]),
        ("人民币100万", ["CNY 1000000.00"]),
        ("One Million Five Hundred Thousand and 25/100 Dollars", ["USD 1500000.25"]),
        ("million dollar idea, 12 元素, 元旦, 3 units", []),
        ("EUR 1.234567", ["EUR 1.234567"]),
    ],
)
def test_amounts(text: str, wanted: list[str]) -> None:
    assert values(text, "amount") == wanted


def test_english_number_words() -> None:
    assert english_number("two hundred and five thousand and twelve") == 205_012
    assert english_number("ninety-nine") == 99
    assert english_number("and a") is None
