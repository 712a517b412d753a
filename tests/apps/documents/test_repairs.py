"""Exceptions are mended with passwords and better copies; history stays."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from tests.apps.conftest import World
from tests.apps.documents.conftest import received, zipped

from chancery.apps.documents import actions, queries
from chancery.apps.documents.models import Document, InputFile, Repair
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.audit.queries import entries_for
from chancery.platform.jobs.actions import run_pending


def locked_zip(text: bytes, password: bytes) -> bytes:
    """Return an encrypted archive."""
    import io

    import py7zr

    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w", password=password.decode()) as archive:
        archive.set_encrypted_header(True)
        archive.writestr(text, "secret.txt")
    return stream.getvalue()


@pytest.fixture
def locked(world: World, matter_id: str, tmp_path: Path, at: datetime) -> Document:
    """One encrypted archive, processed."""
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "locked.7z").write_bytes(locked_zip(b"the secret clause", b"open sesame"))
    (folder / "broken.zip").write_bytes(zipped({"a.txt": b"whole"})[:40])
    collection_id = received(world, matter_id, folder, at)
    actions.close_collection(actor=world.actor("manager"), collection_id=collection_id, at=at)
    run_pending()
    return Document.objects.get(exception="encrypted")


def test_a_wrong_password_changes_nothing_and_stays_on_record(world: World, locked: Document, at: datetime) -> None:
    actor = world.actor("reviewer-1")
    actions.retry_with_password(actor=actor, document_id=locked.id, password="wrong", at=at)
    run_pending()
    locked.refresh_from_db()
    assert (locked.status, locked.exception) == ("exception", "encrypted")
    assert [row.state for row in queries.repairs_of(actor=actor, document_id=locked.id)] == ["unchanged"]


def test_the_right_password_opens_it_and_is_never_written_down(world: World, locked: Document, at: datetime) -> None:
    actor = world.actor("reviewer-1")
    for password in ("wrong", "open sesame"):
        actions.retry_with_password(actor=actor, document_id=locked.id, password=password, at=at)
        run_pending()
    locked.refresh_from_db()
    assert (locked.status, locked.exception) == ("container", "")
    child = Document.objects.get(parent=locked)
    assert queries.text_of(actor=actor, document_id=child.id).strip() == "the secret clause"
    counted = queries.collection_accounting(actor=actor, matter_id=locked.matter_id)
    assert counted.adds_up
    assert (counted.containers, counted.items, counted.exceptions) == (2, 2, 0)
    entries = entries_for(actor=actor, object_type="document", object_id=locked.id)
    assert "sesame" not in str(entries)
    assert sorted(row.state for row in Repair.objects.all()) == ["mended", "unchanged"]


def test_a_better_copy_takes_the_place_and_the_old_bytes_stay(
    world: World, locked: Document, tmp_path: Path, at: datetime
) -> None:
    actor = world.actor("manager")
    broken = Document.objects.exclude(id=locked.id).get(parent=None)
    before = broken.sha256
    better = tmp_path / "better.zip"
    better.write_bytes(zipped({"a.txt": b"whole", "b.txt": b"second"}))
    actions.replace_file(actor=actor, document_id=broken.id, source=better, given_name="better.zip", at=at)
    run_pending()
    broken.refresh_from_db()
    assert (broken.status, broken.exception, broken.replaced) == ("container", "", True)
    assert broken.sha256 != before
    assert InputFile.objects.get(id=broken.input_file_id).sha256 == before
    assert Document.objects.filter(parent=broken).count() == 2
    assert queries.document(actor=actor, document_id=broken.id).metadata["replaced"]["sha256"] == before


def test_refusals_change_nothing(world: World, locked: Document, at: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        actions.retry_with_password(actor=world.actor("manager"), document_id=locked.id, password="", at=at)
    assert refusal.value.code == "password_missing"
    with pytest.raises(NotFound):
        actions.retry_with_password(actor=world.actor("counsel-2"), document_id=locked.id, password="x", at=at)
    with pytest.raises(NotFound):
        actions.retry_with_passwords(
            actor=world.actor("manager"), document_ids=[locked.id, "0" * 26], passwords=["x"], at=at
        )
    assert Repair.objects.count() == 0
