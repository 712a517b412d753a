"""Jurisdictions and languages by code, and the script of a text."""

from __future__ import annotations

import pytest

from chancery.foundation.jurisdictions import UnknownJurisdiction, jurisdiction, jurisdictions, within
from chancery.foundation.languages import LANGUAGES, UnknownLanguage, guess, han_share, language


def test_states_and_names() -> None:
    states = [code for code in jurisdictions() if code.startswith("US-")]
    assert len(states) == 50 + 4
    assert jurisdiction(code="us-ny").name(language="en") == "New York"
    assert jurisdiction(code="US_CA").name(language="zh-hans") == "加利福尼亚州"
    assert jurisdiction(code="UK").code == "GB"
    assert all(one.name_en and one.name_zh for one in jurisdictions().values())
    assert all(one.parent in jurisdictions() for one in jurisdictions().values() if one.parent)


def test_parts_lie_within_the_whole() -> None:
    assert within(code="US-NY", other="US")
    assert within(code="GB-EAW", other="UK")
    assert not within(code="US", other="US-NY")
    assert not within(code="US-NY", other="US-CA")


def test_unknown_codes_are_refused() -> None:
    with pytest.raises(UnknownJurisdiction) as place:
        jurisdiction(code="US-XX")
    assert place.value.code == "unknown_jurisdiction"
    assert "US-XX" in str(place.value)
    with pytest.raises(UnknownLanguage):
        language(tag="tlh")


def test_language_tags() -> None:
    assert language(tag="zh_CN").tag == "zh-Hans"
    assert language(tag="ZH-TW").tag == "zh-Hant"
    assert language(tag="en-GB").tag == "en"
    assert language(tag="de").name(language="zh-Hans") == "德语"
    assert all(one.own_name for one in LANGUAGES.values())


def test_script_of_a_text() -> None:
    assert han_share("合同 contract") == pytest.approx(2 / 10)
    assert han_share("，。 12") == 0.0
    assert han_share("供货争议") == 1.0
    assert guess(text="本合同由甲乙双方签订，Acme Ltd 为买方。") == "zh"
    assert guess(text="The buyer 买方 shall pay within thirty days of the invoice.") == "en"
    assert guess(text="") == "en"
