"""Every calculator against worked vectors, the texts of the law, and properties."""

from __future__ import annotations

import json
from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import chinese_calendar
import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.calculators.answers import CalculatorRefused
from chancery.engines.calculators.days import add_months, federal_holidays, observed
from chancery.engines.calculators.icalendar import Entry, calendar
from chancery.engines.calculators.registry import CALCULATORS, calculate
from chancery.engines.calculators.tables import load, shipped_files

TABLES = load()


def ask(name: str, **inputs):
    return calculate(name=name, inputs=inputs, tables=TABLES)


def test_every_vector(test_data: Path) -> None:
    vectors = json.loads((test_data / "calculators" / "vectors.json").read_text("utf-8"))
    assert len(vectors) > 200
    wrong = []
    for case in vectors:
        answer = calculate(name=case["calc"], inputs=case["input"], tables=TABLES)
        if answer.output != case["expected"]:
            wrong.append((case["id"], answer.output, case["expected"]))
        assert answer.steps and (answer.sources or case["calc"] == "rounding")
    assert wrong == []


# Order 481, article 13(1), by the quick formula that lawyers use: a × rate + constant.
QUICK = [
    ("10000", "0", "50"), ("100000", "0.025", "-200"), ("200000", "0.02", "300"), ("500000", "0.015", "1300"),
    ("1000000", "0.01", "3800"), ("2000000", "0.009", "4800"), ("5000000", "0.008", "6800"),
    ("10000000", "0.007", "11800"), ("20000000", "0.006", "21800"), ("999999999", "0.005", "41800"),
]  # fmt: skip


@given(st.decimals(min_value=0, max_value=999_999_999, places=2))
@settings(max_examples=300)
def test_property_fee_equals_the_quick_formula(amount: Decimal) -> None:
    rate, constant = next((Decimal(r), Decimal(c)) for top, r, c in QUICK if amount <= Decimal(top))
    expected = (amount * rate + constant).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert ask("cn_case_fee_property", amount_cny=str(amount)).output == {"fee": str(expected)}


@given(st.integers(0, 10**10), st.integers(0, 10**9))
def test_fees_never_fall_when_the_amount_rises(amount: int, more: int) -> None:
    for name, field in (
        ("cn_case_fee_property", "amount_cny"), ("cn_enforcement_fee", "amount_cny"),
        ("cn_preservation_fee", "amount_cny"), ("cn_bankruptcy_fee", "estate_cny"),
        ("cn_arbitration_fee_cietac_1", "amount_cny"),
    ):  # fmt: skip
        low, high = (ask(name, **{field: str(one)}).output for one in (amount, amount + more))
        key = next(iter(low))
        assert Decimal(low[key]) <= Decimal(high[key])


def test_halved_once_and_on_appeal() -> None:
    both = ask("cn_case_fee_property", amount_cny="100000", reduction=["mediation", "summary_procedure"])
    assert both.output == {"fee": "1150.00"}
    assert ask("cn_case_fee_property", appeal_contested_cny="100000").output == {"fee": "2300.00"}
    lowered = ask("cn_case_fee_property", claim_lowered_from="800000", claim_lowered_to="300000")
    assert lowered.output == {"refund": "6000.00"}


def test_caps_are_reached_where_the_text_says() -> None:
    """Preservation at 896,000; bankruptcy at 111.64 million."""
    assert ask("cn_preservation_fee", amount_cny="895998").output == {"fee": "4999.99"}
    assert ask("cn_preservation_fee", amount_cny="9999999").output == {"fee": "5000.00"}
    assert ask("cn_bankruptcy_fee", estate_cny="111640000").output == {"fee": "300000.00"}
    assert ask("cn_bankruptcy_fee", estate_cny="111639000").output == {"fee": "299997.50"}


