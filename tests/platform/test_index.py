"""The search store keeps organisations apart and writers in line."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest

from chancery.foundation.errors import Fault
from chancery.foundation.identifiers import new_id
from chancery.platform.index.actions import erase, writing
from chancery.platform.index.queries import folder_of


def test_each_organisation_has_its_own_folder(settings, tmp_path):
    settings.CHANCERY_INDEX = tmp_path
    first, second = new_id(), new_id()
    assert folder_of(tenant_id=first) != folder_of(tenant_id=second)
    assert folder_of(tenant_id=first).parent == tmp_path
    assert not folder_of(tenant_id=first).exists()
    with writing(tenant_id=first) as folder:
        (folder / "x").write_text("x")
    erase(tenant_id=second)
    assert (folder / "x").exists()
    erase(tenant_id=first)
    assert not folder.exists()


@pytest.mark.parametrize("name", ["../other", "", "a/b", "."])
def test_a_folder_elsewhere_cannot_be_named(name):
    with pytest.raises(Fault):
        folder_of(tenant_id=name)


def _hold(folder: str, tenant_id: str, seconds: float) -> None:
    from django.conf import settings

    settings.CHANCERY_INDEX = folder
    with writing(tenant_id=tenant_id) as place:
        (place / "held").write_text("")
        time.sleep(seconds)
        (place / "held").unlink()


def test_a_second_writer_waits(settings, tmp_path):
    settings.CHANCERY_INDEX = tmp_path
    name = new_id()
    other = multiprocessing.get_context("fork").Process(target=_hold, args=(str(tmp_path), name, 0.5))
    other.start()
    held = Path(tmp_path) / name / "held"
    while not held.exists():
        time.sleep(0.01)
    with writing(tenant_id=name):
        assert not held.exists()
    other.join()
