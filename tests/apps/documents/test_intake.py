"""Receipt: hashed, kept, on record, acknowledged once; nothing overwritten."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pytest
from tests.apps.conftest import World

from chancery.apps.documents import actions, queries
from chancery.apps.documents.models import InputFile
from chancery.apps.documents.names import harmless_path, uploaded_path
from chancery.apps.documents.web.viewing import disposition
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.audit.queries import entries_for
from chancery.platform.storage.queries import read_bytes


def opened(world: World, matter_id: str, at: datetime, who: str = "manager") -> str:
    """Open a collection."""
    return actions.open_collection(
        actor=world.actor(who), matter_id=matter_id, name="Laptop", source_label="Disk", at=at
    )


def test_a_receipt_is_kept_and_on_record(world: World, matter_id: str, tmp_path: Path, at: datetime) -> None:
    collection_id = opened(world, matter_id, at)
    path = tmp_path / "a.txt"
    path.write_bytes(b"evidence")
    actor = world.actor("counsel")
    first = actions.receive_file(actor=actor, collection_id=collection_id, path="x/a.txt", source=path, at=at)
    again = actions.receive_file(actor=actor, collection_id=collection_id, path="x/a.txt", source=path, at=at)
    assert again == first
    assert first.sha256 == hashlib.sha256(b"evidence").hexdigest()
    assert first.custodian == "x"
    assert read_bytes(blob_id=InputFile.objects.get().blob_id) == b"evidence"
    entries = entries_for(actor=actor, object_type="input_file", object_id=first.id)
    assert [(entry.act, (entry.after or {})["sha256"]) for entry in entries] == [("evidence.received", first.sha256)]
    path.write_bytes(b"other")
    with pytest.raises(Refused) as refusal:
        actions.receive_file(actor=actor, collection_id=collection_id, path="x/a.txt", source=path, at=at)
    assert refusal.value.code == "path_taken"
    assert InputFile.objects.get().sha256 == first.sha256


def test_who_may_receive(world: World, matter_id: str, tmp_path: Path, at: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        opened(world, matter_id, at, "reviewer-1")
    assert refusal.value.code == "not_allowed"
    with pytest.raises(NotFound):
        opened(world, matter_id, at, "counsel-2")
    with pytest.raises(Refused) as closed:
        actions.close_collection(actor=world.actor("manager"), collection_id=opened(world, matter_id, at), at=at)
    assert closed.value.code == "nothing_received"


def test_a_sparse_file_is_coded_and_not_stored(world: World, matter_id: str, tmp_path: Path, at: datetime) -> None:
    path = tmp_path / "hole.bin"
    with path.open("wb") as stream:
        stream.truncate(80 * 1024 * 1024)
    collection_id = opened(world, matter_id, at)
    row = actions.receive_file(
        actor=world.actor("manager"), collection_id=collection_id, path="hole.bin", source=path, at=at
    )
    assert (row.size, InputFile.objects.get().blob_id, InputFile.objects.get().not_kept) == (
        80 * 1024 * 1024, "", "too_large",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("../../etc/passwd", "%2E%2E/%2E%2E/etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Users\\li\\offer.doc", "Users/li/offer.doc"),
        ("a//b/./c", "a/b/c"),
        ("..", "%2E%2E"),
        ("", "unnamed"),
        ("合同/违约.txt", "合同/违约.txt"),
        ("x\u202etxt.exe", "x\u202etxt.exe"),
    ],
)
def test_names_that_try_to_leave_their_folder(given: str, path: str) -> None:
    assert uploaded_path(given) == path
    assert harmless_path(path) == path


@pytest.mark.parametrize("name", ['a"b.txt', "a\r\nSet-Cookie: x.txt", "x\u202efdp.exe", "合同;第一版.docx", "../../x"])
def test_a_name_cannot_break_out_of_the_header(name: str) -> None:
    header = disposition(name, "HAL-000001")
    assert "\r" not in header
    assert "\n" not in header
    assert header.count('"') == 2
    assert header.isascii()
    assert "%E2%80%AE" not in header


def test_documents_of_others_do_not_exist(world: World, matter_id: str, at: datetime) -> None:
    collection_id = opened(world, matter_id, at)
    for who in ("counsel-2", "administrator"):
        with pytest.raises(NotFound):
            queries.collection(actor=world.actor(who), collection_id=collection_id)