def test_the_newest_quotation_is_not_used_inside_a_span() -> None:
    """A span over the change of 2024-07-22: 10 days at 3.45 %, 10 at 3.35 %."""
    answer = ask("cn_lpr_interest", principal="365000", start="2024-07-12", end="2024-08-01")
    assert answer.output["interest"] == "680.00"
    assert [row[2:] for row in answer.output["segments"]] == [["3.45", 10], ["3.35", 10]]


def test_half_a_cent_is_rounded_up_however_the_interest_is_made() -> None:
    """42,121 for 16 days at 4.05 % and 2 at 3.85 %: 42,121 × 72.5 / 36,500 is 83.665 exactly."""
    answer = ask("cn_lpr_interest", principal="42121", start="2020-04-04", end="2020-04-22")
    assert answer.output["interest"] == "83.67"


def test_an_older_loan_is_split_when_the_rule_changed() -> None:
    """2019 contract at 30 %, sued 2021-03-01 (3.85 %): 24 % for 50 days, then 15.40 % for 100 (articles 25, 31)."""
    answer = ask(
        "cn_private_lending_interest", principal="365000", agreed_pct="30", contract_date="2019-01-01",
        start="2020-07-01", end="2020-11-28", sued="2021-03-01",
    )  # fmt: skip
    assert answer.output == {
        "supported_pct": "15.40", "days": 150, "interest": "27400.00",
        "segments": [["2020-07-01", "2020-08-20", "24.00", 50], ["2020-08-20", "2020-11-28", "15.40", 100]],
    }  # fmt: skip
    early = ask(
        "cn_private_lending_interest", principal="365000", agreed_pct="18", contract_date="2019-01-01",
        start="2020-07-01", end="2020-08-20", sued="2021-03-01",
    )  # fmt: skip
    assert early.output["interest"] == "9000.00" and early.output["segments"] == [
        ["2020-07-01", "2020-08-20", "18", 50]
    ]


def test_partial_payments_pay_interest_first_or_principal_first() -> None:
    """100 days at 3.65 % on 100,000 are 1,000; then 11,000 are paid, then 100 days more."""
    tables = load()
    tables.held["cn_lpr"]["entries"]["quotations"]["rows"] = [["2019-08-20", "3.65", "3.65"]]
    asked = {
        "principal": "100000", "start": "2021-01-01", "end": "2021-07-20",
        "payments": [{"date": "2021-04-11", "amount": "11000"}],
    }  # fmt: skip
    first = calculate(name="cn_lpr_interest", inputs=asked, tables=tables).output
    assert (first["interest"], first["principal_left"], first["interest_left"]) == ("1900.00", "90000.00", "900.00")
    second = calculate(name="cn_lpr_interest", inputs={**asked, "order": "principal_first"}, tables=tables).output
    assert (second["interest"], second["principal_left"], second["interest_left"]) == ("1890.00", "89000.00", "1890.00")


def test_delayed_performance_pays_the_debt_first() -> None:
    answer = ask(
        "cn_delayed_performance", principal="1000000", performance_deadline="2024-01-01", paid="2024-07-19",
        payments=[{"date": "2024-04-10", "amount": "400000"}],
    )  # fmt: skip
    assert answer.output == {"days": 200, "double_part_interest": "28000.00", "principal_left": "600000.00"}


def test_a_year_without_notice_is_provisional() -> None:
    assert ask("cn_deadline", kind="appeal_judgment", start="2026-12-28").provisional
    assert not ask("cn_deadline", kind="appeal_judgment", start="2026-11-02").provisional
    tables = load()
    tables.held["cn_workdays"]["entries"]["2027"] = {"off": ["2027-01-12"], "make_up": []}
    answer = calculate(name="cn_deadline", inputs={"kind": "appeal_judgment", "start": "2026-12-28"}, tables=tables)
    assert (answer.output["deadline"], answer.provisional) == ("2027-01-13", False)


