"""The real worker is killed while it processes evidence and while it writes a production."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.power_cut.checker import Checker

pytestmark = pytest.mark.slow
STEP = Path(__file__).with_name("killed_matter.py")
CHANCERY = [sys.executable, "-m", "chancery.project.cli"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a home of its own."""
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """The environment of every process of a test."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("CHANCERY_", "DATABASE_", "BLOBS", "DJANGO_"))
    }
    return {**kept, "CHANCERY_HOME": str(home)}


def rows(home: Path, query: str) -> list[Any]:
    """Return the rows of a query; the database is only read."""
    base = sqlite3.connect(f"file:{home}/db/main.sqlite3?mode=ro", uri=True, timeout=20)
    try:
        return base.execute(query).fetchall()
    finally:
        base.close()


def wait_for(condition: Callable[[], bool], *, worker: subprocess.Popen[bytes], seconds: float = 150) -> None:
    """Wait until a condition holds; fails if the worker ends before."""
    end = time.monotonic() + seconds
    while not condition():
        assert worker.poll() is None, "the worker ended by itself"
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.02)


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Return a function that starts a real worker."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([*CHANCERY, "worker"], env=environment, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)


def kill_in_the_middle(home: Path, start: Callable[[], subprocess.Popen[bytes]], name: str, times: int) -> None:
    """Kill a worker while a job is under way, each time a little later; then let its lease run out at once."""
    query = f"SELECT state, attempts FROM jobs_job WHERE name = '{name}'"  # noqa: S608
    for attempt in range(1, times + 1):
        process = start()
        wait_for(lambda wanted=attempt: rows(home, query) == [("running", wanted)], worker=process)  # type: ignore[misc]
        time.sleep(0.4 * attempt)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert rows(home, query) == [("running", attempt)], "a killed worker leaves its claim"
        base = sqlite3.connect(home / "db" / "main.sqlite3", timeout=20)
        base.execute("UPDATE jobs_job SET lease_until = '2020-01-01 00:00:00' WHERE state = 'running'")
        base.commit()
        base.close()


def finish(home: Path, start: Callable[[], subprocess.Popen[bytes]]) -> None:
    """Let a worker do all the rest, then stop it."""
    process = start()
    time.sleep(1)
    jobs = "SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running')"
    news = "SELECT count(*) FROM events_delivery WHERE state = 'waiting'"
    wait_for(lambda: rows(home, jobs)[0][0] + rows(home, news)[0][0] == 0, worker=process)
    time.sleep(1)
    wait_for(lambda: rows(home, jobs)[0][0] + rows(home, news)[0][0] == 0, worker=process)
    process.terminate()
    assert process.wait(timeout=60) == 0
    assert rows(home, "SELECT name, error FROM jobs_job WHERE state <> 'done'") == []


def assert_whole(home: Path, tmp_path: Path) -> None:
    """Assert that the home is whole and no plain evidence is left in its scratch folder."""
    files = {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    place = tmp_path / "judged"
    place.mkdir()
    assert Checker().faults(files=files, folder=place, acknowledged=[]) == []
    assert [path for path in (home / "scratch").rglob("*") if path.is_file()] == []


def test_processing_survives_kill_minus_nine(home, environment, worker, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for number in range(300):
        (source / f"note-{number:03}.txt").write_text(f"Note {number}: the valves came late.", "utf-8")
    with zipfile.ZipFile(source / "more.zip", "w") as archive:
        for number in range(50):
            archive.writestr(f"inside-{number}.txt", f"Inside {number}.")
    subprocess.run([sys.executable, str(STEP), "collect", str(source)], env=environment, check=True)
    kill_in_the_middle(home, worker, "documents.expand", 2)
    finish(home, worker)
    names = Counter(row[0] for row in rows(home, "SELECT item_key FROM documents_document"))
    assert len(names) == 351
    assert max(names.values()) == 1
    assert rows(home, "SELECT count(*) FROM documents_inputfile WHERE state <> 'expanded'") == [(0,)]
    bodies = [json.loads(row[0]) for row in rows(home, "SELECT body FROM audit_entry WHERE act = 'evidence.expanded'")]
    expanded = Counter(file["path"] for body in bodies for file in body["detail"]["files"])
    assert (len(expanded), max(expanded.values())) == (301, 1)
    assert rows(home, "SELECT count(*) FROM audit_entry WHERE act = 'collection.processed'") == [(1,)]
    assert rows(home, "SELECT count(*), count(DISTINCT control_number) FROM documents_document") == [(351, 351)]
    assert_whole(home, tmp_path)


def test_writing_a_production_survives_kill_minus_nine(home, environment, worker, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for number in range(80):
        (source / f"note-{number:03}.txt").write_text(f"Note {number}: the valves came late.\n" * 60, "utf-8")
    subprocess.run([sys.executable, str(STEP), "sign", str(source)], env=environment, check=True)
    kill_in_the_middle(home, worker, "production.write", 1)
    assert rows(home, "SELECT count(*) FROM production_volumefile") == [(0,)]
    finish(home, worker)
    assert rows(home, "SELECT state FROM production_production") == [("delivered",)]
    assert rows(home, "SELECT count(*), count(DISTINCT begin) FROM production_produceddocument") == [(80, 80)]
    for act in ("production.delivered", "invoice.issued"):
        assert rows(home, f"SELECT count(*) FROM audit_entry WHERE act = '{act}'") == [(1,)]  # noqa: S608
    assert_whole(home, tmp_path)
