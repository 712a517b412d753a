"""The pages of the room: they open, they stay within their queries, they hide what is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests.apps.conftest import World
from tests.apps.documents.conftest import received

from chancery.apps.documents import actions, queries
from chancery.apps.documents.models import Document, InputFile, SavedView
from chancery.apps.documents.web.columns import called, short_path
from chancery.interface.words import language_words
from chancery.platform.audit.queries import entries_for
from chancery.platform.jobs.actions import enqueue, run_pending


def page_addresses(matter_id: str, document_id: str) -> list[str]:
    """Return the address of every page that is read."""
    return [
        f"/matters/{matter_id}/documents/",
        f"/matters/{matter_id}/documents/?kind=mail&q=offer&sort=-date",
        f"/matters/{matter_id}/documents/?view=unique&date=2024&copies=has&attachments=yes&language=zh&code=any",
        f"/matters/{matter_id}/collect/",
        f"/matters/{matter_id}/processing/",
        f"/matters/{matter_id}/processing/?fragment=jobs",
        f"/matters/{matter_id}/exceptions/",
        f"/matters/{matter_id}/exceptions/?view=any&code=empty",
        f"/documents/{document_id}/",
        f"/documents/{document_id}/?q=contract",
        f"/documents/{document_id}/?tab=page&q=contract",
        f"/documents/{document_id}/?tab=named",
        f"/documents/{document_id}/?tab=native",
        f"/documents/{document_id}/?tab=record",
        f"/documents/{document_id}/native/",
        f"/documents/{document_id}/pages/1/",
        f"/documents/{document_id}/replace/",
    ]


def test_every_page_opens_for_the_team_and_for_nobody_else(
    world: World, matter_id: str, collected: Callable[[], str], signed_in: Callable[[str], Client]
) -> None:
    collected()
    document = Document.objects.filter(kind="mail").order_by("sequence").first()
    assert document is not None
    for address in page_addresses(matter_id, document.id):
        assert signed_in("reviewer-1").get(address).status_code == 200, address
        for stranger in ("counsel-2", "administrator"):
            assert signed_in(stranger).get(address).status_code == 404, (stranger, address)
    chinese = signed_in("counsel")
    chinese.cookies["chancery_language"] = "zh-hans"
    assert chinese.get(f"/matters/{matter_id}/processing/").status_code == 200


def test_what_a_text_names_is_counted_and_leads_to_its_place(
    world: World, matter_id: str, at: datetime, tmp_path: Path, signed_in: Callable[[str], Client]
) -> None:
    folder = tmp_path / "named"
    folder.mkdir()
    paid = "张三于二〇二五年三月十四日向北京远航贸易有限公司支付人民币壹佰万元整。再付人民币壹佰万元整。"
    words = f"{paid}身份证11010519491231002X"
    (folder / "付款.txt").write_text(words, encoding="utf-8")
    collection_id = received(world, matter_id, folder, at)
    actions.close_collection(actor=world.actor("manager"), collection_id=collection_id, at=at)
    run_pending()
    document = Document.objects.get(name="付款.txt")
    address = f"/documents/{document.id}/?tab=named"
    page = signed_in("reviewer-1").get(address).context["names"]
    found = {(row.kind, row.value): (row.written, row.times) for row in page.rows}
    assert found["amount", "CNY 1000000.00"] == ("人民币壹佰万元整", 2)
    assert found["date", "2025-03-14"] == ("二〇二五年三月十四日", 1)
    assert found["identity", "11010519491231002X"] == ("11010519491231002X", 1)
    one = signed_in("reviewer-1").get(f"{address}&kind=amount")
    assert {row.kind for row in one.context["names"].rows} == {"amount"}
    assert "%22%E4%BA%BA%E6%B0%91%E5%B8%81" in one.content.decode()
    assert len(signed_in("reviewer-1").get(f"{address}&kind=nothing").context["names"].rows) == len(page.rows)


def test_hits_are_marked_and_opening_is_on_record(
    world: World, matter_id: str, collected: Callable[[], str], signed_in: Callable[[str], Client]
) -> None:
    collected()
    document = Document.objects.get(name="会议纪要.txt")
    page = signed_in("reviewer-1").get(f"/documents/{document.id}/?q=违约责任").content.decode()
    assert "<mark data-hit>违约责任</mark>" in page
    response = signed_in("reviewer-1").get(f"/documents/{document.id}/native/")
    assert b"".join(response.streaming_content).decode() == "双方讨论了违约责任。"  # type: ignore[attr-defined]
    assert response["Content-Security-Policy"].startswith("sandbox")
    acts = [
        entry.act for entry in entries_for(actor=world.actor("manager"), object_type="document", object_id=document.id)
    ]
    assert sorted(acts) == ["document.downloaded", "document.viewed"]


def test_the_list_costs_the_same_queries_for_one_row_and_for_a_hundred(
    world: World, matter_id: str, collected: Callable[[], str], signed_in: Callable[[str], Client], at: datetime
) -> None:
    collected()
    browser = signed_in("manager")
    address = f"/matters/{matter_id}/documents/"
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(f"{address}?q=offer")
    first = Document.objects.order_by("sequence")[0]
    more = []
    for number in range(100, 220):
        first.pk = f"{number:026d}"
        copy = Document(**{field.attname: getattr(first, field.attname) for field in Document._meta.concrete_fields})
        copy.item_key, copy.sequence, copy.control_number, copy.family_id = str(number), number, f"X-{number}", copy.pk
        more.append(copy)
    Document.objects.bulk_create(more)
    with CaptureQueriesContext(connection) as many:
        browser.get(address)
    assert len(many) <= 20
    assert len(many) <= len(few)


def test_the_list_leaves_as_a_table_that_runs_no_formula(
    world: World, matter_id: str, tmp_path: Path, at: datetime, signed_in: Callable[[str], Client]
) -> None:
    folder = tmp_path / "evil"
    folder.mkdir()
    (folder / "=cmd|' calc'!A0.txt").write_bytes(b"text")
    collection_id = received(world, matter_id, folder, at)
    actions.close_collection(actor=world.actor("manager"), collection_id=collection_id, at=at)
    run_pending()
    response = signed_in("manager").post(
        f"/matters/{matter_id}/documents/export/", {"everything": "1", "filter": f"/matters/{matter_id}/documents/"}
    )
    content = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "'=cmd|" in content
    assert len(content.splitlines()) == 2


def test_uploads_are_received_one_by_one_and_processed(
    world: World, matter_id: str, signed_in: Callable[[str], Client]
) -> None:
    browser = signed_in("counsel")
    response = browser.post(f"/matters/{matter_id}/collect/", {"name": "Mail", "source_label": "", "time_zone": "UTC"})
    address = response["Location"]
    files = [SimpleUploadedFile("x\u202etxt.exe", b"one"), SimpleUploadedFile("b.txt", b"two words")]
    answer = browser.post(
        address,
        {"files": files, "paths": ["../../x\u202etxt.exe", "Li/b.txt"], "custodian": ""},
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 200
    assert [row["path"] for row in answer.json()["received"]] == ["%2E%2E/%2E%2E/x\u202etxt.exe", "Li/b.txt"]
    assert InputFile.objects.get(path="Li/b.txt").custodian == "Li"
    clash = browser.post(
        address,
        {"files": [SimpleUploadedFile("b.txt", b"other")], "paths": ["Li/b.txt"]},
        headers={"accept": "application/json"},
    )
    assert clash.status_code == 409
    assert InputFile.objects.count() == 2
    assert browser.get(address).status_code == 200
    assert browser.post(f"{address}close/").status_code == 302
    run_pending()
    assert queries.collection_accounting(actor=world.actor("counsel"), matter_id=matter_id).adds_up
    assert signed_in("reviewer-1").post(address, {"files": files}).status_code in (302, 404, 409)
    assert signed_in("counsel-2").post(address, {"files": files}).status_code == 404


def test_views_are_kept_and_forgotten(
    world: World, matter_id: str, collected: Callable[[], str], signed_in: Callable[[str], Client]
) -> None:
    collected()
    browser = signed_in("reviewer-1")
    browser.post(f"/matters/{matter_id}/documents/views/", {"name": "Mails", "query": "kind=mail", "shared": "on"})
    view = SavedView.objects.get()
    shown = signed_in("reviewer-2").get(f"/matters/{matter_id}/documents/?view=v-{view.id}").content.decode()
    assert "offer.eml" in shown or "Offer" in shown
    assert "会议纪要" not in shown
    forget = f"/matters/{matter_id}/documents/views/{view.id}/forget/"
    assert signed_in("reviewer-2").post(forget).status_code == 404
    assert browser.post(forget).status_code == 302
    assert SavedView.objects.count() == 0


def test_bulk_retry_asks_for_passwords_and_bars_the_rest(
    world: World, matter_id: str, collected: Callable[[], str], signed_in: Callable[[str], Client]
) -> None:
    collected()
    broken = Document.objects.get(exception="corrupt")
    browser = signed_in("manager")
    address = f"/matters/{matter_id}/exceptions/retry/"
    asked = browser.post(address, {"row": [broken.id, "0" * 26]})
    assert asked.status_code == 200
    assert broken.control_number in asked.content.decode()
    assert browser.post(address, {"row": [broken.id], "passwords": "one\ntwo"}).status_code == 302
    run_pending()
    assert [row.state for row in queries.repairs_of(actor=world.actor("manager"), matter_id=matter_id)] == ["unchanged"]


@pytest.mark.parametrize("who", ["counsel", "counsel-2"])
def test_the_machine_interface_is_scoped_like_the_pages(
    who: str, world: World, matter_id: str, collected: Callable[[], str], at: datetime
) -> None:
    collected()
    document = Document.objects.get(name="会议纪要.txt")
    browser = Client()
    browser.force_login(world.person[who], backend="django.contrib.auth.backends.ModelBackend")
    own = who == "counsel"
    for address in (
        f"/api/matters/{matter_id}/documents?kind=mail",
        f"/api/matters/{matter_id}/accounting",
        f"/api/documents/{document.id}",
        f"/api/documents/{document.id}/text",
        f"/api/search?q=违约&matter={matter_id}",
    ):
        assert browser.get(address).status_code == (200 if own else 404), address
    everywhere = browser.get("/api/search?q=违约责任").json()
    assert everywhere["total"] == (1 if own else 0)
    assert Client().get(f"/api/documents/{document.id}").status_code == 401


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        ("Li Wei <li.wei@halden.example>", "Li Wei"),
        ('"Wei, Li" <li.wei@halden.example>', "Wei, Li"),
        ("<li.wei@halden.example>", "<li.wei@halden.example>"),
        ("li.wei@halden.example", "li.wei@halden.example"),
        ("", ""),
    ],
)
def test_lists_name_people_and_keep_addresses_without_a_name(author: str, shown: str) -> None:
    assert called(author) == shown


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("mail/a.eml", "mail/a.eml"),
        ("Custodian - Derek Sandvold/0015 package for review.zip", "Custodian -… package for review.zip"),
        ("合同/二〇二四年度采购合同及全部附件/终稿.docx", "合同/二〇…同及全部附件/终稿.docx"),
    ],
)
def test_a_long_path_keeps_its_file_name(path: str, shown: str) -> None:
    assert short_path(path, 36) == shown


def test_what_was_not_read_can_be_tried_again_on_its_own_page(
    world: World, matter_id: str, collected: Callable[[], str], signed_in: Callable[[str], Client]
) -> None:
    collected()
    broken, whole = Document.objects.get(exception="corrupt"), Document.objects.filter(exception="").first()
    assert whole is not None
    retry = f'action="/matters/{matter_id}/exceptions/retry/"'
    for who, document, offered in (("manager", broken, 1), ("reviewer-1", broken, 1), ("manager", whole, 0)):
        page = signed_in(who).get(f"/documents/{document.id}/").content.decode()
        assert (page.count(retry), page.count("/replace/")) == (offered, offered), (who, document.name)


def test_taking_back_leads_to_where_it_was_pressed_within_this_house(
    world: World, matter_id: str, collected: Callable[[], str], signed_in: Callable[[str], Client], at: datetime
) -> None:
    collected()
    ids, actor = [Document.objects.order_by("sequence").values_list("id", flat=True)[0]], world.actor("manager")
    listed = f"/matters/{matter_id}/documents/"
    for came_from, leads_to in (
        (f"http://testserver{listed}?kind=mail&sort=-date", f"{listed}?kind=mail&sort=-date"),
        (f"http://elsewhere.example{listed}", f"{listed}acts/"),
        ("http://testserver//elsewhere.example/matters/", f"{listed}acts/"),
        ("", f"{listed}acts/"),
    ):
        done = actions.change_documents(actor=actor, matter_id=matter_id, act="tag", document_ids=ids, value="x", at=at)
        sent = signed_in("manager").post(f"{listed}changes/{done.id}/undo/", headers={"Referer": came_from})
        assert (sent.status_code, sent["Location"]) == (302, leads_to)


def test_the_page_of_processing_never_says_that_nothing_came_while_files_are_fetched(
    world: World, matter_id: str, signed_in: Callable[[str], Client], at: datetime
) -> None:
    page = f"/matters/{matter_id}/processing/"
    assert "Nothing has been received" in signed_in("manager").get(page).content.decode()
    with transaction.atomic():
        enqueue(
            name="documents.fetch", tenant_id=world.client_id, matter_id=matter_id, payload={"source_id": "x"},
            actor=world.actor("manager"), at=at, idempotency_key="fetch",
        )  # fmt: skip
    shown = signed_in("manager").get(page).content.decode()
    assert "Nothing has been received" not in shown and "Files are on their way" in shown


@pytest.mark.parametrize(
    ("tag", "language", "name"),
    [
        ("zh", "en", "Chinese"),
        ("zh", "zh-hans", "中文"),
        ("cy", "en", "Welsh"),
        ("cy", "zh-hans", "威尔士语"),
        ("xx", "en", "xx"),
    ],
)
def test_languages_are_named(tag: str, language: str, name: str) -> None:
    with translation.override(language):
        assert language_words(tag) == name