def test_the_period_follows_the_law_in_force() -> None:
    assert ask("cn_deadline", kind="set_aside_award", start="2026-02-27").output["raw"] == "2026-08-27"
    assert ask("cn_deadline", kind="set_aside_award", start="2026-03-02").output["raw"] == "2026-06-02"


@given(st.dates(date(2004, 1, 1), date(2026, 12, 31)))
@settings(max_examples=300)
def test_working_days_equal_the_notices(day: date) -> None:
    assert ask("cn_workday", date=day.isoformat()).output == {"is_workday": chinese_calendar.is_workday(day)}


def test_federal_holidays_equal_an_independent_table() -> None:
    for year in range(1978, 2036):
        table = holidays.country_holidays("US", years=year, observed=False)
        # The package knows days of single states and of the past by other names; the federal eleven are compared.
        found = set(federal_holidays(year=year, tables=TABLES))
        assert found == {day for day in table if day.year == year}, year


def test_veterans_day_lay_in_october_from_1971_to_1977() -> None:
    """Uniform Monday Holiday Act: the fourth Monday of October; Public Law 94-97 put it back to 11 November."""
    assert date(1975, 10, 27) in federal_holidays(year=1975, tables=TABLES)
    assert [len(federal_holidays(year=year, tables=TABLES)) for year in (1971, 1977, 1978)] == [9, 9, 9]


@pytest.mark.parametrize(
    ("inputs", "deadline"),
    [
        # The Committee Note of 2009 on Rule 6(a)(2): 72 hours from Friday 2 November 2007, 10:23, over the end of
        # daylight saving time run until Monday 5 November, 9:23.
        ({"trigger": "2007-11-02T10:23", "hours": 72, "zone": "America/New_York"}, "2007-11-05T09:23"),
        ({"trigger": "2007-11-02T10:23", "hours": 72}, "2007-11-05T10:23"),
        # 72 hours from Wednesday 3 July 2024 end on Saturday: the same time on Monday.
        ({"trigger": "2024-07-03T15:30", "hours": 72}, "2024-07-08T15:30"),
        # Backward from Tuesday 9 July 2024: Thursday is the Fourth, so the same time on Wednesday.
        ({"trigger": "2024-07-09T09:00", "hours": 120, "backward": True}, "2024-07-03T09:00"),
        # Patriots' Day of Massachusetts, 15 April 2024, counts after an event and not before one (6(a)(6)(C)).
        ({"trigger": "2024-04-01", "days": 14, "state_holidays": ["2024-04-15"]}, "2024-04-16"),
        ({"trigger": "2024-04-29", "days": 14, "backward": True, "state_holidays": ["2024-04-15"]}, "2024-04-15"),
        # The office is shut by snow on Friday 12 January 2024; Monday is the day of Martin Luther King (6(a)(3)(A)).
        ({"trigger": "2023-12-29", "days": 14, "inaccessible": ["2024-01-12"]}, "2024-01-16"),
        ({"trigger": "2023-12-22", "days": 14, "inaccessible": ["2024-01-12"]}, "2024-01-05"),
    ],
)
def test_hours_states_and_closed_offices(inputs: dict, deadline: str) -> None:
    assert ask("us_frcp_deadline", **inputs).output == {"deadline": deadline}


def test_observed_days() -> None:
    assert observed(date(2026, 7, 4)) == date(2026, 7, 3)
    assert observed(date(2023, 1, 1)) == date(2023, 1, 2)
    off = ask("us_frcp_deadline", trigger="2026-06-26", days=7).output
    on = ask("us_frcp_deadline", trigger="2026-06-26", days=7, observed=False).output
    assert (off["deadline"], on["deadline"]) == ("2026-07-06", "2026-07-03")


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 400), st.booleans())
@settings(max_examples=200)
def test_deadlines_lie_on_days_that_count(trigger: date, days: int, backward: bool) -> None:
    last = date.fromisoformat(
        ask("us_frcp_deadline", trigger=trigger.isoformat(), days=days, backward=backward).output["deadline"]
    )
    raw = trigger + timedelta(days=-days if backward else days)
    assert last.weekday() < 5
    assert last <= raw if backward else last >= raw


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-500, 500))
def test_months_clamp(start: date, months: int) -> None:
    found = add_months(start=start, months=months)
    assert (found.year * 12 + found.month) - (start.year * 12 + start.month) == months
    assert found.day == min(start.day, monthrange(found.year, found.month)[1])


