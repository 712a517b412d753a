"""The stream: the short way and the long way agree, offsets point at fields, memory and hostile files."""

from __future__ import annotations

import io
import tracemalloc
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.billing.billing_files import bill, long_bill

from chancery.engines.billing.ledes_reading import LedesFinding
from chancery.engines.billing.ledes_stream import FileRefused
from chancery.engines.billing.ledes_values import counts_from
from chancery.engines.billing.receiver import MatterTerms, Profile, ProfileRefused, profile_from, shipped_profiles
from chancery.engines.billing.validation import Checking, check
from chancery.foundation.errors import Refused

PROFILES = (
    None,
    Profile(line_numbers_per_invoice=True, task_billing=False),
    Profile(ageing_days=10, rates={"T1": Decimal(50)}, matters=frozenset({"CM1"})),
    Profile(received=frozenset({("98-7654321", "A-0")}), code_sets=frozenset({"ediscovery", "activity"})),
)


def judged(data: bytes, profile: Profile | None, *, short: bool) -> tuple[list[LedesFinding], int, int]:
    checking = Checking(profile=profile, short_way=short)
    found = [finding for part in checking.run(data) for finding in part]
    key = [(item.line or 0, item.rule, item.field, item.message, item.offset or 0) for item in found]
    return [found[at] for at in sorted(range(len(found)), key=key.__getitem__)], checking.records, checking.invoices


@pytest.mark.parametrize("wide", [False, True])
def test_a_long_valid_file_is_clean_both_ways(wide: bool) -> None:
    data = long_bill(lines=600, per_invoice=37, wide=wide).encode()
    assert judged(data, None, short=True) == judged(data, None, short=False) == ([], 600, 17)


EDITS = st.lists(
    st.tuples(st.integers(0, 10**6), st.sampled_from("idrc"), st.sampled_from("|[]\r\n 0129.-+FEIé审\x00")), max_size=6
)


@settings(max_examples=80, deadline=None)
@given(st.booleans(), EDITS, st.integers(0, 3), st.sampled_from(["\n", "\r", "\r\n"]), st.booleans())
def test_short_and_long_way_agree(
    wide: bool, edits: list[tuple[int, str, str]], profile: int, end: str, old: bool
) -> None:
    text = long_bill(lines=12, per_invoice=5, wide=wide).replace("\r\n", end)
    for place, act, sign in edits:
        at = place % (len(text) + 1)
        if act == "i":
            text = text[:at] + sign + text[at:]
        elif act == "d":
            text = text[:at] + text[at + 1 :]
        elif act == "r":
            text = text[:at] + sign + text[at + 1 :]
        else:
            text = text[:at] + text[at + 20 :]
    data = text.encode("cp1252", "replace") if old else text.encode()
    assert judged(data, PROFILES[profile], short=True) == judged(data, PROFILES[profile], short=False)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("LINE_ITEM_TOTAL", "99.99", "E020"),
        ("LINE_ITEM_DATE", "20260230", "E009"),
        ("TIMEKEEPER_CLASSIFICATION", "BOSS", "W044"),
        ("INVOICE_TOTAL", "99.99", "E030"),
        ("CLIENT_MATTER_ID", "X" * 21, "E008"),
    ],
)
def test_offsets_point_at_the_field(end: str, wide: bool, field: str, value: str, rule: str) -> None:
    text = bill(
        {"INVOICE_DESCRIPTION": "März"},
        {"LINE_ITEM_NUMBER": "2", "INVOICE_NUMBER": "A-8", field: value},
        wide=wide,
        end=end,
    )
    data = text.encode()
    found = next(item for item in check(data=data) if item.rule == rule and item.line == 4)
    assert found.field == field
    assert found.offset is not None
    assert data[found.offset :].decode().startswith(value)


def test_every_foreign_byte_is_located() -> None:
    data = bill({"LINE_ITEM_DESCRIPTION": "审阅 café"}).encode()
    (found,) = check(data=data)
    first = data.index("审".encode())
    second = data.index("é".encode())
    assert (found.rule, found.line, found.offset) == ("W005", 3, first)
    assert f"{first}–{first + 5}, {second}–{second + 1}" in found.message


def test_memory_does_not_grow_with_the_file() -> None:
    head, _, rows = long_bill(lines=40, per_invoice=40).partition("\r\n20260331|")

    class Endless(io.RawIOBase):
        """Two megabytes of one invoice whose numbers count on."""

        made = 0
        rest = head.encode() + b"\r\n"

        def read(self, size: int = -1) -> bytes:
            while len(self.rest) < size and self.made < 8000:
                self.made += 1
                row = ("20260331|" + rows.split("\r\n")[0]).replace("|1|F|", f"|{self.made}|F|")
                self.rest += row.encode() + b"\r\n"
            data, self.rest = self.rest[:size], self.rest[size:]
            return data

    checking = Checking()
    tracemalloc.start()
    found = [item for part in checking.run(Endless()) for item in part]  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert checking.records == 8000
    assert {item.rule for item in found} == {"E030"}
    assert peak < 3_000_000


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        check(data=b"LEDES1998B[]\n" + b"x" * (2 << 20))
    assert (refused.value.code, refused.value.params["line"]) == ("line_too_long", 2)


