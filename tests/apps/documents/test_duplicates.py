"""Exact copies in the room: what is one mail, what stays apart, and how a decision is taken back by a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from tests.apps.conftest import World
from tests.apps.documents.conftest import received

from chancery.apps.documents import actions, queries
from chancery.apps.documents.models import Document
from chancery.foundation.errors import Refused
from chancery.platform.jobs.actions import run_pending

NOTICE = "This message and its attachments are for the named recipients alone; others delete it and tell the sender."
TEXTS = [f"Lot {number} of the castings leaves Ningbo in week {number} and is paid on arrival." for number in range(8)]


def letter(body: str, *, to: str = "wang@meridian.cn", number: int = 1, files: tuple[str, ...] = ()) -> bytes:
    """Return one mail with text attachments named by their contents."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Li Wei <li.wei@halden.cn>", to, "Castings"
    mail["Date"] = "Mon, 04 Mar 2024 09:30:00 +0800"
    mail["Message-ID"] = f"<{number}@halden.cn>"
    mail.set_content(body)
    for content in files:
        mail.add_attachment(content, filename=f"{content}.txt")
    return bytes(mail)


@pytest.fixture
def collect(world: World, matter_id: str, tmp_path: Path, at: datetime) -> Callable[..., None]:
    """Receive files by name as one collection and process it."""
    rounds = iter(range(9))

    def collect(**files: bytes) -> None:
        folder = tmp_path / f"round-{next(rounds)}"
        folder.mkdir()
        for name, data in files.items():
            (folder / name.replace("_", ".")).write_bytes(data)
        collection_id = received(world, matter_id, folder, at)
        actions.close_collection(actor=world.actor("manager"), collection_id=collection_id, at=at)
        run_pending()

    return collect


def copies() -> dict[str, str]:
    """Return the name of the kept document by the name of the copy."""
    rows = Document.objects.exclude(duplicate_of=None)
    return dict(rows.values_list("name", "duplicate_of__name"))


def test_one_mail_in_other_bytes_is_a_copy_with_its_attachment(collect: Callable[..., None]) -> None:
    collect(b_eml=letter("The pumps arrive on Monday.", files=("terms",)))
    collect(a_eml=letter("The  pumps arrive\non Monday.", number=2, files=("terms",)))
    assert copies() == {"a.eml": "b.eml", "terms.txt": "terms.txt"}
    assert Document.objects.get(name="b.eml").copies == 1


def test_another_text_recipient_or_attachment_is_another_mail(collect: Callable[..., None]) -> None:
    collect(
        a_eml=letter("The pumps arrive on Monday."),
        b_eml=letter("The pumps arrive on Tuesday."),
        c_eml=letter("The pumps arrive on Monday.", to="zhao@meridian.cn"),
        d_eml=letter("The pumps arrive on Monday.", files=("terms",)),
        e_txt=b"",
        f_txt=b"",
    )
    assert copies() == {}


def test_mails_of_headers_alone_are_copies_only_by_their_bytes(collect: Callable[..., None]) -> None:
    blank = b"From: MAILER-DAEMON\nSubject: \nDate: Mon, 4 Mar 2024 00:00:00 +0000\nMessage-ID: <%d@x>\n\n"
    collect(a_eml=blank % 1, b_eml=blank % 2, c_eml=blank % 1)
    assert copies() == {"c.eml": "a.eml"}


def test_a_notice_that_a_gateway_appended_does_not_keep_copies_apart(collect: Callable[..., None]) -> None:
    noticed = {}
    for number, text in enumerate(TEXTS):
        mail = letter(f"{text}\n\n{NOTICE}", number=number)
        sender = f"p{number}@halden.cn".encode()
        noticed[f"n{number}_eml"] = mail.replace(b"li.wei@halden.cn", sender).replace(b"Castings", b"Lot %d" % number)
    bare = letter(TEXTS[3], number=90).replace(b"li.wei@halden.cn", b"p3@halden.cn").replace(b"Castings", b"Lot 3")
    collect(**noticed, z_eml=bare)
    assert copies() == {"z.eml": "n3.eml"}


@pytest.fixture
def three(collect: Callable[..., None]) -> dict[str, Document]:
    """One file under three names, and another one."""
    collect(a_txt=b"the same words", b_txt=b"the same words", c_txt=b"the same words", d_txt=b"others")
    assert copies() == {"b.txt": "a.txt", "c.txt": "a.txt"}
    return {row.name: row for row in Document.objects.all()}


def test_a_person_makes_a_copy_a_document_of_its_own_and_back(
    world: World, matter_id: str, three: dict[str, Document], at: datetime, collect: Callable[..., None]
) -> None:
    mark = {"actor": world.actor("manager"), "matter_id": matter_id, "at": at}
    done = actions.change_documents(act="apart", document_ids=[three["b.txt"].id, three["d.txt"].id], **mark)
    assert (done.changed, done.barred, done.can_undo) == (1, 1, True)
    assert copies() == {"c.txt": "a.txt"}
    assert Document.objects.get(name="a.txt").copies == 1
    run_pending()
    collect(e_txt=b"the same words")
    assert copies() == {"c.txt": "a.txt", "e.txt": "a.txt"}
    assert queries.collection_accounting(actor=world.actor("manager"), matter_id=matter_id).duplicates == 2
    actions.undo_change(actor=world.actor("manager"), change_id=done.id, at=at)
    assert copies() == {"b.txt": "a.txt", "c.txt": "a.txt", "e.txt": "a.txt"}


def test_only_those_who_decide_may_and_the_act_is_offered_where_copies_are_listed(
    world: World, matter_id: str, three: dict[str, Document], at: datetime, signed_in: Callable[[str], Client]
) -> None:
    with pytest.raises(Refused):
        actions.change_documents(
            actor=world.actor("reviewer-1"), matter_id=matter_id, act="apart", document_ids=[three["b.txt"].id], at=at
        )
    listed = signed_in("manager").get(f"/matters/{matter_id}/documents/?copies=only").content.decode()
    assert "Take out of the copies" in listed
    shown = signed_in("manager").get(f"/documents/{three['b.txt'].id}/").content.decode()
    assert "the same bytes" in shown


def test_homes_from_before_get_the_keys_of_the_new_recipe(three: dict[str, Document]) -> None:
    before = dict(Document.objects.values_list("id", "dedupe_hash"))
    assert all(before.values())
    Document.objects.update(dedupe_hash="0" * 64)
    import_module("chancery.apps.documents.migrations.0006_apart").write_keys(apps, None)
    assert dict(Document.objects.values_list("id", "dedupe_hash")) == before
