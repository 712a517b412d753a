"""Fixtures of tests that give the main job what nobody should give it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from chancery.apps.workspace.actions.running import Result, run_matter
from chancery.platform.audit.queries import verify_tenant
from chancery.platform.tenancy.models import Tenant


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    result: Result
    lines: list[dict[str, Any]]
    accounting: dict[str, Any]
    out: Path

    def line(self, path: str) -> dict[str, Any]:
        """Return the one line of a path."""
        found = [line for line in self.lines if line["path"] == path]
        assert len(found) == 1, (path, [line["path"] for line in self.lines][:50])
        return found[0]

    def text(self, path: str) -> str:
        """Return the text of a path; empty if it has none."""
        name = self.line(path)["text_file"]
        return (self.out / name).read_text("utf-8") if name else ""

    def codes(self) -> Counter[str]:
        """Return how often each exception code occurs."""
        return Counter(line["exception"] for line in self.lines if line["exception"])


def outcome(result: Result, out: Path) -> Outcome:
    """Read what a run has written."""
    lines = [json.loads(line) for line in (out / "items.jsonl").read_text("utf-8").splitlines()]
    return Outcome(result, lines, json.loads((out / "accounting.json").read_text("utf-8")), out)


def assert_clean(found: Outcome) -> None:
    """Assert what holds after every run: the counts add up, the record verifies, nothing plain is left behind."""
    top = [line for line in found.lines if line["parent_id"] is None]
    assert found.accounting["adds_up"] is True
    assert found.accounting["input_files"] == len(top)
    by_status = Counter(line["status"] for line in found.lines)
    assert found.accounting["items"] == by_status["item"]
    assert found.accounting["containers"] == by_status["container"]
    assert found.accounting["exceptions"] == by_status["exception"]
    assert len({line["id"] for line in found.lines}) == len(found.lines)
    for line in found.lines:
        assert line["status"] != "exception" or line["exception"], line
        assert len(line["sha256"]) == 64 or line["exception"], line
    assert_nothing_left()


def assert_nothing_left() -> None:
    """Assert that scratch holds no file and every chain verifies."""
    assert [path for path in Path(settings.CHANCERY_SCRATCH).rglob("*") if path.is_file()] == []
    for tenant in Tenant.objects.all():
        assert verify_tenant(tenant_id=tenant.id).ok


@pytest.fixture
def main_job(db: None, tmp_path: Path) -> Callable[..., Outcome]:
    """Return the main job over a folder; asserts a clean state after it."""

    def run(source: Path, **options: Any) -> Outcome:
        out = tmp_path / f"out-{source.name}"
        result = run_matter(source=source, out=out, now=timezone.now, tell=lambda *_: None, **options)
        found = outcome(result, out)
        assert_clean(found)
        return found

    return run


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An empty folder of evidence, named so that its matter can be told from others."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    return folder
