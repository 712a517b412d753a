"""A job killed between any two files loses nothing and repeats nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from tests.apps.conftest import World
from tests.apps.documents.conftest import received

from chancery.apps.documents import actions, expansion, laying_out, queries
from chancery.apps.documents.models import Document, InputFile
from chancery.platform.access.actors import system_actor


class PowerCut(BaseException):
    """The process ends here."""


def state(matter_id: str) -> list[tuple[object, ...]]:
    """Return everything that must come out the same."""
    fields = (
        "item_key",
        "status",
        "exception",
        "sha256",
        "control_number",
        "duplicate_of__item_key",
        "parent__item_key",
    )
    return list(Document.objects.filter(matter_id=matter_id).order_by("item_key").values_list(*fields))


def expand(matter_id: str, collection_id: str, at: datetime) -> None:
    """Run the job's action as the worker does."""
    tenant_id = Document._meta.apps.get_model("matters", "Matter").objects.get(id=matter_id).tenant_id
    actions.expand_collection(
        actor=system_actor(tenant_id=tenant_id), collection_id=collection_id, at=at, advance=lambda done, total: None
    )


@pytest.mark.parametrize("dies_at", ["after the blobs", "after the rows", "before the duplicates", "between the files"])
def test_killed_and_repeated_gives_what_one_run_gives(
    dies_at: str, world: World, matter_id: str, evidence: Path, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laying_out, "BATCH_FILES", 2)
    collection_id = received(world, matter_id, evidence, at)
    actions.close_collection(actor=world.actor("manager"), collection_id=collection_id, at=at)

    def cut(*args: object, **kwargs: object) -> None:
        raise PowerCut

    calls = {"count": 0}
    entered = expansion.enter_files

    def second(**kwargs: object) -> int:
        calls["count"] += 1
        if calls["count"] == 2:
            raise PowerCut
        return entered(**kwargs)  # type: ignore[arg-type]

    target, replacement = {
        "after the blobs": ("enter", cut),
        "after the rows": ("_mark_expanded", cut),
        "before the duplicates": ("finish_collection", cut),
        "between the files": ("enter_files", second),
    }[dies_at]
    with monkeypatch.context() as patched:
        patched.setattr(expansion, target, replacement)
        with pytest.raises(PowerCut):
            expand(matter_id, collection_id, at)
    expand(matter_id, collection_id, at)
    once = state(matter_id)
    actor = world.actor("manager")
    counted = queries.collection_accounting(actor=actor, matter_id=matter_id)
    assert counted.adds_up
    assert (counted.input_files, counted.documents, counted.duplicates) == (6, 10, 2)
    assert len({row[4] for row in once}) == len(once) == 10
    InputFile.objects.filter(collection_id=collection_id).update(state="received")
    type(queries.collection(actor=actor, collection_id=collection_id))
    Document._meta.apps.get_model("documents", "Collection").objects.update(state="processing")
    expand(matter_id, collection_id, at)
    assert state(matter_id) == once
