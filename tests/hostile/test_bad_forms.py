"""Forms with forged ids, and uploads that are too large: refused, and nothing has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.hostile.conftest import assert_nothing_left

from chancery.apps.documents.actions import open_collection
from chancery.apps.documents.models import Collection, Document, InputFile
from chancery.apps.documents.web import collecting
from chancery.apps.operations.models import Checklist, Quote, Request, SignOff, WorkItem
from chancery.apps.production.models import DownloadLink, Production
from chancery.apps.review.models import Batch, BatchDocument, Coding, Focus
from chancery.apps.spend.models import Invoice, TimeEntry
from chancery.apps.workspace.actions.people import actor_of
from chancery.platform.audit.models import Entry
from chancery.platform.identity.models import User

WATCHED = (
    Batch, BatchDocument, Checklist, Coding, Collection, Document, DownloadLink, Entry, Focus, InputFile, Invoice,
    Production, Quote, Request, SignOff, TimeEntry, WorkItem,
)  # fmt: skip


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Return every row that a form could change."""
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in WATCHED}


def browser(username: str) -> Client:
    """Return a browser in which a person is signed in."""
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def matter(main_job, source, tmp_path):
    """A matter of the first client up to the sign-off: every kind of object exists."""
    codes = tmp_path / "codes.csv"
    lines = ["path,code,second_reviewer,second_code"]
    for number in range(4):
        (source / f"note-{number}.txt").write_text(f"Note {number} on the late delivery.", "utf-8")
        lines.append(f"note-{number}.txt,responsive,reviewer-2,responsive")
    codes.write_text("\n".join(lines) + "\n", "utf-8")
    return main_job(source, codes=codes).result.matter_id


def forged(matter_id: str) -> list[tuple[str, dict[str, object]]]:
    """Return the main forms as somebody would post them with the other client's ids."""
    batch = Batch.objects.first()
    document = Document.objects.first()
    collection = Collection.objects.get()
    production = Production.objects.get()
    sign_off = SignOff.objects.get()
    quote = Quote.objects.get()
    request = Request.objects.get()
    work = WorkItem.objects.first()
    assert batch and document and work
    here = [batch.id, document.id]
    answers = {"responsive": "not_responsive", "privilege": "none"}
    return [
        (reverse("review:code", args=here), answers),
        (reverse("review:undo", args=here), {}),
        (reverse("review:focus", args=[batch.id]), {"document": document.id, "seconds": "30"}),
        (reverse("documents:collect", args=[matter_id]), {"name": "x", "source_label": "x", "time_zone": "UTC"}),
        (reverse("documents:collection", args=[collection.id]), {"files": SimpleUploadedFile("a.txt", b"a")}),
        (reverse("documents:close_collection", args=[collection.id]), {}),
        (reverse("documents:retry", args=[matter_id]), {"chosen": [document.id], "passwords": "x"}),
        (reverse("documents:replace", args=[document.id]), {"file": SimpleUploadedFile("a.txt", b"a")}),
        (reverse("production:prepare", args=[matter_id]), {"volume": "VOL9", "number_prefix": "X"}),
        (reverse("production:submit", args=[production.id]), {}),
        (reverse("production:link", args=[production.id]), {"days": "7"}),
        (reverse("operations:sign_off_sign", args=[sign_off.id]), {"seen_hash": sign_off.subject_hash}),
        (reverse("operations:sign_off_refuse", args=[sign_off.id]), {"reasons": "because"}),
        (reverse("operations:quote_accept", args=[quote.id]), {}),
        (reverse("operations:quote_decline", args=[quote.id]), {}),
        (reverse("operations:request_decide", args=[request.id]), {"decision": "accept", "reason": "x"}),
        (reverse("operations:work_start", args=[work.id]), {}),
        (reverse("operations:work_cancel", args=[work.id]), {"reason": "x"}),
        (reverse("operations:clock_pause", args=[matter_id]), {"reason": "x", "evidence": "y"}),
        (reverse("review:second_look", args=[matter_id]), {}),
        (reverse("spend:gather", args=[matter_id]), {}),
    ]


@pytest.mark.parametrize("made_up", [False, True])
def test_a_form_with_a_forged_id_is_not_found_and_changes_nothing(matter, made_up):
    stranger = browser("counsel-2")
    posts, before = forged(matter), everything()
    for url, data in posts:
        ids = [part for part in url.split("/") if len(part) == 26]
        for known in ids if made_up else ():
            url = url.replace(known, "0" * 26)
        answer = stranger.post(url, data)
        assert answer.status_code == 404, (url, answer.status_code)
        assert matter not in answer.content.decode().replace(url, "")
        assert everything() == before, url
    assert_nothing_left()


def test_another_clients_document_in_ones_own_form_changes_nothing(matter, other_matter):
    reviewer, before = browser("reviewer-1"), everything()
    batch = Batch.objects.filter(matter_id=matter, assignee__username="reviewer-1").first() or Batch.objects.first()
    foreign = Document.objects.filter(matter_id=other_matter).first()
    assert batch and foreign
    url = reverse("review:code", args=[batch.id, foreign.id])
    assert reviewer.post(url, {"responsive": "responsive", "privilege": "none"}).status_code in (404, 409)
    assert everything() == before


@pytest.fixture
def other_matter(main_job, matter, tmp_path):
    """A matter of another client."""
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "secret.txt").write_text("Nothing for the first client.", "utf-8")
    return main_job(folder, client="Corvane Medical GmbH").result.matter_id


def test_an_upload_that_is_too_large_is_refused_with_a_sentence(matter, monkeypatch):
    monkeypatch.setattr(collecting, "LARGEST_FILE", 2_000_000)
    manager = actor_of(username="manager")
    assert manager is not None
    collection = open_collection(actor=manager, matter_id=matter, name="More", source_label="disk", at=timezone.now())
    files = [SimpleUploadedFile("large.bin", bytes(2_000_001)), SimpleUploadedFile("small.txt", b"small")]
    answer = browser("manager").post(
        reverse("documents:collection", args=[collection]), {"files": files}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 200
    assert [row["path"] for row in answer.json()["received"]] == ["small.txt"]
    assert "large.bin" in answer.json()["refused"][0]
    assert InputFile.objects.filter(collection_id=collection).count() == 1
    assert_nothing_left()
    assert list(Path(settings.CHANCERY_SCRATCH).glob("*.upload")) == []


def test_a_form_field_that_is_too_large_is_refused(matter):
    url = reverse("documents:collect", args=[matter])
    manager = browser("manager")
    before = everything()
    answer = manager.post(url, {"name": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
    assert answer.status_code in (400, 413)
    assert everything() == before
