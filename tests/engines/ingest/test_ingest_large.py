"""What keeps the memory of an ingest small: large folders, the journal, the lines of a large mailbox."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chancery.engines.ingest import listing
from chancery.engines.ingest.inventory import inventory, walk
from chancery.engines.ingest.journal import Journal, JournalWriter, mark_of
from chancery.engines.ingest.records import SourceFile
from chancery.engines.ingest.spooled import top_of

NAMES = [
    *("b.txt", "a.txt", "set.zip.002", "set.zip.001", "Ü.eml", "中.eml", "z\x07.txt", "z.txt", "z\x7f.txt"),
    *("x.7z.003", "x.7z.001", "new\nline.txt"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files and folders of all kinds of names, and links."""
    source = tmp_path / "source"
    for place in (source, source / "z", source / "a" / "deep", source / "empty"):
        place.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            if place.name != "empty":
                (place / name).write_text(name)
    with open(os.fsencode(source) + b"/raw-\xff.txt", "wb") as stream:
        stream.write(b"raw")
    (source / "link.txt").symlink_to(source / "a.txt")
    return source


def test_a_folder_too_large_for_memory_is_listed_the_same(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = list(walk(folder=folder))
    monkeypatch.setattr(listing, "FEW", 3)
    monkeypatch.setattr(listing, "_PIECE", 20)
    assert list(walk(folder=folder, spill=tmp_path)) == held
    assert {file.path: (file.parts, file.part_of, file.incomplete) for file in held} == {
        file.path: (file.parts, file.part_of, file.incomplete) for file in inventory(folder=folder)
    }
    here = [file.path for file in held if "/" not in file.path]
    assert here == sorted(here)
    assert {"z.txt", "z.txt~2", "z.txt~3", "raw-%FF.txt"} <= set(here)
    assert "link.txt" not in here
    parts = {file.path: file for file in held}
    assert parts["set.zip.001"].parts == (("set.zip.002", folder / "set.zip.002"),)
    assert parts["x.7z.001"].incomplete and parts["x.7z.003"].incomplete
    assert [file.location for file in walk(folder=folder, without=folder / "z") if "z/" in file.path] == []


def test_a_journal_gives_the_latest_whole_entry(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    assert Journal(path).find(mark=1) is None
    (tmp_path / "a").write_text("a")
    file = SourceFile("a]}", tmp_path / "a")
    mark = mark_of(file=file)
    with JournalWriter(path) as journal:
        journal.enter(mark=mark, file=file, run=1, spooled=["s", 0, 5, 11, 1, []])
        journal.enter(mark=2**64 - 1, file=file, run=1, spooled=["s", 5, 9, 12, 1, ["encrypted", "crashed"]])
    with path.open("ab") as stream:
        stream.write(b'{"mark":%d,"path":"a]}' % mark)  # a line that broke off
    with JournalWriter(path) as journal:
        journal.enter(mark=0, file=file, run=2, spooled=["t", 1, 2, 3, 4, []])
    found = Journal(path)
    first, last, least = (found.find(mark=each) for each in (mark, 2**64 - 1, 0))
    assert first is not None and (first.spool, first.start, first.end, first.crc) == ("s", 0, 5, 11)
    assert last is not None and (last.locked, last.ended, first.locked, first.ended) == (True, True, False, False)
    assert least is not None and least.spool == "t"
    assert found.find(mark=mark ^ 1) is None
    found.close()


@pytest.mark.parametrize("order", [[0], [2, 1, 0], [0, 1], [1, 0, 2]])
def test_the_top_of_a_file_is_found_wherever_its_line_stands(tmp_path: Path, order: list[int]) -> None:
    def line(number: int) -> bytes:
        facts = {"path": f'n{number},"exception_detail":', "status": "item", "exception": None}
        record = {**facts, "exception_detail": "", "metadata": {"exception": "other"}}
        return b"%08d " % number + json.dumps(record, separators=(",", ":")).encode() + b"\n"

    waste = b"00000000 {}\n"
    lines = b"".join(map(line, order))
    path = tmp_path / "spool"
    path.write_bytes(waste + lines + waste)
    with path.open("rb") as stream:
        top = top_of(stream=stream, start=len(waste), end=len(waste) + len(lines))
    assert top == {"path": 'n0,"exception_detail":', "status": "item", "exception": None}
