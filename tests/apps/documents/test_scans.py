"""The repair queue of scanned pages, and the pages of threads and near-duplicates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image, ImageDraw
from tests.apps.conftest import World
from tests.apps.documents.conftest import received

from chancery.apps.documents import actions, queries
from chancery.apps.documents.models import Document, RecognisedLine
from chancery.apps.documents.scans import keep_lines
from chancery.engines.pages.recognised import Line, RecognisedPage
from chancery.foundation.errors import NotFound
from chancery.platform.audit.queries import entries_for
from chancery.platform.jobs.actions import run_pending
from chancery.platform.storage.actions import put_bytes


@pytest.fixture
def scan(world: World, matter_id: str, tmp_path: Path, at: datetime) -> Document:
    """A picture of text with two doubtful lines and a sure one."""
    folder = tmp_path / "scan"
    folder.mkdir()
    picture = Image.new("L", (800, 600), 255)
    ImageDraw.Draw(picture).text((90, 70), "Dclivery in thirty days", fill=0)
    picture.save(folder / "scan.png")
    collection_id = received(world, matter_id, folder, at)
    actions.close_collection(actor=world.actor("manager"), collection_id=collection_id, at=at)
    run_pending()
    row = Document.objects.get(name="scan.png")
    text = "Dclivery in thirty days\nPayrnent at sight\nSigned\n"
    row.text_blob_id = put_bytes(tenant_id=row.tenant_id, matter_id=row.matter_id, data=text.encode()).id
    row.text_length, row.recognised, row.needs_recognition = len(text), True, False
    row.save()
    box = (0.1, 0.1, 0.6, 0.2)
    lines = (
        Line("Dclivery in thirty days", 0.92, box, least=0.3),
        Line("Payrnent at sight", 0.55, box),
        Line("Signed", 0.99, box),
    )
    page = RecognisedPage(number=1, lines=lines, rows=((0,), (1,), (2,)))
    assert keep_lines(document=row, layout=[page]) == 2
    return row


def test_doubtful_lines_are_confirmed_or_corrected(world: World, matter_id: str, scan: Document, at: datetime) -> None:
    actor = world.actor("reviewer-1")
    waiting = queries.doubtful_lines(actor=actor, matter_id=matter_id)
    assert [(line.text, line.confidence) for line in waiting] == [
        ("Payrnent at sight", 550), ("Dclivery in thirty days", 920),
    ]  # fmt: skip
    texts = {waiting[0].id: "Payment at sight", waiting[1].id: " Dclivery in  thirty days"}
    assert actions.settle_lines(actor=actor, matter_id=matter_id, texts=texts, at=at) == (1, 1)
    assert queries.text_of(actor=actor, document_id=scan.id) == "Dclivery in thirty days\nPayment at sight\nSigned\n"
    counts = queries.line_counts(actor=actor, matter_id=matter_id)
    assert counts == {"open": 0, "right": 1, "mended": 1, "documents": 1}
    run_pending()
    entries = entries_for(actor=world.actor("manager"), object_type="document", object_id=scan.id)
    mended = next(entry for entry in entries if entry.act == "document.line_mended")
    assert (mended.before, mended.after) == ({"text": "Payrnent at sight"}, {"text": "Payment at sight"})
    assert actions.settle_lines(actor=actor, matter_id=matter_id, texts={waiting[0].id: "again"}, at=at) == (0, 0)
    with pytest.raises(NotFound):
        actions.settle_lines(actor=world.actor("counsel-2"), matter_id=matter_id, texts=texts, at=at)
    with pytest.raises(NotFound):
        actions.settle_lines(actor=actor, matter_id=matter_id, texts={"0" * 26: "x"}, at=at)


def test_the_page_of_the_queue(
    world: World, matter_id: str, scan: Document, signed_in: Callable[[str], Client]
) -> None:
    browser = signed_in("reviewer-1")
    address = f"/matters/{matter_id}/scans/"
    assert "Payrnent at sight" in browser.get(address).content.decode()
    line = RecognisedLine.objects.order_by("confidence").first()
    assert line is not None
    picture = browser.get(f"/scans/{line.id}/")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    assert browser.post(address, {f"line-{line.id}": ""}).status_code == 302
    assert RecognisedLine.objects.get(id=line.id).state == "mended"
    for stranger in ("counsel-2", "administrator"):
        assert signed_in(stranger).get(address).status_code == 404
        assert signed_in(stranger).get(f"/scans/{line.id}/").status_code == 404


def test_threads_and_near_duplicates_have_a_line_a_group(
    world: World, matter_id: str, collected: Callable[[], str], signed_in: Callable[[str], Client]
) -> None:
    collected()
    for name in ("threads", "alike"):
        page = signed_in("reviewer-1").get(f"/matters/{matter_id}/{name}/")
        assert page.status_code == 200
        assert signed_in("counsel-2").get(f"/matters/{matter_id}/{name}/").status_code == 404
    shown = signed_in("reviewer-1").get(f"/matters/{matter_id}/threads/?view=all").content.decode()
    assert shown.count("<th scope=row") == Document.objects.filter(thread_place=0).count() > 0
