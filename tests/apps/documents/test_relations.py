"""Near-duplicates, threads, versions and missing mails: found in the background, shown beside the document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from tests.apps.conftest import World
from tests.apps.documents.conftest import received

from chancery.apps.documents import actions, queries
from chancery.apps.documents.models import Document
from chancery.platform.jobs.actions import run_pending

CLAUSES = [
    f"Clause {number}: the seller delivers lot {number} to the harbour of Ningbo by sea and pays the freight."
    for number in range(1, 31)
]


def letter(number: int, *, body: str, answers: str = "", sender: str = "li.wei@halden.cn") -> bytes:
    """Return one mail of a conversation."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, "wang.fang@meridian.cn"
    mail["Subject"] = ("Re: " if answers else "") + "Delivery of the castings"
    mail["Date"] = f"Mon, {3 + number:02d} Mar 2024 09:30:00 +0800"
    mail["Message-ID"] = f"<{number}@halden.cn>"
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    mail.set_content(body)
    return bytes(mail)


@pytest.fixture
def related(world: World, matter_id: str, tmp_path: Path, at: datetime) -> None:
    """Two texts that are nearly the same, one file name with two contents, a thread of two mails and a lost one."""
    folder = tmp_path / "related"
    (folder / "second").mkdir(parents=True)
    (folder / "draft.txt").write_text("\n".join(CLAUSES))
    changed = [*CLAUSES[:14], "Clause 15: the buyer may refuse lot 15 without giving any reason.", *CLAUSES[15:]]
    (folder / "second" / "draft.txt").write_text("\n".join(changed))
    first = "The castings leave on Friday with the evening ship, all forty of them, packed in crates."
    quoted = "\n".join(f"> {line}" for line in first.splitlines())
    (folder / "1.eml").write_bytes(letter(1, body=first))
    reply = f"Thank you, we will be there at noon.\n\nOn 4 Mar 2024, Li Wei wrote:\n{quoted}\n"
    (folder / "2.eml").write_bytes(letter(2, body=reply, answers="<1@halden.cn>", sender="wang.fang@meridian.cn"))
    (folder / "3.eml").write_bytes(letter(3, body="Whatever came of this?", answers="<lost@elsewhere.cn>"))
    collection_id = received(world, matter_id, folder, at)
    actions.close_collection(actor=world.actor("manager"), collection_id=collection_id, at=at)
    run_pending()


def test_what_is_alike_is_found_and_the_difference_is_shown(
    world: World, matter_id: str, related: None, signed_in: Callable[[str], Client]
) -> None:
    one, two = Document.objects.filter(name="draft.txt").order_by("sequence")
    assert one.near_group == two.near_group != ""
    assert {one.near_similarity, two.near_similarity} > {1000}
    found = queries.relations_of(actor=world.actor("manager"), document_id=one.id)
    assert {row.id for row in found.alike} == {one.id, two.id}
    assert [row.id for row in found.versions] == [two.id]
    for view in ("", "?view=side"):
        page = signed_in("reviewer-1").get(f"/documents/{one.id}/compare/{two.id}/{view}").content.decode()
        assert "without giving any reason" in page
        assert page.count("<ins>") >= 1
    assert signed_in("counsel-2").get(f"/documents/{one.id}/compare/{two.id}/").status_code == 404
    shown = signed_in("reviewer-1").get(f"/documents/{one.id}/").content.decode()
    assert f"/documents/{one.id}/compare/{two.id}/" in shown
    page_rows = queries.document_page(actor=world.actor("manager"), matter_id=matter_id, filters={"near": "any"}).rows
    assert {row.id for row in page_rows} == {one.id, two.id}


def test_threads_say_which_mail_holds_all_and_which_is_missing(world: World, matter_id: str, related: None) -> None:
    first, reply, orphan = (Document.objects.get(name=f"{number}.eml") for number in (1, 2, 3))
    assert first.thread == reply.thread != ""
    assert (first.inclusive, reply.inclusive) == (False, True)
    actor = world.actor("manager")
    found = queries.relations_of(actor=actor, document_id=first.id)
    assert [row.id for row in found.thread][:2] == [first.id, reply.id]
    assert found.contained_in == reply.id
    enough = queries.document_page(actor=actor, matter_id=matter_id, filters={"mails": "enough", "kind": "mail"}).rows
    assert {row.id for row in enough} == {reply.id, orphan.id}
    missing = queries.missing_mails(actor=actor, matter_id=matter_id)
    assert [row.named_by for row in missing] == [orphan.id]
    assert missing[0].message_id == "<lost@elsewhere.cn>"


def test_comparing_again_gives_the_same(world: World, matter_id: str, related: None, at: datetime) -> None:
    fields = ("id", "near_group", "near_similarity", "thread", "thread_place", "inclusive")
    before = list(Document.objects.order_by("sequence").values_list(*fields))
    actions.relate_matter(actor=world.actor("manager"), matter_id=matter_id, at=at, advance=lambda done, total: None)
    assert list(Document.objects.order_by("sequence").values_list(*fields)) == before


def test_conversations_of_more_than_one_mail_come_first(
    world: World, matter_id: str, related: None, signed_in: Callable[[str], Client]
) -> None:
    def shown(view: str) -> list[str]:
        page = signed_in("manager").get(f"/matters/{matter_id}/threads/{view}")
        return [row.id for row in page.context["table"].rows]

    first, orphan = (Document.objects.get(name=f"{number}.eml").id for number in (1, 3))
    Document.objects.filter(id=orphan).update(thread="alone", thread_place=0)
    assert shown("") == [first]
    assert sorted(shown("?view=all")) == sorted([first, orphan])
