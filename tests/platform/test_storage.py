"""Encrypted files: written once, verified on every read."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from chancery.foundation.errors import Fault, NotFound
from chancery.platform.storage import actions, envelope, keys
from chancery.platform.storage.actions import put_bytes, put_file
from chancery.platform.storage.envelope import CHUNK, Damaged
from chancery.platform.storage.models import Blob
from chancery.platform.storage.queries import blob, copy_to, open_stream, read_bytes
from chancery.platform.storage.stores import FolderStore, store_at

MATTER = "matter00000000000000000001"


def place_of(blob_id: str) -> Path:
    return Path(settings.HOME.blobs) / Blob.objects.get(id=blob_id).key


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])
def test_what_is_put_comes_out(world, tmp_path, size):
    data = os.urandom(size)
    ref = put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=data)
    assert (ref.sha256, ref.md5, ref.size) == (
        hashlib.sha256(data).hexdigest(),
        hashlib.md5(data, usedforsecurity=False).hexdigest(),
        size,
    )
    assert read_bytes(blob_id=ref.id) == data
    copy_to(blob_id=ref.id, path=tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == data
    stored = place_of(ref.id).read_bytes()
    assert size < 16 or data[:16] not in stored
    assert place_of(ref.id).stat().st_mode & 0o077 == 0


def test_the_same_content_is_stored_once_per_matter(world, tmp_path):
    (tmp_path / "a").write_bytes(b"same")
    first = put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=b"same")
    second = put_file(tenant_id=world.client_id, matter_id=MATTER, path=tmp_path / "a")
    other = put_bytes(tenant_id=world.other_client_id, matter_id=MATTER, data=b"same")
    outside = put_bytes(tenant_id=world.client_id, matter_id=None, data=b"same")
    assert first == second
    assert len({first.id, other.id, outside.id}) == 3
    names = {Blob.objects.get(id=ref.id).key.rpartition("/")[2] for ref in (first, other, outside)}
    assert len(names) == 3, "equal files of two clients must not be recognisable as equal"


@pytest.mark.parametrize("position", [0, 5, 12, 40, 100, 200, CHUNK + 60, -1])
def test_one_changed_bit_is_noticed(world, position):
    data = os.urandom(2 * CHUNK)
    ref = put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=data)
    stored = bytearray(place_of(ref.id).read_bytes())
    stored[position] ^= 1
    place_of(ref.id).write_bytes(bytes(stored))
    with pytest.raises(Damaged):
        read_bytes(blob_id=ref.id)


@pytest.mark.parametrize("cut", [1, 16, CHUNK + 16, CHUNK + 17, 2 * (CHUNK + 16), 2 * (CHUNK + 16) + 10])
def test_a_shortened_file_is_noticed(world, cut):
    ref = put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=os.urandom(2 * CHUNK))
    stored = place_of(ref.id).read_bytes()
    place_of(ref.id).write_bytes(stored[:-cut])
    with pytest.raises(Damaged):
        read_bytes(blob_id=ref.id)


def test_swapped_and_appended_chunks_are_noticed(world):
    ref = put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=os.urandom(3 * CHUNK))
    stored = place_of(ref.id).read_bytes()
    step = CHUNK + 16
    start = len(stored) - 3 * step
    one, two, three = (stored[start + i * step : start + (i + 1) * step] for i in range(3))
    for changed in (two + one + three, one + two + three + three, one + three):
        place_of(ref.id).write_bytes(stored[:start] + changed)
        with pytest.raises(Damaged):
            read_bytes(blob_id=ref.id)


def test_damage_never_reaches_a_reader_and_leaves_no_copy(world, tmp_path):
    data = os.urandom(3 * CHUNK)
    ref = put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=data)
    stored = bytearray(place_of(ref.id).read_bytes())
    stored[-1] ^= 1
    place_of(ref.id).write_bytes(bytes(stored))
    seen = b""
    with pytest.raises(Damaged):
        for piece in open_stream(blob_id=ref.id):
            seen += piece
    assert data.startswith(seen) and len(seen) == 2 * CHUNK
    with pytest.raises(Damaged):
        copy_to(blob_id=ref.id, path=tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_another_matters_key_opens_nothing(world):
    ref = put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=b"secret")
    Blob.objects.filter(id=ref.id).update(matter_id="matter00000000000000000002")
    with pytest.raises(Damaged):
        read_bytes(blob_id=ref.id)
    Blob.objects.filter(id=ref.id).update(matter_id=MATTER, tenant_id=world.other_client_id)
    with pytest.raises(Damaged):
        read_bytes(blob_id=ref.id)


def test_an_object_under_another_name_opens_nothing(world):
    one = put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=b"one")
    two = put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=b"two")
    place_of(one.id).write_bytes(place_of(two.id).read_bytes())
    with pytest.raises(Damaged):
        read_bytes(blob_id=one.id)


def test_an_orphan_of_an_interrupted_put_is_adopted_and_a_torn_one_replaced(world):
    ref = put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=b"kept")
    place = place_of(ref.id)
    before = place.read_bytes()
    Blob.objects.filter(id=ref.id).delete()
    again = put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=b"kept")
    assert again.id != ref.id and place.read_bytes() == before and read_bytes(blob_id=again.id) == b"kept"
    Blob.objects.filter(id=again.id).delete()
    place.write_bytes(before[:-3])
    third = put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=b"kept")
    assert read_bytes(blob_id=third.id) == b"kept"


def test_a_file_that_changes_while_it_is_stored_is_refused(world, tmp_path, monkeypatch):
    path = tmp_path / "f"
    path.write_bytes(b"before")
    monkeypatch.setattr(actions, "_hashes", lambda pieces: (hashlib.sha256(b"other").hexdigest(), "0" * 32, 5))
    with pytest.raises(Fault, match="changed while"):
        put_file(tenant_id=world.client_id, matter_id=MATTER, path=path)
    assert Blob.objects.count() == 0
    assert not list(Path(settings.HOME.blobs).rglob(".draft*"))


@pytest.mark.django_db(transaction=True)
def test_simultaneous_puts_agree_on_one_object(world):
    data, refs, faults = os.urandom(3 * CHUNK), [], []

    def put() -> None:
        try:
            refs.append(put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=data))
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=put) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(refs) == 6 and len({ref.id for ref in refs}) == 1
    assert read_bytes(blob_id=refs[0].id) == data


def test_bytes_are_synced_before_the_row_exists(world, monkeypatch):
    events: list[str] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (events.append("sync"), real(fd))[1])
    create = Blob.objects.get_or_create
    monkeypatch.setattr(Blob.objects, "get_or_create", lambda **kw: (events.append("row"), create(**kw))[1])
    put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=os.urandom(40))
    assert events[-1] == "row" and events.count("sync") >= 2


def test_keys_are_made_once_and_private(world):
    assert keys.root_key() == keys.root_key()
    assert (Path(settings.CHANCERY_KEYS) / "root.key").stat().st_mode & 0o777 == 0o600
    one = keys.matter_key(tenant_id=world.client_id, matter_id=MATTER)
    assert one == keys.matter_key(tenant_id=world.client_id, matter_id=MATTER)
    assert one != keys.matter_key(tenant_id=world.client_id, matter_id="")
    with pytest.raises(Damaged):
        envelope.unwrap(wrapped=envelope.wrap(key=one, under=one, place="a"), under=one, place="b")


def test_unknown_ids_are_not_found(world):
    with pytest.raises(NotFound):
        blob(blob_id="nothing")


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_every_store_keeps_the_contract(kind, tmp_path):
    store = store_at(tmp_path.as_uri() if kind == "file" else "memory:///")
    assert store.create(key="t/aa/bb/x", pieces=[b"one", b"two"])
    assert not store.create(key="t/aa/bb/x", pieces=[b"other"])
    with store.open(key="t/aa/bb/x") as stream:
        assert stream.read() == b"onetwo"
    store.replace(key="t/aa/bb/x", pieces=[b"new"])
    with store.open(key="t/aa/bb/x") as stream:
        assert stream.read() == b"new"
    assert list(store.keys()) == ["t/aa/bb/x"]
    store.remove(key="t/aa/bb/x")
    store.remove(key="t/aa/bb/x")
    with pytest.raises(Fault):
        store.open(key="t/aa/bb/x")


@pytest.mark.parametrize("key", ["../x", "/x", "a//b", "a/../../b", ".x", "a/.draft"])
def test_a_key_cannot_leave_the_folder(key, tmp_path):
    with pytest.raises(Fault):
        FolderStore(tmp_path / "s").create(key=key, pieces=[b"x"])


def test_objects_stored_together_are_all_synced_before_any_row_is_committed(world, monkeypatch):
    synced: list[str] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.readlink(f"/proc/self/fd/{fd}")), real(fd))[1])
    with actions.together():
        refs = [put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=os.urandom(30)) for _ in range(20)]
        places = {str(place_of(ref.id)) for ref in refs}
        assert not places & set(synced)
    assert places <= set(synced)
    assert {str(Path(place).parent) for place in places} <= set(synced)
    assert all(read_bytes(blob_id=ref.id) for ref in refs)


def test_together_is_all_or_nothing(world):
    with pytest.raises(ZeroDivisionError), actions.together():
        put_bytes(tenant_id=world.client_id, matter_id=MATTER, data=b"gone")
        raise ZeroDivisionError
    assert Blob.objects.count() == 0