def test_interest_of_whole_years_compounds() -> None:
    """10,000 at 5 % for exactly two years: 10,000 × 1.05² − 10,000."""
    asked = {"principal": "10000", "judgment": "2022-03-01", "paid": "2024-03-01"}
    assert ask("us_postjudgment_interest", annual_pct="5", **asked).output == {"interest": "1025.00"}
    tables = load()
    tables.held["us_treasury_rates"]["entries"]["2022-02-25"] = {"pct": "5"}
    assert calculate(name="us_postjudgment_interest", inputs=asked, tables=tables).output == {"interest": "1025.00"}


def test_sets_and_calendar_files() -> None:
    answer = ask("us_deadline_set", set="judgment_entered", trigger="2024-10-15")
    days = {row["kind"]: row["deadline"] for row in answer.output["deadlines"]}
    assert (days["appeal"], days["rule_59_motion"], days["fees_motion"]) == ("2024-11-14", "2024-11-12", "2024-10-29")
    assert not answer.verified
    chinese = ask("cn_deadline_set", set="claim_served", start="2024-04-19")
    assert {row["deadline"] for row in chinese.output["deadlines"]} == {"2024-05-06"}
    text = calendar(
        entries=[Entry("a-1", date(2024, 11, 14), "上诉; appeal,\x00\ud800 last day", "一" * 80)],
        at=datetime(2026, 1, 2, 8, tzinfo=timezone(timedelta(hours=8))),
    )
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "DTSTAMP:20260102T000000Z" in lines
    assert "DTSTART;VALUE=DATE:20241114" in lines and "SUMMARY:上诉\\; appeal\\, last day" in lines
    assert "一" * 80 in text.replace("\r\n ", "")


BAD = [None, "", "abc", "NaN", "Infinity", "-1", "1e99", "9" * 50, [], {}, True, "\x00", "１２x", 1e400]


@pytest.mark.parametrize("name", CALCULATORS)
def test_every_calculator_refuses_nonsense(name: str, test_data: Path) -> None:
    """Each input of a true question replaced by nonsense ends in a typed refusal or an answer, never in a fault."""
    vectors = json.loads((test_data / "calculators" / "vectors.json").read_text("utf-8"))
    good = next((case["input"] for case in vectors if case["calc"] == name), {})
    for field in [*good, "surprise"]:
        for bad in BAD:
            try:
                calculate(name=name, inputs={**good, field: bad}, tables=TABLES)
            except CalculatorRefused as refusal:
                assert refusal.code
    with pytest.raises(CalculatorRefused):
        calculate(name=name, inputs=[], tables=TABLES)
    with pytest.raises(CalculatorRefused) as refused:
        calculate(name=name, inputs={**good, "surprise": 1}, tables=TABLES)
    assert refused.value.code == "input_unknown"