def test_utf_16_and_declared_encodings() -> None:
    assert [item.rule for item in check(data=bill().encode("utf-16"))] == ["W005"]
    chinese = bill({"LINE_ITEM_DESCRIPTION": "审阅供货合同丨附件一"}).encode("gb18030")
    found = check(data=chinese, profile=Profile(encoding="gb18030"))
    assert [item.rule for item in found] == ["W005"]


def test_codes_are_judged_on_the_day_of_the_work() -> None:
    old = {
        "INVOICE_DATE": "20100331",
        "BILLING_START_DATE": "20100301",
        "BILLING_END_DATE": "20100331",
        "LINE_ITEM_DATE": "20100312",
    }
    assert [item.rule for item in check(data=bill(old))] == ["E043"]
    assert check(data=bill(old | {"LINE_ITEM_TASK_CODE": "L320"})) == []
    assert check(data=bill(old), profile=Profile(dated_codes=False)) == []


def test_terms_of_matters_and_rates() -> None:
    def rules(**terms: object) -> list[str]:
        return [item.rule for item in check(data=bill(), profile=profile_from(data=terms))]

    assert rules(matters={"CM1": {"opened": "2026-01-01", "firms": ["98-7654321"]}}) == []
    assert rules(matters={"CM2": {}}) == ["E051"]
    assert rules(matters={"CM1": {"opened": "2026-03-13"}}) == ["E051"]
    assert rules(matters={"CM1": {"closed": "2026-03-11"}}) == ["E051"]
    assert rules(matters={"CM1": {"firms": ["other"]}}) == ["E051"]
    assert rules(matters={"CM1": {"code_sets": ["litigation", "activity"]}}) == ["E043"]
    card = [{"amount": "49", "to": "2026-03-31"}, {"amount": "51", "from": "2026-04-01"}]
    assert rules(rates={"T1": card}) == ["E052"]
    assert rules(rates={"T1": [{"amount": "50", "from": "2026-03-12"}]}) == []
    again = {"firm": "98-7654321", "total": "125", "start": "20260301", "end": "20260331"}
    found = check(data=bill(), profile=profile_from(data={"resubmitted": [again]}))
    assert [(item.rule, item.severity) for item in found] == [("E050", "warning")]
    assert MatterTerms().code_sets is None


def test_shipped_profiles_change_sizes_need_and_severity() -> None:
    profiles = shipped_profiles()
    long = bill({"LINE_ITEM_DESCRIPTION": "Review " + "x" * 2000})
    assert check(data=long) == []
    assert [item.rule for item in check(data=long, profile=profiles["collaborati"])] == ["E008"]
    bare = bill({"LAW_FIRM_MATTER_ID": "", "BILLING_START_DATE": "", "BILLING_END_DATE": ""})
    assert {item.rule for item in check(data=bare)} == {"E007"}
    assert check(data=bare, profile=profiles["collaborati"]) == []
    legacy = bill({"TIMEKEEPER_CLASSIFICATION": "PT"})
    assert [item.severity for item in check(data=legacy, profile=profiles["strict"])] == ["error"]
    ignored = profile_from(data={"severities": {"W044": "ignore"}})
    assert check(data=legacy, profile=ignored) == []


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"tolerance": "a"},
        {"tolerance": "NaN"},
        {"task_billing": 1},
        {"what": 1},
        {"fields": {"CLIENT_ID": {"size": "x"}}},
        {"severities": {"E001": "fatal"}},
        {"severities": {"E999": "error"}},
        {"rates": {"T1": [{}]}},
        {"matters": 3},
        {"encoding": "klingon"},
        {"received": [{"firm": "x"}]},
    ],
)
def test_broken_profiles_are_refused(data: object) -> None:
    with pytest.raises(ProfileRefused) as refused:
        profile_from(data=data)
    assert refused.value.code == "profile_refused"


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["tolerance", "rates", "matters", "fields", "received", "severities", "T1", "size"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    )
)
def test_any_profile_is_read_or_refused(data: object) -> None:
    try:
        profile = profile_from(data=data)
        check(data=bill(), profile=profile)
    except Refused as refused:
        assert refused.code == "profile_refused"


@given(
    st.integers(0, 10**6), st.integers(1, 300), st.integers(0, 10**6), st.sampled_from(["", "0", "+", " ", "1", ", 5"])
)
def test_line_numbers_count_upwards_by_one(first: int, count: int, place: int, changed: str) -> None:
    numbers = [f"\n{number}" for number in range(first, first + count)]
    assert counts_from(numbers=numbers) == first
    numbers[place % count] = f"\n{changed}{numbers[place % count][1:]}"
    plain = [number[1:] for number in numbers]
    upwards = (
        plain == [str(number) for number in range(int(plain[0]), int(plain[0]) + count)]
        if (plain[0].isdecimal())
        else False
    )
    assert (counts_from(numbers=numbers) >= 0) == upwards


def test_today_makes_later_work_a_warning() -> None:
    assert [item.rule for item in check(data=bill(), today=date(2026, 3, 11))] == ["W034"]
