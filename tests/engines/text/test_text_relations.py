"""The one door to what ties a collection together."""

from __future__ import annotations

import io
import random
import re
import tarfile
from collections import defaultdict
from pathlib import Path

import pytest

from chancery.engines.ingest.readers.mail import read_message
from chancery.engines.text.relations import Member, Relation, RelationOptions, relate, suppressed

BODY = " ".join(f"word{number}" for number in range(80))
MAIL = {"subject": "Offer", "from": "ann@a.example", "to": ["bo@b.example"], "date_sent": "2021-03-01T10:00:00Z"}


def collection() -> tuple[list[Member], dict[str, str]]:
    members = [
        Member("z", None, "z", "archive", "z.zip", "zz", 9, status="container", custodian="Li"),
        Member("a", "z", "a", "mail", "z.zip/a.eml", "1", 5, custodian="Li", metadata={**MAIL, "message_id": "<a>"}),
        Member("a1", "a", "a", "document", "z.zip/a.eml/x.doc", "d", 5, custodian="Li"),
        Member("b", None, "b", "mail", "b.eml", "2", 5, custodian="Wang", metadata={**MAIL, "message_id": "<b>"}),
        Member("b1", "b", "b", "document", "b.eml/x.doc", "d", 5, custodian="Wang"),
        Member("c", None, "c", "document", "c.doc", "3", 5, custodian="Wang"),
        Member("e", None, "e", "document", "e.doc", "", 5, status="exception", exception="encrypted"),
    ]
    return members, {"a": BODY, "b": BODY, "a1": "x", "b1": "x", "c": BODY.replace("word7 ", "seven ")}


def found(**options: object) -> dict[str, Relation]:
    members, texts = collection()
    listed = list(relate(members=members, text_of=texts.get, options=RelationOptions(**options)))  # type: ignore[arg-type]
    assert [each.id for each in listed] == [each.id for each in members]
    assert listed == list(relate(members=iter(members), text_of=texts.get, options=RelationOptions(**options)))  # type: ignore[arg-type]
    return {each.id: each for each in listed}


def test_copies_roll_up_on_the_kept_family() -> None:
    relations = found()
    assert list(suppressed(relations=relations.values())) == [("a", "b", "mail"), ("a1", "b1", "family")]
    assert relations["b"].custodians == ("Wang", "Li")
    assert relations["b"].paths == ("b.eml", "z.zip/a.eml")
    assert (relations["b1"].custodians, relations["a"].custodians) == (("Wang", "Li"), ("Li",))
    assert relations["b"].dedupe and relations["b"].dedupe["recipe"] == 2
    first = found(custodians=("Li",))
    assert list(suppressed(relations=first.values())) == [("b", "a", "mail"), ("b1", "a1", "family")]


def test_what_was_left_out_comes_back_with_its_family() -> None:
    relations = found(restored=("a1",))
    assert list(suppressed(relations=relations.values())) == []
    assert (relations["b"].custodians, relations["a"].custodians) == (("Wang",), ("Li",))
    assert (relations["a"].inclusive, relations["b"].inclusive) in {(True, False), (False, True)}


def test_each_question_is_answered_or_left_open() -> None:
    relations = found()
    assert {id: each.near_duplicate_group for id, each in relations.items()} == {
        **dict.fromkeys("ze"),
        **dict.fromkeys(("a1", "b1")),
        **dict.fromkeys("abc", "b"),
    }
    assert relations["b"].near_duplicate_similarity == 1
    assert relations["c"].near_duplicate_similarity == pytest.approx(75 / 81)
    assert relations["a"].thread_id == relations["a1"].thread_id == relations["b1"].thread_id is not None
    assert [relations[id].inclusive for id in ("b", "b1", "a", "a1", "c", "z")] == [
        True,
        True,
        False,
        False,
        None,
        None,
    ]
    assert (relations["a"].contained_in, relations["a"].spare_of) == ("b", "b")
    unasked = found(near_duplicates=False, threads=False)
    assert all(each.near_duplicate_group is None and each.thread_id is None for each in unasked.values())


