"""From received files to documents: everything accounted for, families kept, copies rolled up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.apps.conftest import World

from chancery.apps.documents import queries


def test_every_file_ends_as_item_container_or_exception(
    world: World, matter_id: str, collected: Callable[[], str], tmp_path: Path
) -> None:
    collected()
    actor = world.actor("manager")
    counted = queries.collection_accounting(actor=actor, matter_id=matter_id)
    assert counted.adds_up
    assert (counted.input_files, counted.items, counted.containers, counted.exceptions) == (6, 7, 1, 2)
    assert counted.duplicates == 2
    assert counted.by_exception == {"corrupt": 1, "empty": 1}
    assert counted.input_bytes == sum(p.stat().st_size for p in (tmp_path / "evidence").rglob("*") if p.is_file())
