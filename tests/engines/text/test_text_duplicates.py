"""Exact duplicates of families: recipe 2, what is never merged, how a decision is explained and taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest

from chancery.engines.text.duplicates.families import Duplicates, find_duplicates
from chancery.engines.text.duplicates.notices import Notices, learn
from chancery.engines.text.duplicates.recipe import (
    Fingerprint,
    disagreement,
    fingerprint,
    message_identification_hash,
    person,
)
from chancery.engines.text.duplicates.versions import find_versions
from chancery.engines.text.members import Member

NONE = Notices()
FOOTER = "*****\nThis archive is licensed under a public licence, cite its maker, Example Data Ltd, when used.\n*****"


def mail(id: str, *, sha: str = "", parent: str | None = None, family: str = "", **facts: Any) -> Member:
    metadata = {
        "subject": "Offer",
        "from": "Ann Lee <ann@a.example>",
        "to": ["bo@b.example"],
        "date_sent": "2021-03-01T10:00:00Z",
        "message_id": f"<{id}@x>",
        **facts.pop("metadata", {}),
    }
    return Member(
        id, parent, family or id, "mail", f"{id}.eml", sha or hashlib.sha256(id.encode()).hexdigest(), 10,
        metadata=metadata, **facts
    )  # fmt: skip


def attachment(id: str, parent: str, content: str) -> Member:
    digest = hashlib.sha256(content.encode()).hexdigest() if content else ""
    return Member(id, parent, parent, "document", f"{parent}/{content}", digest, 5)


def duplicates(members: Sequence[Member], texts: dict[str, str], **options: Any) -> Duplicates:
    return find_duplicates(members=members, text_of=texts.get, notices=options.pop("notices", NONE), **options)


def test_the_identification_hash_is_the_published_one() -> None:
    # Worked example in the help of RelativityOne, field EDRMMessageIdentificationHash.
    value = "<CALckR-a8UDkRjO4xJyjd_s0GPxQWw@mail.gmail.com>"
    assert message_identification_hash(message_id=f" {value}\t") == "1de319c276884bd0c9e2f1621ada26cc"
    assert message_identification_hash(message_id=" ") is None


def test_mails_of_one_content_are_merged_whatever_their_message_id() -> None:
    members = [
        mail("b"),
        mail("a", metadata={"subject": " offer ", "from": "ANN@A.EXAMPLE", "to": ["Bo <BO@b.example>"]}),
        mail("c", metadata={"message_id": "<b@x>"}),
    ]
    found = duplicates(members, {"a": "Dear Bo,\n\nten tons.", "b": "Dear  Bo, ten tons.", "c": "Dear Bo, two tons."})
    assert found.kept() == {"b": "a"}
    assert [(each.rule, each.sha256) for each in found.suppressed] == [("mail", found.prints["a"].sha256)]
    assert disagreement(left=found.prints["a"], right=found.prints["b"]) == ("mih",)
    assert disagreement(left=found.prints["b"], right=found.prints["c"]) == ("body",)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"subject": "Other"}, "header"),
        ({"date_sent": "2021-03-01T10:00:01Z"}, "header"),
        ({"from": "cy@c.example"}, "header"),
        ({"cc": ["cy@c.example"]}, "recipients"),
        ({"bcc": ["cy@c.example"]}, "blind"),
    ],
)
def test_a_different_part_keeps_mails_apart_and_is_named(change: dict[str, Any], part: str) -> None:
    found = duplicates([mail("a"), mail("b", metadata=change)], {"a": "text", "b": "text"})
    assert found.kept() == {}
    assert disagreement(left=found.prints["a"], right=found.prints["b"])[0] == part


def test_headers_alone_never_merge() -> None:
    bare = [mail("a"), mail("b"), mail("c", sha="same"), mail("d", sha="same")]
    assert duplicates(bare, {"a": " \n", "b": ""}).kept() == {"d": "c"}
    absent = [mail(id, metadata={"body_absent": True}) for id in "ab"]
    assert duplicates(absent, dict.fromkeys("ab", "From: Ann")).kept() == {}
    empty = [Member("e", None, "e", "text", "e", "x", 0), Member("f", None, "f", "text", "f", "x", 0)]
    assert duplicates(empty, {}).kept() == {}


def test_a_mail_read_in_part_is_only_the_same_as_its_bytes() -> None:
    cut = [mail("a", exception="truncated"), mail("b", exception="truncated")]
    assert duplicates(cut, {"a": "text", "b": "text"}).kept() == {}
    unread = [mail("a"), mail("b"), attachment("a1", "a", ""), attachment("b1", "b", "")]
    assert duplicates(unread, {"a": "text", "b": "text"}).kept() == {}


def test_the_order_of_attachments_does_not_matter_but_each_does() -> None:
    members = [
        *(mail("a"), attachment("a1", "a", "one"), attachment("a2", "a", "two")),
        *(mail("b"), attachment("b1", "b", "two"), attachment("b2", "b", "one")),
        *(mail("c"), attachment("c1", "c", "one")),
        *(mail("d"), attachment("d1", "d", "one"), attachment("d2", "d", "one")),
    ]
    found = duplicates(members, dict.fromkeys("abcd", "see attached"))
    assert found.kept() == {"b": "a", "b1": "a2", "b2": "a1"}
    assert {each.rule for each in found.suppressed if each.id != "b"} == {"family"}
    assert found.restored(["b1"]).kept() == {}
    assert found.restored(["zzz"]).kept() == found.kept()


def test_the_copy_of_the_first_custodian_is_kept() -> None:
    members = [mail("a", custodian="Zhou"), mail("b", custodian="Li"), mail("c", custodian="Wang")]
    texts = dict.fromkeys("abc", "text")
    assert duplicates(members, texts).kept() == {"b": "a", "c": "a"}
    assert duplicates(members, texts, custodians=("Wang", "Li")).kept() == {"a": "c", "b": "c"}


def test_an_added_notice_is_learned_and_does_not_count() -> None:
    texts = [(f"s{n}@a.example", f"Text number {n}\n\n{FOOTER}") for n in range(20)]
    notices = learn(mails=texts)
    assert [" ".join(each.words) for each in notices.all] == [" ".join(FOOTER.split())]
    assert notices.plain(f"Hello you\n\n{FOOTER}\n") == "Helloyou"
    assert notices.without(f"Hello\n{FOOTER}\nand").split() == ["Hello", "and"]
    found = duplicates([mail("a"), mail("b")], {"a": f"Hello\n\n{FOOTER}", "b": "Hello"}, notices=notices)
    assert found.kept() == {"b": "a"}
    only = duplicates([mail("a"), mail("b")], dict.fromkeys("ab", FOOTER), notices=notices)
    assert only.kept() == {}


def test_a_signature_or_a_newsletter_is_no_notice() -> None:
    signed = [
        ("ann@a.example", f"Text {n}\n\nAnn Lee, Senior Counsel, Example Limited\n{'1 Long Street, ' * 8}")
        for n in range(30)
    ]
    assert learn(mails=signed) == NONE
    newsletter = [(f"s{n}@a.example", "News of the day\n" + "word " * 60) for n in range(30)]
    assert learn(mails=newsletter) == NONE
    assert learn(mails=[]) == NONE


def test_drafts_and_blind_copies_are_linked_not_merged() -> None:
    members = [
        mail("sent", metadata={"message_id": "<m@x>"}),
        mail("draft", metadata={"message_id": "<m@x>", "date_sent": None, "from": "MAILER-DAEMON"}),
        mail("own", metadata={"bcc": ["cy@c.example"]}),
        mail("received"),
        mail("forged", metadata={"message_id": "<m@x>", "date_sent": "2022-01-01T00:00:00Z"}),
    ]
    texts = {"sent": "the final text", "draft": "the text", "own": "x", "received": "x", "forged": "other"}
    found = duplicates(members, texts)
    assert found.kept() == {}
    versions = find_versions(members=members, prints=found.prints, left_out=found.kept())
    first = {member.id: (each.of, each.rule) for member in members if (each := versions.get(member.id))}
    assert first == {
        "draft": ("sent", "draft"),
        "received": ("own", "blind_copy"),
        "forged": ("sent", "same_message_id"),
    }
    assert found.prints["own"].soft == found.prints["received"].soft


def test_people_are_compared_by_address() -> None:
    assert person(shown="Lee, Ann </O=EX/OU=NA/CN=RECIPIENTS/CN=ALEE>") == "alee"
    assert person(shown=" 'Ann.Lee@A.example' ") == "ann.lee@a.example"


def test_a_fingerprint_names_its_recipe() -> None:
    found = fingerprint(text="body", metadata={}, attachments=["b", "a"], notices=NONE)
    again = fingerprint(text="b o d y", metadata={"bcc": []}, attachments=["a", "b"], notices=NONE)
    assert found == again
    assert (found.recipe, len(found.sha256), len(found.md5), found.mih) == (2, 64, 32, None)
    other = Fingerprint(**{**found.as_record(), "recipe": 1})
    assert disagreement(left=found, right=other) == ("recipe",)


def test_families_that_contain_themselves_come_to_an_end() -> None:
    members = [
        mail("a", sha="x", parent="a1"),
        Member("a1", "a", "a", "document", "a1", "d", 5),
        mail("b", sha="x", parent="b1"),
        Member("b1", "b", "b", "document", "b1", "d", 5),
    ]
    found = duplicates(members, {})
    assert found.kept() == {"b": "a", "b1": "a1"}
