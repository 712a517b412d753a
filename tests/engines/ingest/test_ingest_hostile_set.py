"""Six hundred hostile files through the whole ingest: each ends processed or coded, and the account adds up."""

from __future__ import annotations

import json
import resource
import time
from collections import Counter
from pathlib import Path

from tests.engines.ingest.hostile_set import build

from chancery.engines.ingest.custody import verify_custody
from chancery.engines.ingest.ingesting import Choices, ingest
from chancery.engines.ingest.records import CODES, Limits

_LIMITS = Limits(seconds=8.0, container_seconds=40.0, max_expanded_bytes=64 * 1024**2, memory_bytes=1536 * 1024**2)


def test_every_hostile_file_ends_processed_or_coded(tmp_path: Path) -> None:
    count = build(folder=tmp_path / "source")
    assert count >= 600
    began = time.monotonic()
    choices = Choices(ocr=False, entities=False, workers=2, limits=_LIMITS)
    account = ingest(
        source=tmp_path / "source", out=tmp_path / "out", choices=choices, at="2026-01-01T00:00:00Z", advance=_silent
    )
    assert time.monotonic() - began < 600
    lines = [json.loads(line) for line in (tmp_path / "out" / "items.jsonl").read_text(encoding="utf-8").splitlines()]
    tops = [line for line in lines if line["parent_id"] is None]
    assert len(tops) == account["input_files"] == count
    assert Counter(line["status"] for line in lines) == {
        "item": account["items"],
        "container": account["containers"],
        "exception": account["exceptions"],
    }
    assert sum(line["size"] for line in tops) == account["input_bytes"] == sum(account["bytes"].values())
    for line in lines:
        assert line["exception"] is None or line["exception"] in CODES, line
        assert line["exception"] or line["text_file"] or line["status"] == "container", line
        assert (line["text_file"] is None) or (tmp_path / "out" / line["text_file"]).stat().st_size, line
    sound = {line["path"]: line for line in tops if line["path"].startswith("sound/")}
    assert {path for path, line in sound.items() if line["exception"] == "crashed"} == set()
    assert {line["exception"] for line in tops if line["path"].startswith("empty/")} == {"empty"}
    assert not any("out.txt" in path.name for path in tmp_path.rglob("*out.txt"))
    assert not any("root:x:0" in path.read_text(encoding="utf-8") for path in (tmp_path / "out" / "text").iterdir())
    assert verify_custody(path=tmp_path / "out" / "custody.jsonl") is None
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert peak < 1024**3


def _silent(stage: str, done: int, whole: int | None) -> None:
    """Tell nobody."""
