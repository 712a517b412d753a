"""Block billing, vagueness and duplicates in English and Chinese."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.billing.duplicates import Billed, Received, duplicate_invoice, duplicate_lines
from chancery.engines.billing.narratives import cost_subjects, is_block, parts_of, read_narrative, vagueness

DAY = date(2026, 3, 12)


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("Research limitation issue for motion", ("research",)),
        ("Review and analyze supplier agreements", ("review",)),
        ("Revise draft of motion for summary judgment", ("draft",)),
        ("Draft motion to dismiss; confer with client; attend hearing", ("draft", "communicate", "attend")),
        ("Prepare for and attend deposition of J. Doe", ("plan", "attend")),
        ("Telephone conference with John Doe", ("communicate",)),
        ("起草答辩状；与客户电话沟通、检索判例", ("draft", "communicate", "research")),
        ("审阅损害赔偿模型", ("review",)),
        ("参加庭审并整理笔录", ("attend", "manage")),
        ("", ()),
    ],
)
def test_kinds_of_activity(text: str, classes: tuple[str, ...]) -> None:
    assert read_narrative(text=text).classes == classes


@pytest.mark.parametrize(
    ("classes", "hours", "block"),
    [(1, "8", False), (2, "0.9", False), (2, "1.0", True), (3, "0.1", True)],
)
def test_block_billing_threshold(classes: int, hours: str, block: bool) -> None:
    """Flag two activities from one hour on, or three in any time."""
    assert is_block(classes=classes, hours=Decimal(hours)) is block


def test_parts_name_their_places() -> None:
    text = "Draft motion to dismiss; confer with client"
    assert [(text[span.start : span.end], kind) for span, kind in parts_of(text=text)] == [
        ("Draft motion to dismiss", "draft"),
        ("confer with client", "communicate"),
    ]
    chinese = "起草答辩状；检索判例"
    assert [chinese[span.start : span.end] for span, _ in parts_of(text=chinese)] == ["起草答辩状", "检索判例"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Attention to file", "phrase"),
        ("Work on case", "phrase"),
        ("Legal services as needed for matter", "phrase"),
        ("Review exhibit list", "short"),
        ("", "empty"),
        ("Review of various documents and other materials", "no_object"),
        ("Research limitation issue for motion", ""),
        ("Case management conference before Judge Roe on schedule", ""),
        ("处理案件", "phrase"),
        ("跟进案件相关事宜", "phrase"),
        ("审阅合同", "short"),
        ("审阅损害赔偿模型", ""),
        ("与对方律师电话商讨和解方案条款", ""),
    ],
)
def test_vagueness(text: str, why: str) -> None:
    assert vagueness(reading=read_narrative(text=text)) == why


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("Business class flight to Ohio", {"first_class"}),
        ("Office supplies and handling charge", {"overhead", "markup"}),
        ("高铁商务座", {"first_class"}),
        ("快递代办费", {"markup"}),
        ("Filing fee", set()),
    ],
)
def test_subjects_of_costs(text: str, subjects: set[str]) -> None:
    assert cost_subjects(text=text) == subjects


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_narrative_is_read(text: str) -> None:
    reading = read_narrative(text=text)
    assert len(set(reading.classes)) == len(reading.classes)
    for span, _ in parts_of(text=text):
        assert text[span.start : span.end].strip() == text[span.start : span.end] != ""


def billed(key: str, text: str = "Draft answer on damages", **changes: object) -> Billed:
    given = {"matter": "M", "person": "T1", "day": DAY, "units": Decimal(1), **changes}
    return Billed(key=key, text=text, **given)  # type: ignore[arg-type]


def kinds(*lines: Billed) -> list[tuple[str, str, str]]:
    return [(pair.first, pair.second, pair.kind) for pair in duplicate_lines(lines=lines)]


def test_kinds_of_duplicates() -> None:
    assert kinds(billed("1"), billed("2")) == [("1", "2", "same_line")]
    assert kinds(billed("1"), billed("2", units=Decimal(2))) == [("1", "2", "same_text")]
    assert kinds(billed("1"), billed("2", day=DAY + timedelta(days=7))) == [("1", "2", "same_text")]
    assert kinds(billed("1"), billed("2", day=DAY + timedelta(days=8))) == []
    assert kinds(billed("1"), billed("2", "Draft answer on damage", units=Decimal(2))) == [("1", "2", "near_text")]
    assert kinds(billed("1"), billed("2", "Review the lease schedule of Ohio plant")) == []
    assert kinds(billed("1"), billed("2", matter="N")) == []
    assert kinds(billed("1"), billed("2", person="T2")) == [("1", "2", "same_text_by_another")]
    assert kinds(billed("1", "审阅供货合同附件一"), billed("2", "审阅供货合同附件一 ")) == [("1", "2", "same_line")]


@settings(max_examples=30, deadline=None)
@given(
    st.permutations([billed(str(n), t) for n, t in enumerate(["Draft answer", "draft answer", "Draft answers", "x"])])
)
def test_duplicates_do_not_depend_on_order(lines: list[Billed]) -> None:
    assert duplicate_lines(lines=lines) == duplicate_lines(lines=sorted(lines))


def test_duplicate_invoices() -> None:
    march = (date(2026, 3, 1), date(2026, 3, 31))
    first = Received("F", "1", Decimal(10), *march)
    assert duplicate_invoice(invoice=first, earlier=[first]) == ("same", "1")
    assert duplicate_invoice(invoice=Received("F", "2", Decimal(10), *march), earlier=[first]) == ("likely", "1")
    assert duplicate_invoice(invoice=Received("G", "1", Decimal(10), *march), earlier=[first]) == ("", "")
    assert duplicate_invoice(invoice=Received("F", "2", Decimal(11), *march), earlier=[first]) == ("", "")
