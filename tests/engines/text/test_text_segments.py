"""Bodies cut into the mails they quote, in the forms that mail programs write."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.text.threads.labels import ATTRIBUTION_WORDS, LABEL_LINE, PLAIN_LABEL
from chancery.engines.text.threads.people import keys_of, same_person
from chancery.engines.text.threads.segments import _attributed, letters_of, segments_of
from chancery.engines.text.threads.subjects import base_subject
from chancery.engines.text.threads.times import minutes_of, same_time, utc_minutes

OUTLOOK = """I agree.

 -----Original Message-----
From: \tLee, Ann  
Sent:\tMonday, December 03, 2001 3:04 PM
To:\tStone, Bo; Cole, Cy
Subject:\tRE: Offer

Please confirm.

-----Original Message-----
From: Stone, Bo [mailto:bo@b.example]
Sent: 03 December 2001 14:00
To: Ann Lee
Subject: Offer

Ten tons at nine.
"""
NOTES = (
    "Go ahead.\n---------------------- Forwarded by Cy Cole/HOU/ECT on 03/20/2000 \n06:10 PM --------------------"
    "\n\n\tAnn Lee@ECT\n\tSent by: Dee Dart\n\t03/14/2000 07:03 PM\n\t\t \n\t\t To: Cy Cole/HOU/ECT@ECT, Office\n"
    "Staff\n\t\t cc: \n\t\t Subject: Offer of the largest consignment of goods we\n\never had\n\nSteve: ten tons.\n"
)
QUOTED = """Yes, I do.

On Mon, 1 Mar 2021 at 10:05, Ann Lee <ann@a.example>
wrote:
> Do you agree?
>
> On Feb 28, 2021, at 9:00 AM, Bo Stone <bo@b.example> wrote:
>> Ten tons at nine.
> Say it today.

And tomorrow.
"""
CHINESE = """同意。

发件人: 李安 <ann@a.example>
发送时间: 2021年3月1日 10:05
收件人: 王波
抄送: 赵四
主题: 回复：报价

请确认。

------------------ 原始邮件 ------------------
发件人: "王波" <bo@b.example>;
发送时间: 2021年2月28日(星期天) 晚上9:00
收件人: "李安"<ann@a.example>;
主题: 报价

十吨，单价九元。
"""
NETEASE = '好的\n\n在 2021-03-01 10:05:33，"李安" <ann@a.example> 写道：\n\n> 请确认\n> 谢谢\n'
GMAIL = """See below.

---------- Forwarded message ----------
From: Ann Lee <ann@a.example>
Date: Mon, Mar 1, 2021 at 10:05 AM
Subject: Offer
To: Bo Stone <bo@b.example>


Ten tons.
"""
GERMAN = """Ja.

Von: Ann Lee <ann@a.example>
Gesendet: Montag, 1. März 2021 10:05
An: Bo Stone
Betreff: AW: Angebot

