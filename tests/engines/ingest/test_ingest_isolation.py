"""Child processes that die, hang or swell cost one item and nothing else."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.engines.ingest.builders import zipped

from chancery.engines.ingest.inventory import inventory
from chancery.engines.ingest.isolation import expand_files
from chancery.engines.ingest.records import Item, Limits, SourceFile

_TRAP = """
import os, time
from chancery.engines.ingest.readers import plain
_read = plain.read
def read(content, key):
    name = content.name
    if name.startswith("kill"):
        os.kill(os.getpid(), 9)
    if name.startswith("hang"):
        time.sleep(600)
    if name.startswith("spin"):
        while True:
            pass
    if name.startswith("abort"):
        os.write(2, b"memory allocation of 99 bytes failed")
        os.abort()
    if name.startswith("swell"):
        bytearray(8 * 1024 ** 3)
    return _read(content, key)
plain.read = read
"""


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make children break down on files with telling names."""
    folder = tmp_path / "trap"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_TRAP)
    monkeypatch.syspath_prepend(str(folder))
    return folder


def _run(folder: Path, scratch: Path, limits: Limits, workers: int = 2) -> dict[str, list[Item]]:
    scratch.mkdir(exist_ok=True)
    files = list(inventory(folder=folder))
    results = list(expand_files(files=files, scratch=scratch, limits=limits, workers=workers))
    assert Counter(file.path for file, _ in results) == Counter(file.path for file in files)
    return {file.path: items for file, items in results}


def test_each_way_to_die_costs_one_file(tmp_path: Path, trap: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("a", "abort", "b", "c", "hang", "kill", "swell"):
        (source / f"{name}.txt").write_text(f"text of {name}")
    results = _run(source, tmp_path / "scratch", Limits(seconds=1.5))
    codes = {path: items[0].exception for path, items in results.items()}
    assert codes == {
        "a.txt": None,
        "abort.txt": "memory_limit",
        "b.txt": None,
        "c.txt": None,
        "hang.txt": "time_limit",
        "kill.txt": "crashed",
        "swell.txt": "memory_limit",
    }
    assert all(items[0].sha256 and items[0].size for items in results.values())
    assert results["c.txt"][0].text == "text of c"


def test_poison_inside_a_container_costs_only_itself(tmp_path: Path, trap: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    names = ["a.txt", "kill.txt", "b.txt", "abort.txt", "c.txt"]
    (source / "x.zip").write_bytes(zipped([(name, b"text") for name in names]))
    items = _run(source, tmp_path / "scratch", Limits())["x.zip"]
    assert [(i.name, i.exception) for i in items] == [
        ("x.zip", None),
        ("a.txt", None),
        ("kill.txt", "crashed"),
        ("b.txt", None),
        ("abort.txt", "memory_limit"),
        ("c.txt", None),
    ]
    assert [i.text for i in items if i.status == "item"] == ["text", "text", "text"]
    assert all(i.sha256 for i in items)


def test_kill_from_outside_loses_and_repeats_nothing(tmp_path: Path) -> None:
    source, scratch = tmp_path / "source", tmp_path / "scratch"
    source.mkdir()
    scratch.mkdir()
    for number in range(60):
        (source / f"{number:03d}.txt").write_text(f"text {number} " * 200)
    killed: list[int] = []
    done = threading.Event()

    def killer() -> None:
        while not done.is_set() and len(killed) < 2:
            time.sleep(0.05)
            for pid in _children(os.getpid()):
                if pid not in killed:
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
                    break

    thread = threading.Thread(target=killer)
    thread.start()
    files = list(inventory(folder=source))
    results = list(expand_files(files=files, scratch=scratch, limits=Limits(), workers=1))
    done.set()
    thread.join()
    assert killed
    assert sorted(file.path for file, _ in results) == [file.path for file in files]
    lost = [items[0].exception for _, items in results if items[0].exception]
    assert set(lost) <= {"crashed"}
    assert len(lost) <= len(killed)


def test_children_get_no_secrets_and_leave_nothing_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "sitecustomize.py").write_text(
        "import os, json\n"
        "json.dump([dict(os.environ), os.getcwd(), os.getsid(0) == os.getpid()], open('seen.json', 'w'))"
    )
    monkeypatch.syspath_prepend(str(trap))
    monkeypatch.setenv("CHANCERY_SECRET_KEY", "top-secret")
    before = _children(os.getpid())
    location = tmp_path / "a.txt"
    location.write_text("text")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    limits = Limits()
    results = list(expand_files(files=[SourceFile("a.txt", location)], scratch=scratch, limits=limits, workers=1))
    assert results[0][1][0].text == "text"
    seen = (scratch / "seen.json").read_text()
    assert "top-secret" not in seen
    assert str(scratch.resolve()) in seen
    assert seen.endswith("true]")
    assert _children(os.getpid()) == before


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == parent:
                found.append(int(entry.name))
    return sorted(found)
