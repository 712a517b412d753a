"""Whatever is judged or read many records at a time comes out as it does one by one."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.billing.billing_files import NARROW, WIDE, bill, cost, line, long_bill

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.bill_reading import LineReader
from chancery.engines.billing.conversion import FORMATS, convert
from chancery.engines.billing.guidelines.applying import apply_rules
from chancery.engines.billing.guidelines.catalogue import KINDS, standard_rules
from chancery.engines.billing.guidelines.fee_tests import Narrowed
from chancery.engines.billing.guidelines.seen import columns_of, gather
from chancery.engines.billing.guidelines.values import Matter, Person, PersonRate, Setting
from chancery.engines.billing.ledes_cutting import cut_at_once
from chancery.engines.billing.ledes_reading import LedesFinding
from chancery.engines.billing.ledes_xml_checking import XmlChecking
from chancery.engines.billing.receiver import Profile
from chancery.engines.billing.validation import Checking
from chancery.foundation.errors import Refused

D = Decimal
FILL = {
    "MATTER_NAME": "Supply",
    "CLIENT_TAX_ID": "X1",
    "INVOICE_CURRENCY": "USD",
    "CLIENT_NAME": "Client Ltd",
    "LAW_FIRM_NAME": "Example LLP",
}
PROFILES = (
    None,
    Profile(task_billing=False, ageing_days=10),
    Profile(matters=frozenset({"CM2"})),
    Profile(rates={"T1": D(40)}),
    Profile(code_sets=frozenset({"litigation"}), tolerance=D("0.5")),
)


def flat(data: bytes, *, short: bool) -> list[str]:
    found = [finding for part in Checking(short_way=short).run(data) for finding in part]
    return sorted(f"{one.line} {one.rule} {one.field} {one.offset} {one.message}" for one in found)


def test_a_record_with_a_field_too_many_is_not_made_good_by_one_with_eight_too_few() -> None:
    first, second = bill({}, {"LINE_ITEM_NUMBER": "2"}).split("\r\n")[2:4]
    parts = second.split("|")
    # 25 fields, the last ended; then 16 fields that would fit behind a shared head.
    hostile = [first, f"{first}|X[]", "|".join(["20260331", *parts[9:]]), second]
    names = bill().split("\r\n")[:2]
    data = "\r\n".join([*names, *hostile, ""]).encode()
    body = "\r\n".join([*hostile, ""])
    assert cut_at_once(text=body, wide=False, end="\r\n") is None
    assert flat(data, short=True) == flat(data, short=False)
    assert [found.split()[1] for found in flat(data, short=True)].count("E004") == 2


@pytest.mark.parametrize("changed", ["PO_NUMBER", "MATTER_NAME", "LINE_ITEM_TAX_TYPE", "INVOICE_TAX_CURRENCY"])
@pytest.mark.parametrize("value", ["", "X", "x" * 300, "CNY", " X"])
def test_invoice_fields_that_change_from_line_to_line(changed: str, value: str) -> None:
    sums = {"INVOICE_TOTAL": "397.50", "INVOICE_TAX_TOTAL": "22.50", "INVOICE_NET_TOTAL": "375.00"}
    rows = [{**sums, "LINE_ITEM_NUMBER": str(number)} for number in (1, 2, 3)]
    rows[1][changed] = value
    data = bill(*rows, wide=True).encode()
    assert flat(data, short=True) == flat(data, short=False)


def test_the_cut_keeps_fields_of_either_format_in_their_columns() -> None:
    for wide, each, width in ((False, NARROW, 16), (True, WIDE, 22)):
        body = long_bill(lines=7, per_invoice=3, wide=wide).split("\r\n", 2)[2]
        cut = cut_at_once(text=body, wide=wide, end="\r\n")
        assert cut is not None
        assert (len(cut.parts), cut.starts) == (width, [0, 3, 6, 7])
        assert cut.parts[0] == [f"\n{number}" for number in range(1, 8)]
        assert cut.parts[4] == [each["LINE_ITEM_TOTAL"]] * 7
        assert cut.parts[12] == [each["LINE_ITEM_UNIT_COST"]] * 7


XML = [b"".join(convert(data=long_bill(lines=9, per_invoice=4), to=to, values=FILL)) for to in FORMATS if "XML" in to]
SIGNS = st.sampled_from(
    [
        "<",
        ">",
        "&",
        "x",
        "9",
        "-",
        "\n",
        "\r\n",
        "<!-- ",
        "-->",
        "<?a?>",
        "</fee>",
        "<fee>",
        "<tk_id>T1</tk_id>",
        "é",
        "\x00",
    ]
)


def xml(data: bytes, profile: Profile | None, *, short: bool) -> tuple[list[LedesFinding], str, int, int]:
    checking = XmlChecking(profile=profile, short_way=short)
    found: list[LedesFinding] = []
    try:
        for part in checking.run(data):
            found += part
    except Refused as refusal:
        return [], refusal.code, 0, 0
    found.sort(key=lambda one: (one.line or 0, one.rule, one.field, one.message, one.offset or 0))
    return found, "", checking.records, checking.invoices


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(XML),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 40), SIGNS), max_size=3),
    st.sampled_from(PROFILES),
    st.booleans(),
)
def test_plain_charges_are_judged_as_others_are(
    data: bytes, edits: list[tuple[int, int, str]], profile: Profile | None, crlf: bool
) -> None:
    for place, gone, sign in edits:
        at = place % len(data)
        data = data[:at] + sign.encode() + data[at + gone :]
    data = data.replace(b"\n", b"\r\n") if crlf else data
    assert xml(data, profile, short=True) == xml(data, profile, short=False)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("<units>2.50</units>", "<units>2.40</units>", "E020"),
        ("<task_code>L653</task_code>", "<task_code>L600</task_code>", "W042"),
        ("<charge_date>2026-03-12", "<charge_date>2026-04-12", "W034"),
        ("<charge_date>2026-03-12", "<charge_date>2026-02-30", "E009"),
        ("<tk_lname>Roe</tk_lname>", "<tk_lname> </tk_lname>", "E040"),
        ("<total_amount>125.00", "<total_amount>1e2", "E010"),
        # Of two elements of one name the first counts.
        ("<charge_type>U</charge_type>", "<units>9.00</units>", "E020"),
    ],
)
def test_findings_in_plain_charges_point_at_their_element(old: str, new: str, rule: str) -> None:
    text = XML[2].decode()
    at = text.index(old)
    data = (text[:at] + new + text[at + len(old) :]).encode()
    found, refused, records, invoices = xml(data, None, short=True)
    assert (refused, records, invoices) == ("", 9, 3)
    assert found == xml(data, None, short=False)[0]
    first = next(one for one in found if one.rule == rule)
    assert first.offset is not None
    # A name that stands nowhere is missed at its charge.
    element = "fee" if rule == "E040" else first.field
    assert data[first.offset :].startswith(f"<{element}>".encode())
    assert data[: first.offset].count(b"\n") + 1 == first.line


def test_a_matter_outside_an_invoice_is_judged_as_before() -> None:
    data = XML[2].replace(b"<invoice>", b"<invoices>").replace(b"</invoice>", b"</invoices>")
    assert xml(data, None, short=True) == xml(data, None, short=False)
    assert xml(data, None, short=True)[1:] == ("", 9, 0)
    wrong = XML[2].replace(b"<matter_total_detail_fees>500.00", b"<matter_total_detail_fees>1.00")
    (told, *_), _, _, _ = xml(wrong, None, short=True)
    assert (told.rule, told.message) == ("E030", "The lines sum to 500.00, 1.00 is given.")


def test_a_comment_ends_the_short_way_and_hides_what_is_in_it() -> None:
    text = XML[2].decode()
    first = text.index("<fee>")
    end = text.index("</fee>") + len("</fee>")
    hidden = f"{text[:first]}<!-- {text[first:end]} -->{text[end:]}".encode()
    _, refused, records, _ = xml(hidden, None, short=True)
    assert (refused, records) == ("", 8)
    declared = text.replace("UTF-8", "ISO-8859-1", 1).replace("Supply", "Süd").encode("latin-1")
    assert xml(declared, None, short=True) == xml(declared, None, short=False)
    assert xml(declared, None, short=True)[2] == 9


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from("|[]\r\n 09.-é")), max_size=4))
def test_lines_are_read_the_same_block_by_block(wide: bool, edits: list[tuple[int, str]]) -> None:
    text = long_bill(lines=400, per_invoice=30, wide=wide)
    for place, sign in edits:
        at = place % len(text)
        text = text[:at] + sign + text[at + 1 :]
    one, other = LineReader(), LineReader(short_way=False)
    assert list(one.read(text)) == list(other.read(text))
    assert one.skipped == other.skipped


PEOPLE = {
    "T1": Person(
        rates=(
            PersonRate(D(300), "USD", date(2020, 1, 1), date(2026, 3, 9), date(2019, 1, 1)),
            PersonRate(D(350), "USD", date(2026, 3, 10), None, date(2026, 2, 20)),
        ),
        admitted=date(2015, 1, 1),
    ),
    "T2": Person(rates=(PersonRate(D(310)),), approved_from=date(2026, 3, 5), admitted=date(2025, 3, 15)),
    "T3": Person(approved_to=date(2026, 3, 20)),
}
MATTERS = {
    "CM1": Matter(type="litigation", opened=date(2026, 3, 3), names=("harbour",), arrangement="hourly"),
    "CM2": Matter(closed=date(2026, 3, 25), arrangement="fixed", consents=frozenset({"research"})),
}
TEXTS = (
    "Draft motion to dismiss for supplier claim",
    "Attention to file",
    "Research limitation of the harbour claim; draft memo; call with client",
    "Travel to the hearing and attend hearing before Judge Roe",
    "Conference with associates inside the firm",
)


def some_lines(draw: random.Random) -> list[Line]:
    lines = []
    for number in range(40):
        shared = {
            "number": str(number),
            "line": number + 3,
            "client_matter": draw.choice(("CM1", "CM2", "CM3")),
            "day": date(2026, draw.choice((2, 3)), draw.randrange(1, 29)),
            "text": draw.choice(TEXTS),
            "invoice_date": draw.choice((date(2026, 3, 31), date(2026, 6, 30))),
        }
        if draw.random() < 0.2:
            lines.append(cost(**shared | {"expense": draw.choice(("E101", "E110", "E112")), "rate": D(30)}))
            continue
        lines.append(
            line(
                **shared,
                person=draw.choice(("T1", "T2", "T3", "T9")),
                rate=D(draw.choice((250, 320, 360))),
                units=draw.choice((D("0.5"), D("1.25"), D("9.0"), D("0.33"))),
                grade=draw.choice(("ASSOC", "PARTNR", "CLKSEC", "DOCRAT")),
                activity=draw.choice(("A102", "A103", "A105", "A109", "A112")),
                task=draw.choice(("L120", "L330")),
            )
        )
    return lines


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_rule_is_asked_about_every_line_that_can_fail_it(draw: random.Random) -> None:
    lines = some_lines(draw)
    setting = Setting(people=PEOPLE, matters=MATTERS, signed_off=frozenset(), receipts=frozenset())
    seen = gather(lines=lines, near_days=7, near_score=90.0, want_pairs=True)
    told: set[tuple[str, int]] = set()
    for rule in standard_rules():
        kind = KINDS[rule.kind]
        made = kind.line_test(rule, setting, seen) if kind.line_test is not None else None
        for type_ in ("F", "E") if made is not None and kind.on == "line" else ("E" if kind.on == "expense" else "F",):
            columns = columns_of(lines=lines, readings=seen.readings, kind=type_)
            test = made.test if isinstance(made, Narrowed) else made
            if test is None:
                continue
            failing = [
                at
                for at, (one, reading) in enumerate(zip(columns.lines, columns.readings, strict=True))
                if test(one, reading) is not None
            ]
            among = made.among(columns) if isinstance(made, Narrowed) else columns.worded if kind.words else failing
            assert set(failing) <= set(among), rule.kind
            told |= {(rule.id, columns.places[at] + 3) for at in failing}
    outcome = apply_rules(lines=lines, rules=standard_rules(), setting=setting)
    assert {(one.rule, one.line) for one in outcome.findings if one.line is not None} == told


def test_rules_of_one_client_leave_the_lines_of_others_alone() -> None:
    rules = [replace(rule, scope=replace(rule.scope, clients=frozenset({"C2"}))) for rule in standard_rules()]
    lines = some_lines(random.Random(5))
    setting = Setting(people=PEOPLE, matters=MATTERS)
    assert apply_rules(lines=lines, rules=rules, setting=setting).findings == ()
