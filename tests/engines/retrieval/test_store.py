"""The index on disk: whole or not at all, replaced, deleted, joined, damaged."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from tests.engines.retrieval.random_queries import Chance, query, text

from chancery.engines.retrieval import store
from chancery.engines.retrieval.grammar import parse
from chancery.engines.retrieval.searching import Searcher
from chancery.engines.retrieval.segment import Entry
from chancery.engines.retrieval.segmentfile import IndexDamaged
from chancery.engines.retrieval.store import Writer, open_segments
from chancery.engines.retrieval.wordtable import WordTable


def put(folder: Path, *entries: tuple[str, str], scope: str = "m") -> None:
    writer = Writer(folder)
    writer.put(Entry(key, scope, {"text": [words]}, labels={"family": [key[0]]}) for key, words in entries)
    writer.commit()


def ids(folder: Path, typed: str, scopes: set[str] | None = None) -> list[str]:
    node = parse(typed).node
    assert node is not None
    return sorted(hit.id for hit in Searcher.open(folder, scopes=scopes).find(node, limit=None).hits)


def test_nothing_counts_before_it_is_committed(tmp_path: Path) -> None:
    put(tmp_path, ("a", "pump"))
    writer = Writer(tmp_path)
    writer.put([Entry("b", "m", {"text": ["pump"]})])
    assert ids(tmp_path, "pump") == ["a"]
    again = Writer(tmp_path)
    again.put([Entry("c", "m", {"text": ["pump"]})])
    again.commit()
    assert ids(tmp_path, "pump") == ["a", "c"]
    assert len(list(tmp_path.glob("*.seg"))) == 2


def test_documents_are_replaced_and_taken_out(tmp_path: Path) -> None:
    put(tmp_path, ("a1", "pump"), ("a2", "valve pump"), ("b1", "pump"))
    put(tmp_path, ("a2", "valve"), ("a2", "gasket"), ("c1", "pump"))
    assert ids(tmp_path, "pump") == ["a1", "b1", "c1"]
    assert ids(tmp_path, "gasket") == ["a2"] and ids(tmp_path, "valve") == []
    writer = Writer(tmp_path)
    writer.delete(["b1", "nothing"])
    writer.commit()
    assert ids(tmp_path, "pump") == ["a1", "c1"]
    assert ids(tmp_path, "NOT valve") == ["a1", "a2", "c1"]
    searcher = Searcher.open(tmp_path)
    assert searcher.size == 3
    node = parse("pump").node
    assert node is not None
    assert searcher.families(searcher.answering(node)) == {"a", "c"}


def test_other_scopes_are_neither_found_nor_weighed(tmp_path: Path) -> None:
    put(tmp_path, ("a", "pump valve"), ("b", "pump"))
    node = parse("valve pump OR valve").node
    assert node is not None
    alone = Searcher.open(tmp_path, scopes={"m"}).find(node, limit=5)
    put(tmp_path, *[(f"x{number}", "valve " * number) for number in range(20)], scope="other")
    assert ids(tmp_path, "valve", {"m"}) == ["a"] and ids(tmp_path, "valve", set()) == []
    among = Searcher.open(tmp_path, scopes={"m"}).find(node, limit=5)
    assert [(hit.id, hit.score) for hit in among.hits] == [(hit.id, hit.score) for hit in alone.hits]
    assert Searcher.open(tmp_path, scopes={"m"}).count(parse("NOT valve").node) == 1  # type: ignore[arg-type]


def test_small_files_are_joined_and_nothing_changes(tmp_path: Path) -> None:
    chance = Chance(4)
    joined, apart = tmp_path / "joined", tmp_path / "apart"
    for number in range(12):
        entries = [
            Entry(f"{number}-{at}", "m", {"text": [text(chance, 30)], "from": [text(chance, 2), text(chance, 2)]})
            for at in range(5)
        ]
        for folder, least in ((joined, store.MOST_SMALL), (apart, 1_000)):
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(store, "MOST_SMALL", least)
                writer = Writer(folder)
                writer.put(entries)
                writer.delete([f"{number - 1}-2"])
                writer.commit()
    assert len(open_segments(joined)) <= store.MOST_SMALL + 1 < len(open_segments(apart))
    for _ in range(120):
        typed = query(chance)
        assert ids(joined, typed) == ids(apart, typed), typed


@pytest.mark.parametrize("damage", ["cut", "empty", "head", "list", "gone"])
def test_a_damaged_index_is_said_to_be_damaged(tmp_path: Path, damage: str) -> None:
    put(tmp_path, ("a", "pump"))
    segment = next(tmp_path.glob("*.seg"))
    raw = segment.read_bytes()
    if damage == "cut":
        segment.write_bytes(raw[:-20])
    elif damage == "empty":
        segment.write_bytes(b"")
    elif damage == "head":
        segment.write_bytes(raw[:-40] + b"x" * 24 + raw[-16:])
    elif damage == "list":
        (tmp_path / "manifest.json").write_text("{")
    else:
        segment.unlink()
    with pytest.raises(IndexDamaged):
        Searcher.open(tmp_path)


def test_pages_and_orders(tmp_path: Path) -> None:
    put(tmp_path, *[(f"d{number}", "pump " * (number % 3 + 1) + "x " * number) for number in range(9)])
    node = parse("pump").node
    assert node is not None
    searcher = Searcher.open(tmp_path)
    whole = [hit.id for hit in searcher.find(node, limit=None).hits]
    pages = [hit.id for offset in range(0, 9, 4) for hit in searcher.find(node, limit=4, offset=offset).hits]
    assert sorted(whole) == [f"d{number}" for number in range(9)] and pages == whole
    assert searcher.find(node, limit=0).total == 9 and searcher.find(node, limit=0).hits == ()
    assert [hit.id for hit in searcher.find(node, limit=3, order="indexed").hits] == ["d0", "d1", "d2"]


@pytest.mark.parametrize("salt", [0, 1, 7, 2**64 - 1])
def test_words_keep_their_numbers_while_the_table_grows(salt: int) -> None:
    chance = random.Random(1)
    words = ["".join(chance.choice("abcdeé") for _ in range(chance.randint(1, 9))) for _ in range(30_000)]
    table = WordTable(salt=salt)
    for start in range(0, len(words), 5_000):
        joined = " ".join(words[start : start + 5_000])
        found = np_numbers(table, joined)
        assert [table.names[number] for number in found] == joined.split()
    assert len(set(table.names)) == len(table.names) == len(set(words))


def np_numbers(table: WordTable, joined: str) -> list[int]:
    """Return the numbers of the words of a text of small letters."""
    letters = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    ends = np.flatnonzero(np.append(letters, 32) == 32)
    begins = np.concatenate(([0], ends[:-1] + 1))
    return table.numbers(letters=letters, begins=begins, ends=ends).tolist()
