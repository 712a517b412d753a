"""Searching finds exactly what a slow and simple reader finds, and nothing of others."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from tests.apps.conftest import World

from chancery.apps.documents import actions as documents
from chancery.apps.documents.models import Document
from chancery.apps.search import queries
from chancery.platform.access import actions as access
from chancery.platform.access.actors import system_actor
from chancery.platform.index.actions import erase
from chancery.platform.jobs.actions import run_pending
from chancery.platform.jobs.models import Job

WORDS = ["supply", "supplier", "contract", "delay", "payment", "offer"]
HAN = "买卖合同违约责任交货延期付款"


def corpus(seed: int, count: int) -> list[str]:
    """Return short texts of both languages."""
    chance = random.Random(seed)
    texts = []
    for _ in range(count):
        latin = " ".join(chance.choice(WORDS) for _ in range(chance.randint(2, 7)))
        han = "".join(chance.choice(HAN) for _ in range(chance.randint(3, 14)))
        mark = chance.choice(["，", "。", "\n", ""])
        texts.append(f"{latin}. {han}{mark}{han[::-1]}")
    return texts


def collect(world: World, matter_id: str, tenant_id: str, texts: list[str], folder: Path, at: datetime) -> None:
    """Bring texts in as files and make them findable."""
    actor = system_actor(tenant_id=tenant_id)
    collection_id = documents.open_collection(actor=actor, matter_id=matter_id, name="c", source_label="", at=at)
    files = []
    for number, text in enumerate(texts):
        path = folder / f"{number:03d}.txt"
        path.write_text(text, encoding="utf-8")
        files.append(documents.Incoming(path=path.name, location=path))
    documents.receive_files(actor=actor, collection_id=collection_id, files=files, at=at)
    documents.close_collection(actor=actor, collection_id=collection_id, at=at)
    run_pending()


def latin(text: str) -> list[str]:
    """Return the words of a text, as a simple reader sees them."""
    return [word for word in text.replace(".", " ").split() if word.isascii()]


def dense(text: str) -> str:
    """Return a text without white space."""
    return "".join(text.split())


def test_no_hit_is_missed_and_none_is_extra(world: World, matter_id: str, tmp_path: Path, at: datetime) -> None:
    texts = corpus(7, 60)
    collect(world, matter_id, world.client_id, texts, tmp_path, at)
    actor = world.actor("manager")
    names = {document.id: int(document.name[:3]) for document in Document.objects.filter(matter_id=matter_id)}

    def found(query: str) -> set[int]:
        page = queries.search(actor=actor, text=query, matter_id=matter_id, limit=100)
        assert not page.problems
        assert page.total == len(page.hits)
        return {names[hit.document.id] for hit in page.hits}

    def wanted(test: object) -> set[int]:
        return {number for number, text in enumerate(texts) if test(text)}  # type: ignore[operator]

    for word in WORDS:
        assert found(word) == wanted(lambda text, word=word: word in latin(text))
        assert found(f"NOT {word}") == wanted(lambda text, word=word: word not in latin(text))
    for first in WORDS:
        for second in WORDS:
            pair = [first, second]
            assert found(f'"{first} {second}"') == wanted(
                lambda text, pair=pair: any(latin(text)[i : i + 2] == pair for i in range(len(latin(text))))
            )
    chance = random.Random(3)
    for _ in range(40):
        text = dense(chance.choice(texts).split(".")[1])
        start = chance.randrange(len(text))
        piece = text[start : start + chance.randint(1, 3)].strip("，。")
        if piece and all(character in HAN for character in piece):
            assert found(piece) == wanted(lambda text, piece=piece: piece in dense(text))
    assert found("suppl*") == wanted(lambda text: any(word.startswith("suppl") for word in latin(text)))
    assert found("(supply OR offer) AND NOT delay") == wanted(
        lambda text: ({"supply", "offer"} & set(latin(text))) and "delay" not in latin(text)
    )


def test_walls_and_clients_hold_in_hits_counts_and_suggestions(
    world: World, matter_id: str, other_matter_id: str, tmp_path: Path, at: datetime
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    collect(world, matter_id, world.client_id, ["alpha secret"], tmp_path / "a", at)
    collect(world, other_matter_id, world.other_client_id, ["alpha other"], tmp_path / "b", at)

    def total(who: str) -> int:
        actor = world.actor(who)
        page = queries.search(actor=actor, text="alpha")
        assert len(page.hits) == page.total == queries.count(actor=actor, text="alpha")
        assert len(queries.suggestions(actor=actor, text="000")) == page.total
        return page.total

    assert {who: total(who) for who in world.person} == {
        "counsel": 1, "counsel-2": 1, "manager": 2, "reviewer-1": 1, "reviewer-2": 1, "attorney": 1, "administrator": 0,
    }  # fmt: skip
    access.raise_wall(
        actor=world.actor("administrator"), tenant_id=world.client_id, matter_id=matter_id,
        user_id=world.person["manager"].id, reason="Conflict", at=at,
    )  # fmt: skip
    assert total("manager") == 1


def test_what_cannot_be_read_is_a_problem_and_never_a_fault(world: World, matter_id: str) -> None:
    for query in ('"open', "(a", "a)", "AND", "foo:bar", "date:x", "*", "from:", "\x00", "a" * 3000, "NOT NOT NOT x"):
        page = queries.search(actor=world.actor("manager"), text=query)
        assert page.total == 0
        assert page.failed or query in ("NOT NOT NOT x", "\x00")


@pytest.mark.parametrize("who", ["manager", "counsel"])
def test_the_page_escapes_what_it_shows(
    who: str, world: World, matter_id: str, tmp_path: Path, at: datetime, signed_in: object
) -> None:
    collect(world, matter_id, world.client_id, ["<script>alert(1)</script> alpha 违约责任"], tmp_path, at)
    browser = signed_in(who)  # type: ignore[operator]
    for address in (f"/matters/{matter_id}/search/?q=alpha", "/search/?q=%22", "/search/?q=违约&page=abc", "/search/"):
        response = browser.get(address)
        assert response.status_code == 200
        assert b"<script>alert" not in response.content
    assert b"<mark>" in browser.get("/search/?q=alpha").content
    assert "违约责任" in browser.get("/search/?q=违约责任").content.decode().replace("<mark>", "").replace(
        "</mark>", ""
    )


def test_groups_threads_and_copies_are_found_as_they_are_now(
    world: World, matter_id: str, tmp_path: Path, at: datetime, signed_in: Callable[[str], Client]
) -> None:
    clauses = [f"Clause {number}: the seller ships lot {number} from Ningbo and pays freight." for number in range(30)]
    changed = [*clauses[:14], "Clause 14: the buyer refuses lot 14 without reasons.", *clauses[15:]]
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    collect(world, matter_id, world.client_id, ["\n".join(clauses), "\n".join(changed)], tmp_path / "one", at)
    actor = world.actor("manager")
    first, second = Document.objects.filter(matter_id=matter_id).order_by("sequence")
    assert first.near_group == second.near_group != ""
    assert queries.count(actor=actor, matter_id=matter_id, text=f"near:{first.near_group}") == 2
    page = signed_in("manager").get(f"/matters/{matter_id}/search/?q=seller").content.decode()
    head = Document.objects.get(id=first.near_group)
    assert f"<bdi>{head.control_number} · {head.name}</bdi>" in page
    assert "Groups of near-duplicates" in page
    assert "Groups of duplicates" not in page
    collect(world, matter_id, world.client_id, ["\n".join(clauses)], tmp_path / "two", at)
    assert queries.count(actor=actor, matter_id=matter_id, text=f"duplicates:{first.id}") == 2
    copy = Document.objects.get(matter_id=matter_id, duplicate_of=first)
    change = documents.change_documents(actor=actor, matter_id=matter_id, act="apart", document_ids=[copy.id], at=at)
    run_pending()
    assert queries.count(actor=actor, matter_id=matter_id, text=f"duplicates:{first.id}") == 1
    documents.undo_change(actor=actor, change_id=change.id, at=at)
    run_pending()
    assert queries.count(actor=actor, matter_id=matter_id, text=f"duplicates:{first.id}") == 2


def test_the_mails_of_a_thread_are_found_by_it(world: World, matter_id: str, tmp_path: Path, at: datetime) -> None:
    head = "From: a@x.cn\nTo: b@y.cn\nSubject: {}\nDate: Mon, 0{} Mar 2024 09:30:00 +0800\nMessage-ID: <{}@x>\n{}\n{}\n"
    first = head.format("Lots", 4, 1, "", "All forty castings leave with the evening ship on Friday.")
    answer = head.format("Re: Lots", 5, 2, "In-Reply-To: <1@x>\n", "Thank you, we will be there at noon.")
    actor = system_actor(tenant_id=world.client_id)
    collection_id = documents.open_collection(actor=actor, matter_id=matter_id, name="c", source_label="", at=at)
    files = []
    attached = (
        "From: c@z.cn\nTo: b@y.cn\nCc: dee@d.cn\nSubject: Papers\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nPapers for the notary.\n--x\n"
        "Content-Type: text/plain\nContent-Disposition: attachment; filename=lots.txt\n\nLot one, lot two.\n--x--\n"
    )
    for name, text in (("1.eml", first), ("2.eml", answer), ("3.eml", attached)):
        (tmp_path / name).write_text(text)
        files.append(documents.Incoming(path=name, location=tmp_path / name))
    documents.receive_files(actor=actor, collection_id=collection_id, files=files, at=at)
    documents.close_collection(actor=actor, collection_id=collection_id, at=at)
    run_pending()
    thread = Document.objects.get(matter_id=matter_id, name="1.eml").thread
    assert thread
    page = queries.search(actor=world.actor("manager"), text=f"thread:{thread} castings", matter_id=matter_id)
    assert [hit.document.name for hit in page.hits] == ["1.eml"]
    assert queries.count(actor=world.actor("manager"), text=f"thread:{thread}", matter_id=matter_id) == 2
    for query, wanted in (
        ("has:attachment", ["3.eml"]), ("attachments:1", ["3.eml"]), ("attachment:lots", ["3.eml"]),
        ("is:attachment", ["lots.txt"]), ("cc:dee", ["3.eml"]), ("is:inclusive kind:mail", ["1.eml", "2.eml", "3.eml"]),
    ):  # fmt: skip
        page = queries.search(actor=world.actor("manager"), text=query, matter_id=matter_id)
        assert sorted(hit.document.name for hit in page.hits) == wanted, query


def test_collections_of_before_are_indexed_again(world: World, matter_id: str, tmp_path: Path, at: datetime) -> None:
    """A matter whose store is of before is found again, by the new fields too, once the home was brought up to date."""
    collect(world, matter_id, world.client_id, ["supply contract", "late payment"], tmp_path, at)
    erase(tenant_id=world.client_id)

    def total(query: str) -> int:
        return queries.search(actor=world.actor("manager"), text=query, matter_id=matter_id).total

    assert total("supply") == 0
    again = import_module("chancery.apps.search.migrations.0002_index_again").ask_again
    again(apps, None)
    again(apps, None)
    run_pending()
    assert (total("supply"), total("attachments:0 AND contract")) == (1, 1)
    asked = Job.objects.filter(idempotency_key__startswith="search.index:fields-2:")
    assert [(job.state, job.matter_id) for job in asked] == [("done", matter_id)]
