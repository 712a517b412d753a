"""Forms of other countries, courts and tables: value and the very characters it was read from."""

from __future__ import annotations

import pytest

from chancery.engines.text.extraction.extracting import extract


def found(text: str, kind: str) -> list[tuple[str, str]]:
    return [(one.value, text[one.start : one.end]) for one in extract(text=text, kinds=[kind])]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The fine was EUR 2.500,00.", [("EUR 2500.00", "EUR 2.500,00")]),
        ("He owes €1.234.567,89 now", [("EUR 1234567.89", "€1.234.567,89")]),
        ("Pay € 12,50 now", [("EUR 12.50", "€ 12,50")]),
        ("Pay EUR 2.500 now", [("EUR 2500.00", "EUR 2.500")]),
        ("Pay $2.500 now", [("USD 2.50", "$2.500")]),
        ("von 12.500,50 Euro und 1.000 EUR", [("EUR 12500.50", "12.500,50 Euro"), ("EUR 1000.00", "1.000 EUR")]),
        ("la somme de 12\u00a0500,50 €", [("EUR 12500.50", "12\u00a0500,50 €")]),
        ("CHF 1'250.50 were invoiced", [("CHF 1250.50", "CHF 1'250.50")]),
        ("Rs. 5,00,000 and ₹12,34,567", [("INR 500000.00", "Rs. 5,00,000"), ("INR 1234567.00", "₹12,34,567")]),
        ("USD (1,500.00) was booked", [("USD -1500.00", "USD (1,500.00)")]),
        ("Net loss\t($2,300)\t$40", [("USD -2300.00", "($2,300)"), ("USD 40.00", "$40")]),
        ("the fee ($2,300) is due", [("USD 2300.00", "$2,300")]),
        ("a balance of -$2,300 and $1-$2", [("USD -2300.00", "-$2,300"), ("USD 1.00", "$1"), ("USD 2.00", "$2")]),
        ("$5-10 million in sales", [("USD 5000000.00", "$5")]),
        ("合计人民币（大写）叁拾万零伍佰元整", [("CNY 300500.00", "人民币（大写）叁拾万零伍佰元整")]),
        ("注册资本5,000万人民币。", [("CNY 50000000.00", "5,000万人民币")]),
        ("一元二次方程，一元化管理", []),
    ],
)
def test_amounts(text: str, wanted: list[tuple[str, str]]) -> None:
    assert found(text, "amount") == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Am 5. März 2024 und 12. April 2024", [("2024-03-05", "5. März 2024"), ("2024-04-12", "12. April 2024")]),
        ("le 1er mars 2024 à Paris", [("2024-03-01", "1er mars 2024")]),
        (
            "05 de marzo de 2024; 3 dicembre 2023",
            [("2024-03-05", "05 de marzo de 2024"), ("2023-12-03", "3 dicembre 2023")],
        ),
        ("31. Februar 2024", []),
        ("ran March 3-5, 2024 in", [("2024-03-03", "March 3"), ("2024-03-05", "5, 2024")]),
        ("on 3\u20135 March 2024", [("2024-03-03", "3"), ("2024-03-05", "5 March 2024")]),
        ("2024年3月15日至20日", [("2024-03-15", "2024年3月15日"), ("2024-03-20", "20日")]),
        ("2024年3月15日至4月2日", [("2024-03-15", "2024年3月15日"), ("2024-04-02", "4月2日")]),
        ("民國一百一十四年五月二十日", [("2025-05-20", "民國一百一十四年五月二十日")]),
        ("Section 4.5.2024 and § 4.5.2024", []),
    ],
)
def test_dates(text: str, wanted: list[tuple[str, str]]) -> None:
    assert found(text, "date") == wanted


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("热线：400-810-8888", "phone", ["+864008108888"]),
        ("电话：(021)5888-6666", "phone", ["+862158886666"]),
        ("联系电话：021-5888 6666", "phone", ["+862158886666"]),
        ("London, W1 020-7629 3561", "phone", []),
        ("Fax 1-800-555-0199", "phone", ["+18005550199"]),
        ("86-10-62345678 or 0049 89 1234567", "phone", ["+861062345678", "+49891234567"]),
        ("IBAN DE89 3704 0044 0532 0130 01", "phone", []),
        ("Docket No. 23-1234567 pending, EIN 23-1234567", "identity", ["231234567"]),
        ("John Smith, Chief Executive Officer of Acme Holdings Inc., paid", "organisation", ["Acme Holdings Inc"]),
        ("Supreme Court of Delaware affirmed", "organisation", ["Supreme Court of Delaware"]),
        (
            "United States District Court for the Southern District of New York ruled",
            "organisation",
            ["United States District Court for the Southern District of New York"],
        ),
        ("The Board of Directors met", "organisation", []),
        ("华为技术有限公司起诉", "organisation", ["华为技术有限公司"]),
        ("和平建设集团有限公司中标", "organisation", ["和平建设集团有限公司"]),
        ("2005年7月11日国家税务总局公告", "organisation", ["国家税务总局"]),
        ("甲方：杭州西湖食品厂", "organisation", ["杭州西湖食品厂"]),
        ("原告王小明诉被告欧阳娜娜一案。", "person", ["王小明", "欧阳娜娜"]),
        ("阿依古丽·买买提出庭。", "person", ["阿依古丽·买买提"]),
        ("被告陈某某、赵某甲于某年提出", "person", ["陈某某", "赵某甲"]),
        ("原告李某为主张权利", "person", ["李某"]),
        ("李明辩称，合同无效。", "person", ["李明"]),
        ("12-14 High Street, Oxford OX1 4BE", "address", ["12-14 High Street, Oxford OX1 4BE"]),
    ],
)
def test_names_and_numbers(text: str, kind: str, wanted: list[str]) -> None:
    assert [value for value, _ in found(text, kind)] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Counsel for Deutsche Bank AG agreed.", ["Deutsche Bank AG"]),
        ("the Board of Directors of Nordlys Shipping ASA met", ["Nordlys Shipping ASA"]),
        ("Shareholders of Aurora Mining Pty Ltd met", ["Aurora Mining Pty Ltd"]),
        ("Hans-Peter Schneider of Siemens AG wrote", ["Siemens AG"]),
        ("Tax ID 12-3456789 of Lakeview Partners, L.P.", ["Lakeview Partners, L.P"]),
        ("with JPMorgan Chase & Co. as lender", ["JPMorgan Chase & Co"]),
        ("paid by Sumitomo Kogyo K.K. in May", ["Sumitomo Kogyo K.K"]),
        ("Grupo Azul S.A. de C.V. merged", ["Grupo Azul S.A. de C.V"]),
        ("Center for Legal Studies Inc. closed", ["Center for Legal Studies Inc"]),
        ("at Stanford Law School today", ["Stanford Law School"]),
        ("复旦大学和中国科学院计算技术研究所合作。", ["复旦大学", "中国科学院计算技术研究所"]),
        ("浙江大学与上海交通大学医学院签订协议。", ["浙江大学", "上海交通大学医学院"]),
    ],
)
def test_organisations_without_the_words_around_them(text: str, wanted: list[str]) -> None:
    assert [value for value, _ in found(text, "organisation")] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Petitioner Angela Ruiz and Respondent Victor Ruiz stipulate.", ["Angela Ruiz", "Victor Ruiz"]),
        ("Mr Justice Peter Langford, QC heard it", ["Peter Langford"]),
        ("Prof. Dr. Hans-Peter Schneider spoke", ["Hans-Peter Schneider"]),
        ("被告刘志强欠款3.5万元", ["刘志强"]),
        ("原告周文斌未在期限内提交证据", ["周文斌"]),
        ("高兴的是，项目完成了。", []),
    ],
)
def test_people_after_their_part_in_a_case(text: str, wanted: list[str]) -> None:
    assert [value for value, _ in found(text, "person")] == wanted


def test_two_words_of_an_organisation_are_no_person() -> None:
    told = extract(text="The Securities and Exchange Commission met.", kinds=["person", "organisation"])
    assert [(one.kind, one.value) for one in told] == [("organisation", "Securities and Exchange Commission")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("three million yen was paid", "JPY 3000000"), ("two thousand Swiss francs", "CHF 2000.00")],
)
def test_amounts_in_words_of_other_currencies(text: str, wanted: str) -> None:
    ((value, _),) = found(text, "amount")
    assert value.removesuffix(".00") == wanted.removesuffix(".00")