def test_an_attachment_of_a_copy_is_tied_to_its_partner_not_to_a_stranger() -> None:
    members, texts = collection()
    extra = [*members, Member("b2", "b", "b", "document", "b.eml/y.doc", "y", 5)]
    relations = {each.id: each for each in relate(members=extra, text_of=texts.get)}
    assert all(each.duplicate_of is None for each in relations.values())


def test_the_bailey_mailbox(test_data: Path) -> None:
    """19 pairs agree in body, subject, sender, date and attachments, whatever their Message-ID."""
    archive = test_data / "mail" / "edrm_enron_bailey.tar.gz"
    footer = re.compile(r"\*{8,}\s*EDRM Enron Email Data Set.*?\*{8,}", re.DOTALL)
    members, texts = [], {}
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as tar:
        for entry in tar:
            stream = tar.extractfile(entry) if entry.name.endswith(".eml") else None
            if stream is not None:
                reading = read_message(data=stream.read())
                members.append(Member(entry.name, None, entry.name, "mail", entry.name, entry.name, 1,
                                      metadata=reading.metadata))  # fmt: skip
                texts[entry.name] = reading.text or ""
    wanted = defaultdict(set)
    for each in members:
        body = "".join(footer.sub("", texts[each.id]).split())
        if body:
            facts = each.metadata
            wanted[body, facts["subject"], facts["from"], facts["date_header"]].add(each.id)
    groups = defaultdict(set)
    for relation in relate(members=members, text_of=texts.get):
        groups[relation.duplicate_of or relation.id].add(relation.id)
    assert sorted(map(sorted, (g for g in groups.values() if len(g) > 1))) == sorted(
        map(sorted, (g for g in wanted.values() if len(g) > 1))
    )
    assert sum(len(group) - 1 for group in groups.values()) == 19


def test_any_metadata_and_text_will_do() -> None:
    odd = [None, "", 0, float("nan"), [], {}, "x" * 20_000, "\ud800", ["a", None, 5], b"b", "Re: " * 500, "[" * 500]
    names = [*("subject", "from", "to", "cc", "bcc", "date_sent", "date_header", "message_id"), "body_absent"]
    texts = ["", "\ud800\udc00", ">" * 3_000, "> " * 3_000, "From: a\nTo: b\n" * 100, "中" * 2_000, "\x00", "Thanks"]
    chance = random.Random(5)
    members = [
        Member(
            f"i{number}",
            chance.choice([None, None, "ghost", f"i{chance.randrange(60)}"]),
            chance.choice([f"i{number}", f"i{number}", "ghost", f"i{chance.randrange(60)}"]),
            chance.choice(["mail", "mail", "document", "archive"]),
            sha256=chance.choice(["", "same", str(number)]),
            size=chance.choice([0, 1, -5]),
            metadata={name: chance.choice(odd) for name in names if chance.random() < 0.7},
        )
        for number in range(60)
    ]
    bodies = {each.id: chance.choice(texts) for each in members}
    relations = {each.id: each for each in relate(members=members, text_of=bodies.get)}
    assert list(relations) == [each.id for each in members]
    for each in relations.values():
        if each.duplicate_of is not None:
            assert relations[each.duplicate_of].duplicate_of is None
        elif each.contained_in is not None and each.inclusive is False:
            assert relations[each.contained_in].inclusive


def test_a_text_beyond_the_limit_is_compared_by_its_bytes_alone() -> None:
    body = " ".join(f"clause{number}" for number in range(200))
    texts = {"a": body, "b": f"{body} more", "c": body}
    members = [Member(key, None, key, "document", f"{key}.txt", f"sha-{len(text)}", 9) for key, text in texts.items()]
    near = {each.id: each.near_duplicate_group for each in relate(members=members, text_of=texts.get)}
    assert near["a"] is not None
    assert near["a"] == near["b"]
    short = RelationOptions(longest=len(body) - 1)
    cut = {each.id: each for each in relate(members=members, text_of=texts.get, options=short)}
    assert [each.near_duplicate_group for each in cut.values()] == [None, None, None]
    assert cut["c"].duplicate_of == "a"
