"""Conversations: what joins mails, what must be read, what is missing; nothing is lost by leaving mails unread."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from typing import Any

import pytest

from chancery.engines.text.members import Member
from chancery.engines.text.threads.conversations import Threaded, threads

LONG = "The consignment of ten tons of steel coils leaves the port of Rotterdam on Friday at nine in the morning."
OTHER = "Our counsel has looked at the draft charter party and proposes three changes to the demurrage clause."


def mail(id: str, *, sender: str = "ann@a.example", to: Iterable[str] = ("bo@b.example",), **facts: Any) -> Member:
    exception = facts.pop("exception", None)
    metadata = {"subject": "Offer", "from": sender, "to": list(to), "message_id": f"<{id}@x>", **facts}
    return Member(id, None, id, "mail", f"{id}.eml", id, 1, exception=exception, metadata=metadata)


def read(
    members: Iterable[Member], texts: dict[str, str], attached: dict[str, list[str]] | None = None
) -> dict[str, Threaded]:
    files = attached or {}
    found = threads(mails=((each, files.get(each.id, ())) for each in members), text_of=texts.get)
    return {each.id: each for each in found}


def joined(found: dict[str, Threaded]) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for each in found.values():
        groups.setdefault(each.thread_id, set()).add(each.id)
    return {frozenset(group) for group in groups.values()}


def outlook(sender: str, sent: str, text: str, subject: str = "Offer") -> str:
    return f"\n\n-----Original Message-----\nFrom: {sender}\nSent: {sent}\nTo: All\nSubject: {subject}\n\n{text}"


def groups(*ids: str) -> set[frozenset[str]]:
    return {frozenset(each.split()) for each in ids}


def test_headers_join_whatever_the_order_and_the_gap() -> None:
    members = [
        mail("c", subject="Re: Offer", references=["<a@x>", "<gone@x>", "<b@x>"]),
        mail("b", subject="Other words", in_reply_to="<a@x> (Ann's message)"),
        mail("a"),
        mail("d", subject="Re: Offer", sender="dee@d.example", to=(), references=["<gone@x>"]),
    ]
    found = read(members, {})
    assert joined(found) == groups("a b c d")
    assert [each.reference for each in found["c"].missing + found["d"].missing] == ["<gone@x>"]


def test_a_mail_answers_the_nearest_earlier_one_that_is_there() -> None:
    times = {id: f"2021-03-01T1{number}:05:00Z" for number, id in enumerate("abcd")}
    members = [
        mail("a", date_sent=times["a"], references=["<b@x>"]),
        mail("b", subject="Re: Offer", date_sent=times["b"], references=["<a@x>", "<gone@x>"]),
        mail("c", subject="Re: Offer", date_sent=times["c"], in_reply_to="<b@x>", references=["<a@x>"]),
        mail("d", subject="Fw: Offer", date_sent=times["d"], sender="bo@b.example", to=["ann@a.example"]),
    ]
    found = read(members, {"a": LONG, "d": f"See.{outlook('Ann', 'Monday, March 1, 2021 5:05 AM', LONG)}"})
    assert {id: each.answers for id, each in found.items()} == {"a": None, "b": "a", "c": "b", "d": "a"}


def test_a_reference_to_oneself_or_round_in_a_circle_does_no_harm() -> None:
    members = [
        mail("a", references=["<a@x>", "<c@x>"]),
        mail("b", references=["<a@x>"], in_reply_to="<b@x>"),
        mail("c", references=["<b@x>"] * 5_000),
        mail("d", subject="Alone", references="", in_reply_to=None, message_id=None),
    ]
    found = read(members, {})
    assert joined(found) == groups("a b c", "d")
    assert not any(each.missing for each in found.values())


def test_a_forged_reference_joins_no_strangers() -> None:
    members = [
        mail("a"),
        mail("b", sender="eve@e.example", to=["fay@f.example"], subject="Prize", references=["<a@x>"]),
        mail("c", sender="bo@b.example", to=["ann@a.example"], subject="New topic", references=["<a@x>"]),
    ]
    assert joined(read(members, {})) == groups("a c", "b")


def test_the_same_subject_alone_joins_nothing() -> None:
    members = [
        mail("a", date_sent="2021-03-01T10:00:00Z"),
        mail("b", date_sent="2021-03-02T10:00:00Z"),
        mail("c", sender="eve@e.example", to=["fay@f.example"], subject="Re: Offer", date_sent="2021-03-02T11:00:00Z"),
        mail("d", sender="bo@b.example", to=["ann@a.example"], subject="回复：Offer", date_sent="2021-03-03T10:00:00Z"),
        mail("e", sender="bo@b.example", to=["ann@a.example"], subject="Re: Offer", date_sent="2022-03-03T10:00:00Z"),
        *(mail(id, subject="") for id in "xy"),
    ]
    assert joined(read(members, {})) == groups("a", "b d", "c", "e", "x", "y")


def test_a_stock_phrase_joins_no_mails() -> None:
    members = [mail(id, subject=f"Topic {id}") for id in "abc"]
    members.append(mail("d", subject="Fw: other", sender="bo@b.example", to=["ann@a.example"]))
    texts = {**dict.fromkeys("abc", LONG), "d": OTHER + outlook("Ann", "03/01/2021 5:05 AM", LONG, "Topic b")}
    assert joined(read(members, texts)) == groups("a", "b d", "c")


def test_outlook_joins_by_the_index_of_the_conversation() -> None:
    index = "AdcOkxE0NwV0mCqzQ0aHqGg1GQ6n2A=="
    members = [
        mail("a", thread_index=index, subject="One"),
        mail("b", thread_index=index[:30] + "AAAAAA==", subject="Two", sender="bo@b.example", to=["ann@a.example"]),
        mail("c", thread_index="???", subject="Three"),
        mail("d", thread_index="QQ==", subject="Four"),
    ]
    assert joined(read(members, {})) == groups("a b", "c", "d")


def test_quotations_join_and_the_last_mail_is_inclusive() -> None:
    members = [
        mail("a", date_sent="2021-03-01T10:05:00Z"),
        mail("b", sender="bo@b.example", to=["ann@a.example"], subject="New words", date_sent="2021-03-01T12:00:00Z"),
    ]
    texts = {"a": LONG, "b": f"{OTHER}{outlook('Ann <ann@a.example>', 'Monday, March 1, 2021 5:05 AM', LONG)}"}
    found = read(members, texts)
    assert joined(found) == groups("a b")
    assert (found["a"].verdict.inclusive, found["a"].verdict.contained_in, found["a"].verdict.spare) == (
        False,
        "b",
        False,
    )
    assert (found["b"].verdict.inclusive, found["b"].verdict.reason) == (True, "message")
    assert not found["b"].missing


@pytest.mark.parametrize(
    ("sender", "sent", "text"),
    [
        ("Eve <eve@e.example>", "Monday, March 1, 2021 5:05 AM", LONG),
        ("Ann <ann@a.example>", "Monday, March 1, 2021 5:09 AM", LONG),
        ("Ann <ann@a.example>", "Tuesday, March 9, 2021 5:05 AM", LONG),
    ],
)
def test_a_quotation_of_another_sender_or_time_is_only_an_inference(sender: str, sent: str, text: str) -> None:
    members = [
        mail("a", date_sent="2021-03-01T10:05:00Z"),
        mail("b", sender="bo@b.example", to=["ann@a.example"], subject="Re: Offer", date_sent="2021-03-19T12:00:00Z"),
    ]
    found = read(members, {"a": LONG, "b": OTHER + outlook(sender, sent, text)})
    assert joined(found) == groups("a b")
    assert (found["a"].verdict.inclusive, found["a"].verdict.reason) == (True, "inferred")


def test_a_forward_that_was_edited_joins_by_the_one_it_quotes_and_hides_nothing() -> None:
    members = [
        mail("a", sender="Ann Lee <ann@a.example>", to=["board@a.example"], date_sent="2021-03-01T10:05:00Z"),
        mail(
            "b", sender="kim@a.example", to=["press@p.example"], subject="FW: Offer", date_sent="2021-03-01T11:05:00Z"
        ),
    ]
    edited = LONG.replace("Friday", "Monday")
    found = read(
        members, {"a": LONG, "b": f"See.{outlook('Ann Lee <ann@a.example>', 'Monday, March 1, 2021 10:05 AM', edited)}"}
    )
    assert joined(found) == groups("a b")
    assert [found[id].verdict.inclusive for id in "ab"] == [True, True]
    assert found["b"].missing == ()


def test_of_two_equal_copies_the_one_that_shows_a_blind_recipient_is_read() -> None:
    members = [
        mail("a", date_sent="2021-03-01T10:05:00Z"),
        mail("b", date_sent="2021-03-01T10:05:00Z", bcc=["cy@c.example"]),
    ]
    found = read(members, {"a": LONG, "b": LONG})
    assert (found["b"].verdict.inclusive, found["b"].verdict.reason) == (True, "message")
    assert (found["a"].verdict.inclusive, found["a"].verdict.contained_in, found["a"].verdict.spare) == (
        False,
        "b",
        True,
    )


def test_a_cut_quotation_contains_nothing() -> None:
    members = [mail("a", date_sent="2021-03-01T10:05:00Z"), mail("b", sender="bo@b.example", subject="Re: Offer")]
    quoted = outlook("Ann <ann@a.example>", "Monday, March 1, 2021 5:05 AM", LONG[:60])
    found = read(members, {"a": LONG, "b": OTHER + quoted})
    assert found["a"].verdict.inclusive


def test_an_attachment_that_no_larger_mail_has_must_be_read() -> None:
    members = [mail("a", date_sent="2021-03-01T10:05:00Z"), mail("b", sender="bo@b.example", subject="Re: Offer")]
    texts = {"a": LONG, "b": OTHER + outlook("Ann <ann@a.example>", "Monday, March 1, 2021 5:05 AM", LONG)}
    assert read(members, texts, {"a": ["1"]})["a"].verdict.reason == "attachment"
    assert not read(members, texts, {"a": ["1"], "b": ["2", "1"]})["a"].verdict.inclusive


def test_a_mail_read_in_part_must_be_read() -> None:
    members = [mail("a", exception="truncated"), mail("b", sender="bo@b.example", subject="Re: Offer")]
    found = read(members, {"a": LONG, "b": OTHER + outlook("Ann <ann@a.example>", "", LONG)})
    assert (found["a"].verdict.inclusive, found["a"].verdict.reason) == (True, "unreadable")


def test_the_same_mail_in_another_time_zone_is_a_spare() -> None:
    members = [
        mail("a", date_sent="2021-03-01T10:05:00Z"),
        mail("b", date_sent="2021-03-01T17:05:00Z", subject="Re: Offer"),
        mail("c", date_sent="2021-03-02T11:12:00Z", subject="Re: Offer"),
    ]
    found = read(members, dict.fromkeys("abc", LONG))
    assert joined(found) == groups("a b c")
    assert [(id, each.verdict.inclusive, each.verdict.spare) for id, each in sorted(found.items())] == [
        ("a", True, False),
        ("b", False, True),
        ("c", True, False),
    ]


def test_short_answers_are_not_taken_for_each_other() -> None:
    members = [
        mail("a", sender="bo@b.example", date_sent="2021-03-01T10:05:00Z", subject="Re: Offer"),
        mail("b", sender="ann@a.example", date_sent="2021-03-01T12:00:00Z", subject="Re: Offer"),
        mail("c", sender="ann@a.example", to=["bo@b.example"], date_sent="2021-03-01T13:00:00Z", subject="Re: Offer"),
    ]
    texts = {"a": "Thanks", "b": "Thanks", "c": OTHER + outlook("Ann", "03/01/2021 12:00", "Thanks")}
    found = read(members, texts)
    assert [found[id].verdict.inclusive for id in "abc"] == [True, False, True]


def test_a_short_answer_needs_sender_and_time_exactly() -> None:
    members = [
        mail("a", date_sent="2021-03-01T10:05:00Z", subject="Re: Offer"),
        mail("b", sender="bo@b.example", to=["ann@a.example"], date_sent="2021-03-02T10:00:00Z", subject="Re: Offer"),
    ]
    for sent, unread in (("03/01/2021 5:05 AM", True), ("03/01/2021 5:20 AM", False), ("03/01/2021 5:06 AM", False)):
        found = read(members, {"a": "Thanks", "b": OTHER + outlook("Ann", sent, "Thanks")})
        assert found["a"].verdict.inclusive is not unread
    found = read(members, {"a": "Thanks", "b": OTHER + outlook("Ann", "", "Thanks")})
    assert found["a"].verdict.inclusive


def test_the_same_short_answer_of_another_day_is_not_taken_for_the_one_quoted() -> None:
    """Thirteen and a half hours lie between the two, and no clock is so far from UTC."""
    first = {"sender": "ann@a.example", "to": ["bo@b.example"], "subject": "Re: Offer"}
    members = [
        mail("a", **first, date_sent="2002-10-18T19:17:00Z"),
        mail("c", sender="bo@b.example", subject="Re: Offer", date_sent="2002-10-21T21:27:00Z"),
    ]
    texts = {"a": "Thanks.", "c": OTHER + outlook("Ann <ann@a.example>", "10/19/2002 8:47 AM", "Thanks.")}
    assert read(members, texts)["a"].verdict.inclusive


@pytest.mark.parametrize(("references", "inclusive"), [(["<b@x>"], True), (["<a@x>"], False), ([], False)])
def test_a_short_answer_is_not_the_one_quoted_where_others_are_listed(references: list[str], inclusive: bool) -> None:
    """Two answers of one person with the same words, an even five hours apart: the reference tells which is quoted."""
    first = {"sender": "ann@a.example", "to": ["bo@b.example"], "subject": "Re: Offer"}
    members = [
        mail("a", **first, date_sent="2002-10-18T10:00:00Z"),
        mail("c", sender="bo@b.example", subject="Re: Offer", date_sent="2002-10-21T21:27:00Z", references=references),
    ]
    texts = {"a": "Thanks.", "c": OTHER + outlook("Ann <ann@a.example>", "10/18/2002 5:00 AM", "Thanks.")}
    assert read(members, texts)["a"].verdict.inclusive is inclusive


def test_passages_read_before_are_named() -> None:
    quoted = outlook("Dee Dart", "Monday, March 1, 2021 5:05 AM", LONG)
    members = [
        mail("a", subject="Re: Offer", date_sent="2021-03-02T10:00:00Z"),
        mail("b", subject="Re: Offer", date_sent="2021-03-03T10:00:00Z", sender="bo@b.example", to=["ann@a.example"]),
        mail("c", subject="Re: Offer", date_sent="2021-03-04T10:00:00Z"),
        mail("d", sender="eve@e.example", to=["fay@f.example"], subject="Steel", date_sent="2021-03-05T10:00:00Z"),
    ]
    inline = "\n".join(["> " + LONG[:50], "I doubt it.", "> " + LONG[50:]])
    texts = {"a": f"Seen.{quoted}", "b": f"Done.{quoted}", "c": inline, "d": f"{LONG * 3}\n\n> {LONG}"}
    found = read(members, texts)
    assert [found[id].repeated for id in "acd"] == [(), (), ()]
    (again,) = found["b"].repeated
    assert (texts["b"][again.start : again.end].strip(), again.shown_in) == (LONG, "a")


def test_missing_mails_are_reported_once_at_their_place() -> None:
    quoted = outlook("Dee Dart", "Monday, March 1, 2021 5:05 AM", LONG)
    members = [
        mail("a", subject="Re: Offer", date_sent="2021-03-02T10:00:00Z"),
        mail("b", subject="Re: Offer", date_sent="2021-03-03T10:00:00Z", sender="bo@b.example", to=["ann@a.example"]),
    ]
    texts = {"a": f"Seen.{quoted}", "b": f"Done.{quoted}"}
    found = read(members, texts)
    assert not found["b"].missing
    (missing,) = found["a"].missing
    assert (missing.sender, missing.sent, missing.subject) == ("Dee Dart", "Monday, March 1, 2021 5:05 AM", "Offer")
    assert texts["a"][missing.start : missing.end].strip() == LONG


def test_a_missing_mail_that_is_quoted_and_named_by_the_header_is_one() -> None:
    quoted = outlook("Dee Dart", "Monday, March 1, 2021 5:05 AM", LONG)
    member = mail("a", subject="Re: Offer", date_sent="2021-03-02T10:00:00Z", references=["<old@x>", "<gone@x>"])
    found = read([member], {"a": f"Seen.{quoted}"})
    told = [(each.sender, each.reference) for each in found["a"].missing]
    assert told == [("Dee Dart", "<gone@x>"), ("", "<old@x>")]


def test_mails_without_text_must_be_read() -> None:
    members = [mail(id, body_absent=True) for id in "ab"]
    found = read(members, dict.fromkeys("ab", "From: Ann"))
    assert all(each.verdict.inclusive and each.verdict.contained_in is None for each in found.values())
    assert read([], {}) == {}


def test_nothing_is_lost_in_random_conversations() -> None:
    letters = re.compile(r"[^\W_]+")
    for seed in range(6):
        chance = random.Random(seed)
        members, texts, own = [], {}, {}
        sent: list[tuple[str, str, str]] = []
        for number in range(60):
            id, sender = f"m{number:02d}", f"p{chance.randrange(5)}@a.example"
            time = f"2021-03-{1 + number // 24:02d} {number % 24:02d}:{chance.randrange(60):02d}"
            own[id] = chance.choice(
                ["Yes", "", " ".join(f"w{chance.randrange(90)}" for _ in range(chance.randrange(30)))]
            )
            body = own[id]
            if sent and chance.random() < 0.8:
                (name, when, text), style = chance.choice(sent[-4:]), chance.randrange(3)
                if style == 0:
                    body += outlook(name, when, text)
                elif style == 1:
                    lines = "\n".join(f"> {line}" for line in text.split("\n"))
                    body += f"\n\nOn {when}, {name} wrote:\n{lines}\n"
                    body += chance.choice(["", "\nafter the quotation"])
                else:
                    body += f"\n\n发件人: {name}\n发送时间: {when}\n主题: Offer\n\n{text[: chance.choice([9999, 40])]}"
            sent.append((sender, time, body))
            texts[id] = body
            members.append(mail(id, sender=sender, to=["p0@a.example"], subject="Re: Offer", date_sent=time))
        found = read(members, texts)
        unread = [each for each in found.values() if not each.verdict.inclusive]
        assert unread
        for each in unread:
            container = str(each.verdict.contained_in)
            assert found[container].verdict.inclusive
            whole = "".join(letters.findall(texts[container]))
            for line in texts[each.id].split("\n"):
                if not re.match(r"[> ]*(From|Sent|To|Subject|On .* wrote|发|主题|-----)", line):
                    assert "".join(letters.findall(line)) in whole


def test_a_huge_conversation_takes_no_quadratic_time() -> None:
    members = [
        mail(f"m{number:05d}", subject="Re: Offer", date_sent=f"2021-03-{1 + number // 1440:02d}T10:00:00Z")
        for number in range(1_500)
    ]
    texts = {each.id: f"{each.id} says yes{outlook('Ann', 'Monday, March 1, 2021 5:05 AM', LONG)}" for each in members}
    found = read(members, texts)
    assert len(joined(found)) == 1
    assert sum(len(each.missing) for each in found.values()) == 1
    assert all(each.verdict.inclusive for each in found.values())
