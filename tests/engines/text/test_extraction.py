"""What a text names: offsets that fit, values in their normal form, look-alikes left alone."""

from __future__ import annotations

import pytest
from bench.extraction import NOTHING, measure
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.text.extraction.extracting import extract
from chancery.engines.text.extraction.values import KINDS, Entity, ExtractionRefused

SIGNS = st.sampled_from(
    [
        *("0123456789 \n\t.,-/:;()（）@#$¥€%+年月日号元万亿人民币整壹佰第路室éاｅ１\u3000\x00\ud800\U0001f600"),
        *("Mr. ", "Inc.", "Ltd", "May ", "March 4", "John ", "Smith", "dollars", "有限公司", "身份证", "法定代表人："),
        *("王伟", "http://", "www.", ".com", "IBAN ", "GB82 WEST", "SWIFT"),
    ]
)


def values(text: str, kind: str) -> list[str]:
    return [one.value for one in extract(text=text, kinds=[kind])]


@settings(max_examples=300, deadline=None)
@given(st.lists(SIGNS, max_size=60).map("".join))
def test_any_text_gives_ordered_findings_inside_it(text: str) -> None:
    found = extract(text=text)
    assert list(found) == sorted(found, key=lambda one: (one.start, one.end, one.kind))
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert 0 < one.confidence <= 1
        assert one.kind in KINDS
        assert one.value
    assert extract(text=text) == found


def test_fewer_kinds_give_the_same_findings_of_those_kinds() -> None:
    text = "On March 14, 2025 Mr. John Smith of Harbor LLC paid USD 1,200 from 12 Maple Street, Houston, TX 77002."
    everything = extract(text=text)
    assert {one.kind for one in everything} == {"date", "person", "organisation", "amount", "address", "language"}
    for kind in KINDS:
        assert extract(text=text, kinds=[kind]) == tuple(one for one in everything if one.kind == kind)


def test_an_unknown_kind_is_refused_by_its_code() -> None:
    with pytest.raises(ExtractionRefused) as refusal:
        extract(text="x", kinds=["date", "colour"])
    assert refusal.value.code == "kind_unknown"
    assert refusal.value.params == {"kind": "colour"}


def test_confidence_cuts() -> None:
    text = "Due 3/4/2025 and 2025-04-03."
    assert [one.confidence for one in extract(text=text, kinds=["date"])] == [0.5, 0.97]
    assert values(text, "date") == ["2025-03-04", "2025-04-03"]
    assert [one.value for one in extract(text=text, kinds=["date"], least_confidence=0.6)] == ["2025-04-03"]


@pytest.mark.parametrize("sentence", NOTHING)
def test_hard_negatives_name_nothing(sentence: str) -> None:
    assert [one for one in extract(text=sentence) if one.kind != "language"] == []


def test_the_labelled_set_is_read_almost_without_error() -> None:
    scores, _, _ = measure(documents=60, seed=11)
    for kind, score in scores.items():
        assert score.precision >= 0.97, (kind, score.examples[:5])
        assert score.recall >= (0.85 if kind == "person" else 0.97), (kind, score.examples[:5])
        assert score.right > 5


def test_a_number_has_one_kind() -> None:
    text = "身份证号码11010519491231002X，电话13812345678，卡号6222021234567890128"
    found = [(one.kind, one.value) for one in extract(text=text) if one.kind != "language"]
    assert ("identity", "11010519491231002X") in found
    assert ("phone", "+8613812345678") in found
    assert len({value for _, value in found}) == len(found)


def test_full_width_forms_keep_their_offsets() -> None:
    text = "电话：（０２１）６２３４５６７８　日期：２０２５年３月１４日"
    assert [(one.value, text[one.start : one.end]) for one in extract(text=text, kinds=["phone", "date"])] == [
        ("+862162345678", "（０２１）６２３４５６７８"),
        ("2025-03-14", "２０２５年３月１４日"),
    ]


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ('"Kean, Steven J." <skean@example.com>', "person", ["Kean, Steven J."]),
        ("Kay Mann/Corp/Enron@ENRON wrote", "person", ["Kay Mann"]),
        ("Respectfully submitted,\n\nOdette B. Quillfeather\n", "person", ["Odette B. Quillfeather"]),
        ("Barton's and Dr. Barton's view", "person", ["Barton"]),
        ("Will Smith called; Will You Go; Grant Thornton", "person", ["Will Smith"]),
        ("ZHANG Wei and Li Xiaoming in Hong Kong", "person", ["ZHANG Wei", "Li Xiaoming"]),
        ("原告欧阳雪诉被告王小明，王先生未到庭。", "person", ["欧阳雪", "王小明", "王"]),
        ("Harbor & Vale LLC.", "organisation", ["Harbor & Vale LLC"]),
        ("Reliant and Bank of America, N.A. sued", "organisation", ["Bank of America, N.A"]),
        (
            "由上海市第一中级人民法院和中国工商银行股份有限公司深圳分行",
            "organisation",
            ["上海市第一中级人民法院", "中国工商银行股份有限公司深圳分行"],
        ),
        ("(713) 853-1234 x22 or +44 (0)20 7946 0958", "phone", ["+17138531234x22", "+442079460958"]),
        ("111-222-3333, 911-555-0100, 713-111-2222", "phone", []),
        ("联系电话：0755-26001234转8001", "phone", ["+8675526001234x8001"]),
        ("P.O. Box 12, Albany, NY 12207", "address", ["P.O. Box 12, Albany, NY 12207"]),
        ("10 Downing Street,\nLondon SW1A 2AA", "address", ["10 Downing Street, London SW1A 2AA"]),
        ("住广东省深圳市南山区科技园南路12号501室。", "address", ["广东省深圳市南山区科技园南路12号501室"]),
        ("(see http://a.example/b_(c).)", "url", ["http://a.example/b_(c)"]),
        ("邮箱abc@x.com联系", "email", ["abc@x.com"]),
        ("Ask ferc.gov, not file.doc or end.in the", "domain", ["ferc.gov"]),
    ],
)
def test_forms(text: str, kind: str, wanted: list[str]) -> None:
    assert values(text, kind) == wanted


def test_languages_are_stretches() -> None:
    english = "The Supplier shall deliver the goods within thirty days after receipt of each order."
    chinese = "卖方应当在收到每份订单后三十日内交付货物，并承担运输途中的全部风险。"
    text = f"{english}\n{english}\n\n{chinese}\n{english}"
    found = extract(text=text, kinds=["language"])
    assert [one.value for one in found] == ["en", "zh", "en"]
    assert text[found[1].start : found[1].end] == chinese


def test_entities_are_plain_frozen_values() -> None:
    one = Entity("date", "2025-03-14", 0, 10, 0.9, "date.iso")
    with pytest.raises(AttributeError):
        one.value = "x"  # type: ignore[misc]