@pytest.mark.parametrize(
    ("name", "inputs", "code"),
    [
        ("cn_lpr_lookup", {"date": "2019-08-19"}, "before_lpr"),
        ("cn_lpr_lookup", {"date": "2024-02-30"}, "not_a_date"),
        ("cn_private_lending_cap", {"contract_date": "2020-08-19"}, "older_contract"),
        ("cn_case_fee_fixed", {"kind": "other"}, "choice_unknown"),
        ("cn_lpr_interest", {"principal": "1", "start": "2024-02-02", "end": "2024-02-01"}, "period_reversed"),
        ("us_court_fee", {"kind": "civil_filing", "date": "1999-01-01"}, "not_in_force"),
        ("us_postjudgment_interest", {"principal": "1", "judgment": "2024-01-02", "paid": "2025-01-02"},
         "rate_missing"),
        ("cn_case_fee_property", {"claim_raised_from": "5", "claim_raised_to": "1"}, "claim_direction"),
        ("cn_delayed_performance", {"principal": "1", "performance_deadline": "2024-01-01", "paid": "2024-02-01",
                                    "payments": [{"date": "2024-01-05", "amount": "9"}]}, "overpaid"),
        ("pct_paris_date", {"priority": "9990-01-01", "months": 120, "office": "EP"}, "date_out_of_range"),
        ("cn_deadline", {"kind": "answer", "start": "2150-01-01"}, "year_unknown"),
        ("cn_lpr_lookup", {"date": "2024-W10-1"}, "not_a_date"),
        ("us_postjudgment_interest", {"principal": "1", "annual_pct": "1e15", "judgment": "0001-01-01",
                                      "paid": "2027-01-01"}, "out_of_range"),
        ("us_postjudgment_interest", {"principal": "1", "judgment": "0001-01-01", "paid": "2026-01-02"},
         "date_out_of_range"),
        ("us_frcp_deadline", {"trigger": "2024-07-03", "hours": 72}, "not_a_time"),
        ("us_frcp_deadline", {"trigger": "2024-07-03T10:00", "hours": 72, "zone": "../x"}, "zone_unknown"),
        ("unknown", {}, "calculator_unknown"),
    ],
)  # fmt: skip
def test_refusals(name: str, inputs: dict, code: str) -> None:
    with pytest.raises(CalculatorRefused) as refusal:
        calculate(name=name, inputs=inputs, tables=TABLES)
    assert refusal.value.code == code


def test_tables_can_be_replaced_by_files(tmp_path: Path) -> None:
    shipped = next(path for path in shipped_files() if path.stem == "cn_lpr")
    newer = json.loads(shipped.read_text("utf-8"))
    newer["entries"]["quotations"]["rows"].append(["2026-06-22", "2.90", "3.40"])
    newer["entries"]["quotations"]["seen_until"] = "2026-11-20"
    newer["version"] = "2026-11-20"
    (tmp_path / "cn_lpr.json").write_text(json.dumps(newer), "utf-8")
    answer = calculate(name="cn_lpr_lookup", inputs={"date": "2026-07-01"}, tables=load(folder=tmp_path))
    assert (answer.output, answer.provisional, answer.sources[0].version) == ({"rate_pct": "2.90"}, False, "2026-11-20")
    assert ask("cn_lpr_lookup", date="2026-07-01").provisional


@pytest.mark.parametrize("entry", [{"off": []}, [], "x", {"off": [1], "make_up": None}])
def test_a_table_of_wrong_rows_is_refused_when_it_is_used(tmp_path: Path, entry: object) -> None:
    shipped = next(path for path in shipped_files() if path.stem == "cn_workdays")
    (tmp_path / shipped.name).write_text(
        json.dumps({**json.loads(shipped.read_text("utf-8")), "entries": {"2027": entry}}), "utf-8"
    )
    with pytest.raises(CalculatorRefused) as refusal:
        calculate(name="cn_workday", inputs={"date": "2027-01-02"}, tables=load(folder=tmp_path))
    assert refusal.value.code == "table_invalid"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"entries": []}', '{"entries": {}, "title": "x"}', "\x00", "{" * 5000]
)
def test_broken_tables_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "cn_lpr.json").write_text(text, "utf-8")
    with pytest.raises(CalculatorRefused) as refusal:
        load(folder=tmp_path)
    assert refusal.value.code == "table_invalid"


def test_unknown_tables_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(shipped_files()[0].read_text("utf-8"), "utf-8")
    with pytest.raises(CalculatorRefused) as refusal:
        load(folder=tmp_path)
    assert refusal.value.code == "table_unknown"