Bitte bestätigen.
"""


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (
            OUTLOOK,
            [
                ("I agree.", "", "", ""),
                ("Please confirm.", "Lee, Ann", "Monday, December 03, 2001 3:04 PM", "RE: Offer"),
                ("Ten tons at nine.", "Stone, Bo [mailto:bo@b.example]", "03 December 2001 14:00", "Offer"),
            ],
        ),
        (
            NOTES,
            [
                ("Go ahead.", "", "", ""),
                (
                    "Steve: ten tons.",
                    "Ann Lee@ECT",
                    "03/14/2000 07:03 PM",
                    "Offer of the largest consignment of goods we",
                ),
            ],
        ),
        (
            QUOTED,
            [
                ("Yes, I do. And tomorrow.", "", "", ""),
                ("Do you agree? Say it today.", "Ann Lee <ann@a.example>", "Mon, 1 Mar 2021 at 10:05", ""),
                ("Ten tons at nine.", "Bo Stone <bo@b.example>", "Feb 28, 2021, at 9:00 AM", ""),
            ],
        ),
        (
            CHINESE,
            [
                ("同意。", "", "", ""),
                ("请确认。", "李安 <ann@a.example>", "2021年3月1日 10:05", "回复：报价"),
                ("十吨，单价九元。", '"王波" <bo@b.example>;', "2021年2月28日(星期天) 晚上9:00", "报价"),
            ],
        ),
        (NETEASE, [("好的", "", "", ""), ("请确认 谢谢", '李安" <ann@a.example>', "2021-03-01 10:05:33", "")]),
        (
            GMAIL,
            [
                ("See below.", "", "", ""),
                ("Ten tons.", "Ann Lee <ann@a.example>", "Mon, Mar 1, 2021 at 10:05 AM", "Offer"),
            ],
        ),
        (
            GERMAN,
            [
                ("Ja.", "", "", ""),
                ("Bitte bestätigen.", "Ann Lee <ann@a.example>", "Montag, 1. März 2021 10:05", "AW: Angebot"),
            ],
        ),
        (
            'Agreed.\n\n>>> "Ann Lee" <ann@a.example> 3/1/2021 10:05 AM >>>\nPlease confirm.\n',
            [("Agreed.", "", "", ""), ("Please confirm.", 'Ann Lee" <ann@a.example>', "3/1/2021 10:05 AM", "")],
        ),
        (
            "好的\n\n---- 回复的原邮件 ----\n| 发件人 | 李安<ann@a.example> |\n| 发送日期 | 2021年03月01日 10:05 |\n"
            "| 收件人 | 王波<bo@b.example> |\n| 抄送至 |  |\n| 主题 | 报价 |\n请确认。",
            [("好的", "", "", ""), ("请确认。", "李安<ann@a.example>", "2021年03月01日 10:05", "报价")],
        ),
        (
            "好的\n------------------------------\n发件人：李安 <ann@a.example>\n日\u3000期：2021年03月01日 10:05:33\n"
            "收件人：王波<bo@b.example>\n抄\u3000送：(无)\n主\u3000题：报价\n\n请确认。",
            [
                ("好的 ------------------------------", "", "", ""),
                ("请确认。", "李安 <ann@a.example>", "2021年03月01日 10:05:33", "报价"),
            ],
        ),
        (
            "| From | Date | Amount |\n| Ann | 3 March | 12 |\n| To | Bo | 14 |",
            [("| From | Date | Amount | | Ann | 3 March | 12 | | To | Bo | 14 |", "", "", "")],
        ),
        (
            "No quotation: From here to there\nTo: be or not",
            [("No quotation: From here to there To: be or not", "", "", "")],
        ),
        ("", [("", "", "", "")]),
    ],
)
def test_a_body_is_cut_into_its_mails(body: str, wanted: list[tuple[str, str, str, str]]) -> None:
    found = segments_of(text=body)
    shown = [
        (" ".join(each.text.split()), *((h.sender, h.sent, h.subject) if (h := each.header) else ("", "", "")))
        for each in found
    ]
    if body == NOTES:
        assert shown[1][0].endswith(wanted[1][0])
        shown[1] = (wanted[1][0], *shown[1][1:])
    assert shown == wanted


@pytest.mark.parametrize(
    ("line", "sender", "sent"),
    [
        ("At 08:33 AM 8/23/01 -0500, you wrote:", "", "08:33 AM 8/23/01"),
        ("In a message dated 11/28/2001 3:54:42 PM, bo@b.example writes:", "bo@b.example", "11/28/2001 3:54:42 PM"),
        ("Am 01.03.2021 um 10:05 schrieb Ann Lee:", "Ann Lee", "01.03.2021 um 10:05"),
        (
            "Le lun. 1 mars 2021 à 10:05, Ann Lee <ann@a.example> a écrit :",
            "Ann Lee <ann@a.example>",
            "lun. 1 mars 2021 à 10:05",
        ),
        ("于2021年3月1日周一 上午10:05写道：", "", "2021年3月1日周一 上午10:05"),
        ("Ann Lee <ann@a.example> wrote:", "Ann Lee <ann@a.example>", ""),
    ],
)
def test_lines_of_attribution(line: str, sender: str, sent: str) -> None:
    found = segments_of(text=f"Yes.\n\n{line}\n> No.")
    assert [" ".join(each.text.split()) for each in found] == ["Yes.", "No."]
    assert found[1].header is not None
    assert (found[1].header.sender, found[1].header.sent) == (sender, sent)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*OUTLOOK.split("\n"), *NOTES.split("\n"), *QUOTED.split("\n"), *CHINESE.split("\n"), ">>>> x"]
        ),
        max_size=25,
    )
)
def test_every_segment_stands_where_it_says(lines: list[str]) -> None:
    body = "\n".join(lines)
    found = segments_of(text=body)
    assert found[0].header is None
    for each in found:
        assert letters_of("".join(body[span.start : span.end] for span in each.spans)) == each.letters()
    places = sorted((span.start, span.end) for each in found for span in each.spans)
    assert all(places[at][1] <= places[at + 1][0] for at in range(len(places) - 1))


def test_deep_and_long_bodies_are_cut_in_time() -> None:
    assert len(segments_of(text="\n".join(f"{'>' * level} level {level}" for level in range(3_000)))) == 21
    assert len(segments_of(text="From: a\nSent: b\nTo: c\n\nx\n" * 1_000)) == 1_001
    for line in ("On " + "a " * 90, "\t" * 100, "From: " + "x" * 5_000, "----" * 2_000, "Subject: a wrote"):
        assert len(segments_of(text=f"{line}\n" * 500)) >= 1


@pytest.mark.parametrize(
    ("subject", "base", "answered"),
    [
        ("Offer", "offer", False),
        ("Re: [list] Re[2]: Offer (fwd)", "offer", True),
        ("[Fwd: Offer]", "offer", True),
        ("回复：转发: 报价", "报价", True),
        ("AW: WG: RE^3: Angebot", "angebot", True),
        ("[only a blob]", "[only a blob]", False),
        ("Re:", "", True),
        ("[EXTERNAL] RE: Offer", "offer", True),
        ("EXTERNAL: RE: Offer", "offer", True),
        ("RE: [EXT] Offer", "offer", True),
        ("**EXTERNAL** Offer", "offer", False),
        ("【外部邮件】回复：报价", "报价", True),
        ("【通知】报价", "【通知】报价", False),
        ("Automatic reply: Offer", "offer", True),
        ("Accepted: Offer", "offer", True),
        ("Undeliverable: Re: Offer", "offer", True),
        ("自动回复: 报价", "报价", True),
        ("Reading list", "reading list", False),
        ("Reference: 12", "reference: 12", False),
        ("  a\r\n  b ", "a b", False),
    ],
)
def test_the_base_subject(subject: str, base: str, answered: bool) -> None:
    assert base_subject(subject=subject) == (base, answered)


@pytest.mark.parametrize(
    ("shown", "utc", "same"),
    [
        ("Monday, December 03, 2001 3:04 PM", "2001-12-03T21:04:30Z", True),
        ("03/12/2001 15:04", "2001-12-03T21:04:00Z", True),
        ("12.03.2001 15:04", "2001-03-12T14:04:00Z", True),
        ("2021年2月28日(星期天) 晚上9:00", "2021-02-28T13:00:00Z", True),
        ("2021-03-01 10:05:33", "2021-03-01T02:06:00Z", True),
        ("1. März 2021 10:05", "2021-03-01T09:05:00Z", True),
        ("Mon, 1 Mar 2021 at 10:05", "2021-03-01T09:12:00Z", False),
        ("Mon, 1 Mar 2021 at 10:05", "2021-03-03T10:05:00Z", False),
        ("Mon, 1 Mar 2021", "2021-03-01T10:05:00Z", None),
        ("31/31/2021 10:05", "2021-03-01T10:05:00Z", None),
        ("2021-03-01 10:05", "", None),
    ],
)
def test_a_written_time_in_any_zone(shown: str, utc: str, same: bool | None) -> None:
    assert same_time(shown=minutes_of(text=shown), sent=utc_minutes(text=utc)) is same


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Kean, Steven J.", "steven.kean@enron.example", True),
        ("Steven J Kean/NA/Enron@Enron", "skean@enron.example", True),
        ("张伟 <zw@a.example>", "张伟", True),
        ("Lee, Ann </O=EX/CN=RECIPIENTS/CN=ALEE>", "alee@ex.example", True),
        ("Ann Lee", "Bo Stone <bo@b.example>", False),
        ("", "Ann", None),
    ],
)
def test_one_person_in_two_forms(left: str, right: str, same: bool | None) -> None:
    assert same_person(keys_of(left), keys_of(right)) is same


@given(
    st.sampled_from(["From", "Sent", "To", "Subject", "Cc", "cc", "CC", "Date", "from", "Sent by", "Datum", "Fromm"]),
    st.text(alphabet="ab :：*_\t\n\u3000", max_size=12),
    st.sampled_from(["", " ", "\t", "\u3000", "*", "\n"]),
)
def test_a_plain_label_line_is_read_as_any_label_line(label: str, rest: str, before: str) -> None:
    line = f"{before}{label}{rest}"
    plain, full = PLAIN_LABEL.match(line), LABEL_LINE.match(line)
    if plain is not None:
        assert full is not None
        assert (plain["label"], plain["value"], plain.end()) == (full["label"], full["value"], full.end())


@given(
    st.lists(
        st.sampled_from(
            ["A wrote:", "A wrote :- ", "x", "", "wrote", "dass sie schrieb: \u3000-", "张三写道：", "::", "a: wrote"]
        )
    )
)
def test_lines_of_attribution_end_in_a_colon(lines: list[str]) -> None:
    text = "\n".join(lines)
    wanted, at = set(), 0
    for line in lines:
        if line.rstrip(" \t-\u3000\xa0").endswith((":", "：")) and any(word in line for word in ATTRIBUTION_WORDS):
            wanted.add(at)
        at += len(line) + 1
    assert set(_attributed(text)) == wanted
