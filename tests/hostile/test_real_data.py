"""Real evidence through the command, to the end: nothing is lost, nothing is silently empty, the same bytes twice."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chancery.engines.production.check import check_volume

pytestmark = pytest.mark.slow
RUN = (
    "import os, sys; count = int(sys.argv.pop(1)); os.cpu_count = lambda: count; "
    "from chancery.project.cli import main; main()"
)
TEXTLESS = {"image", "media"}
"""Kinds that may hold no words without being an exception."""


def command(home: Path, processors: int, *arguments: str) -> dict[str, Any]:
    """Run the command as on a machine with some processors; returns its last line."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("CHANCERY_", "DATABASE_", "BLOBS", "DJANGO_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(processors), *arguments],
        env={**kept, "CHANCERY_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    lines = done.stdout.splitlines()
    return json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}


def codes_for(lines: list[dict[str, Any]], codes: Path) -> None:
    """Write a coding file for every item, by its hash."""
    with codes.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["path", "sha256", "code", "privilege", "second_reviewer", "second_code", "description"])
        for line in lines:
            if line["status"] == "item":
                lot = int(line["sha256"][:8] or "0", 16)
                code = "responsive" if lot % 3 else "not_responsive"
                privilege = "AC" if lot % 29 == 0 else "none"
                table.writerow([line["path"], line["sha256"], code, privilege, "reviewer-2", code, "Advice of counsel"])


def delivered(source: Path, work: Path, *, processors: int) -> tuple[Path, list[dict[str, Any]]]:
    """Take a source to its delivery in a home of its own; asserts everything that holds for any evidence."""
    home, out, codes = work / "home", work / "out", work / "codes.csv"
    command(home, processors, "migrate")
    first = command(home, processors, "matter", "run", str(source), "--out", str(out), "--json")
    assert first["status"] == "awaiting_review"
    lines = [json.loads(line) for line in (out / "items.jsonl").read_text("utf-8").splitlines()]
    codes_for(lines, codes)
    arguments = ("--codes", str(codes), "--approve", "attorney", "--json")
    last = command(home, processors, "matter", "run", str(source), "--out", str(out), *arguments)
    assert last["status"] == "delivered"
    assert check_volume(folder=out / "production") == []
    assert [path for path in (home / "scratch").rglob("*") if path.is_file()] == []
    assert_accounted(out, lines, files=[path for path in [source, *source.rglob("*")] if path.is_file()])
    command(home, processors, "record", "verify", str(out / "record.jsonl"))
    return out, lines


def assert_accounted(out: Path, lines: list[dict[str, Any]], *, files: list[Path]) -> None:
    """Assert that every input file has its line and every item its text or a code."""
    counted = json.loads((out / "accounting.json").read_text("utf-8"))
    top = [line for line in lines if line["parent_id"] is None]
    assert counted["adds_up"] is True
    assert counted["input_files"] == len(top) == len(files)
    assert counted["input_bytes"] == sum(path.stat().st_size for path in files) == sum(line["size"] for line in top)
    status = Counter(line["status"] for line in lines)
    assert (counted["items"], counted["containers"]) == (status["item"], status["container"])
    assert counted["exceptions"] == status["exception"]
    known = {line["id"] for line in lines}
    silent = []
    for line in lines:
        assert line["parent_id"] is None or line["parent_id"] in known
        assert line["family_id"] in known
        assert line["status"] != "exception" or line["exception"]
        text = (out / line["text_file"]).read_text("utf-8") if line["text_file"] else ""
        wordy = line["status"] == "item" and line["size"] and line["metadata"]["kind"] not in TEXTLESS
        if wordy and not text.strip() and not line["exception"]:
            silent.append(line["path"])
    assert silent == []


def test_a_mail_archive_gives_the_same_bytes_in_another_place_with_other_workers(test_data, tmp_path):
    archive = test_data / "mail" / "edrm_enron_bailey.tar.gz"
    (tmp_path / "one").mkdir()
    (tmp_path / "another" / "place").mkdir(parents=True)
    first, lines = delivered(archive, tmp_path / "one", processors=1)
    second, _ = delivered(archive, tmp_path / "another" / "place", processors=3)
    manifests = [(out / "production" / "manifest.sha256").read_bytes() for out in (first, second)]
    assert manifests[0] == manifests[1]
    for name in ("items.jsonl", "privilege-log.csv"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    unpacked = tmp_path / "unpacked"
    with tarfile.open(archive) as packed:
        packed.extractall(unpacked, filter="data")
    (tmp_path / "third").mkdir()
    _, loose = delivered(unpacked, tmp_path / "third", processors=2)
    inside = Counter(line["sha256"] for line in lines if line["status"] == "item")
    assert inside == Counter(line["sha256"] for line in loose if line["status"] == "item")


def test_labelled_mail(test_data, tmp_path):
    delivered(test_data / "mail" / "enron_ucb_labelled.tar.gz", tmp_path, processors=2)


def test_mixed_files_and_their_known_conditions(test_data, tmp_path):
    _, lines = delivered(test_data / "files", tmp_path, processors=2)
    top = {line["path"]: line for line in lines if line["parent_id"] is None}
    with (test_data / "files" / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        listed = list(csv.DictReader(stream))
    expected = {
        "encrypted": {"encrypted"},
        "corrupt": {"corrupt", "truncated", "type_mismatch"},
        "empty": {"empty"},
    }
    wrong = []
    for row in listed:
        line = top[row["path"]]
        assert line["sha256"] == row["sha256"]
        if row["condition"] in expected and line["exception"] not in expected[row["condition"]]:
            wrong.append((row["path"], row["condition"], line["exception"]))
        if row["condition"] == "encrypted-owner-only" and not line["text_file"]:
            wrong.append((row["path"], row["condition"], line["exception"]))
    assert wrong == []
