"""Names that mean the same and names that do not, in English, Chinese and across."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.screening.names import NameMatch, anatomy, match
from chancery.engines.screening.parts import simplified
from chancery.engines.screening.pinyin import person_keys


def compare(name: str, other: str) -> NameMatch | None:
    found = match(name=name, others=[("x", other)])
    return found[0] if found else None


@pytest.mark.parametrize(
    ("name", "other", "level"),
    [
        # legal forms, punctuation, case, accents
        ("Brightwater Ltd", "BRIGHTWATER LIMITED", "exact"),
        ("Brightwater Co., Ltd.", "Brightwater Company Limited", "exact"),
        ("The Brightwater Company, Inc.", "Brightwater Company Inc", "exact"),
        ("Brightwater Ltd.", "Brightwater, Inc.", "strong"),
        ("Brightwater LLC", "Brightwater", "strong"),
        ("Köhler GmbH", "Kohler GmbH", "exact"),
        ("Köhler GmbH", "Koehler GmbH", "review"),
        ("Procter & Gamble", "Procter and Gamble", "exact"),
        ("O'Brien Foods plc", "OBrien Foods PLC", "exact"),
        # industry and place words
        ("Brightwater Holdings Ltd", "Brightwater Trading Ltd", "review"),
        ("Brightwater", "Brightwater International Group Ltd", "review"),
        ("Brightwater (Hong Kong) Ltd", "Brightwater Ltd", "strong"),
        # persons
        ("Doyle, Margaret", "Margaret Doyle", "exact"),
        ("Margaret Doyle", "Doyle Margaret", "strong"),
        ("M. Doyle", "Margaret Doyle", "review"),
        ("Mr. Margaret Doyle Esq.", "Margaret Doyle", "exact"),
        ("Jon Haverford", "John Haverford", "strong"),
        ("Jon Smith", "John Smith", "review"),
        ("Jonathon Haverford", "Jonathan Haverford", "strong"),
        ("Li Xiao Ming", "Li Xiaoming", "strong"),
        ("Xiaoming Li", "Li Xiao Ming", "strong"),
        # Chinese persons
        ("陳偉", "陈伟", "exact"),
        ("王小明先生", "王小明", "exact"),
        ("王小明", "王晓明", "review"),
        # Chinese companies
        ("上海宏達貿易有限公司", "上海宏达贸易有限公司", "exact"),
        ("宏达贸易（上海）有限公司", "上海宏达贸易股份有限公司", "strong"),
        ("深圳市腾云科技有限公司", "腾云科技有限责任公司", "strong"),
        ("北京市金桥律师事务所", "金桥律师事务所", "strong"),
        ("上海宏达科技有限公司", "上海宏达贸易有限公司", "review"),
        # across scripts
        ("王伟", "Wang Wei", "review"),
        ("王伟", "Wei Wang", "review"),
        ("王伟", "WANG, Wei", "review"),
        ("曾国强", "Zeng Guoqiang", "review"),
        ("单雄信", "Shan Xiongxin", "review"),
        ("仇英", "Qiu Ying", "review"),
        ("解珍", "Xie Zhen", "review"),
        ("欧阳娜", "Na Ouyang", "review"),
        ("歐陽娜", "Ouyang Na", "review"),
        ("吕布", "Lv Bu", "review"),
        ("吕布", "Lyu Bu", "review"),
        ("吕布", "Lu Bu", "review"),
        ("重阳", "Chong Yang", "review"),
        ("上海宏达贸易有限公司", "Shanghai Hongda Trading Co., Ltd.", "review"),
        ("深圳市腾云科技有限公司", "Tengyun Technology (Shenzhen) Co Ltd", "review"),
        ("Wang Wei (王伟)", "王伟", "exact"),
    ],
)
def test_true_pairs(name: str, other: str, level: str) -> None:
    forth, back = compare(name, other), compare(other, name)
    assert forth is not None
    assert back is not None
    assert forth.level == level
    assert (back.level, back.score) == (forth.level, forth.score)
    assert forth.reasons
    assert 0 < forth.score <= 1


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Northern Trust", "Southern Trust"),
        ("First National Bank", "Second National Bank"),
        ("General Electric", "General Motors"),
        ("Global Trading Ltd", "International Trading Ltd"),
        ("Apple Inc", "Pineapple Inc"),
        ("Brightwater Ltd", "Brightwell Capital LLP"),
        ("John Smith", "Jane Smith"),
        ("John Smith", "John Smart"),
        ("J Smith", "Karl Smith"),
        ("Li Wei", "Wei Lin"),
        ("Kong Wei", "Hong Wei"),
        ("China Smith", "Smith"),
        ("Ronjon Miller", "Jon Miller"),
        ("王伟", "李伟"),
        ("王小明", "王小红"),
        ("王伟", "王伟明"),
        ("王伟", "Wang Weiming"),
        ("王伟", "Zhang Wei"),
        ("曾国强", "Ceng Guoqiang"),
        ("上海宏达贸易有限公司", "上海长江贸易有限公司"),
        ("上海宏达贸易有限公司", "Shanghai Huada Trading Co Ltd"),
        ("中国银行股份有限公司", "中国建设银行股份有限公司"),
        ("王伟", "王伟贸易有限公司"),
        ("", "Brightwater"),
        ("Ltd", "Inc"),
    ],
)
def test_false_pairs(name: str, other: str) -> None:
    assert compare(name, other) is None
    assert compare(other, name) is None


def test_best_first_and_one_match_per_id() -> None:
    others = [
        ("c", "Brightwater Trading Ltd"),
        ("b", "Brightwater Inc"),
        ("a", "Brightwater Holdings Group"),
        ("a", "Brightwater Limited"),
        ("d", "Darkwater Ltd"),
    ]
    found = match(name="Brightwater Ltd", others=others)
    assert [(one.other_id, one.level) for one in found] == [("a", "exact"), ("b", "strong"), ("c", "review")]


def test_pinyin_alone_is_never_more_than_review() -> None:
    for latin in ("Wang Wei", "Wei Wang"):
        found = compare("王伟", latin)
        assert found is not None
        assert (found.level, found.reasons[0].code) == ("review", "pinyin")


def test_anatomy_of_a_company() -> None:
    parts = anatomy(name="深圳市腾云科技股份有限公司")
    assert (parts.han_core, parts.han_kernel, parts.company) == ("腾云科技", "腾云", True)
    latin = anatomy(name="Tengyun Technology (Shenzhen) Co., Ltd.")
    assert (latin.core, latin.form, latin.company) == (("tengyun",), "ltd", True)
    assert anatomy(name="诸葛亮").company is False


def test_keys_hold_every_reading_and_both_orders() -> None:
    assert {"shanxiongxin", "xiongxinshan"} <= person_keys("单雄信")
    assert "danxiongxin" not in person_keys("单雄信")
    assert {"ouyangna", "naouyang"} <= person_keys("欧阳娜")
    assert {"wangle", "wangyue"} <= person_keys("王乐")
    assert {"lvbu", "lyubu", "lubu"} <= person_keys("吕布")


def test_traditional_characters() -> None:
    assert simplified(text="張國榮與陳慧嫻於臺灣簽訂買賣契約") == "张国荣与陈慧娴于台湾签订买卖契约"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_every_name_is_comparable_and_equals_itself(name: str) -> None:
    found = compare(name, name)
    parts = anatomy(name=name)
    if parts.tokens or parts.han:
        assert found is not None
        assert (found.level, found.score) == ("exact", 1.0)
    else:
        assert found is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_comparison_is_symmetric(one: str, two: str) -> None:
    forth, back = compare(one, two), compare(two, one)
    assert (forth and (forth.level, forth.score)) == (back and (back.level, back.score))
