"""The engine finds exactly what a slow and simple reader finds, for every operator, nested, in both languages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.engines.retrieval.random_queries import Chance, documents, query
from tests.engines.retrieval.slow_reader import Document, answers, read

from chancery.engines.retrieval.evaluation import Evaluation
from chancery.engines.retrieval.grammar import parse
from chancery.engines.retrieval.nodes import Near
from chancery.engines.retrieval.searching import Searcher
from chancery.engines.retrieval.segment import Entry
from chancery.engines.retrieval.segmentfile import read_arrays, write_arrays
from chancery.engines.retrieval.store import Writer

TABLES = ("letters", "tails", "figures", "values")
FIELDS = ("text", "subject", "from")


def collection(folder: Path, seed: int, count: int) -> list[Document]:
    """Index random documents in three writes and return them as the slow reader sees them."""
    rows = documents(seed, count)
    third = count // 3 + 1
    for start in range(0, count, third):
        writer = Writer(folder)
        writer.put(
            Entry(
                str(number), "m", {"text": [row["text"]], "subject": [row["subject"]], "from": row["from"]},
                day=row["day"], numbers={"size": row["size"]},
            )
            for number, row in enumerate(rows[start : start + third], start)
        )  # fmt: skip
        writer.commit()
    return [
        Document(
            {name: [read(each) for each in (row[name] if name == "from" else [row[name]])] for name in FIELDS},
            row["day"], row["size"],
        )
        for row in rows
    ]  # fmt: skip


@pytest.mark.parametrize("stem", [False, True])
def test_nothing_is_missed_and_nothing_is_extra(tmp_path: Path, stem: bool) -> None:
    read_by_hand = collection(tmp_path, seed=11 + stem, count=150)
    searcher = Searcher.open(tmp_path)
    assert len(searcher.segments) > 1
    chance = Chance(5 + stem)
    asked = answered = 0
    while asked < 220:
        typed = query(chance)
        parsed = parse(typed, stem=stem)
        assert parsed.node is not None, (typed, parsed.problems)
        found = {int(hit.id) for hit in searcher.find(parsed.node, limit=None).hits}
        wanted = {number for number, document in enumerate(read_by_hand) if answers(parsed.node, document)}
        assert found == wanted, (typed, sorted(found - wanted)[:3], sorted(wanted - found)[:3])
        asked += 1
        answered += bool(wanted)
    assert answered > 100


def test_passages_with_gaps_stay_so_where_no_gap_is_there(tmp_path: Path) -> None:
    """One alternative of the left side has gaps: its phrase may hold the other word, also where that one is absent."""
    writer = Writer(tmp_path)
    writer.put([Entry("1", "m", {"text": ["alpha beta gamma"]}), Entry("2", "m", {"text": ["alpha beta delta"]})])
    writer.commit()
    node = parse('("alpha beta gamma" OR (never w/3 there)) w/5 beta').node
    assert node is not None
    assert answers(node, Document({"text": [read("alpha beta gamma")]}, None, 0))
    assert [hit.id for hit in Searcher.open(tmp_path).find(node, limit=None).hits] == ["1"]


def test_counts_of_what_is_not_near_are_exact_beyond_255(tmp_path: Path) -> None:
    """The weight of a word that is not near another comes from all its places, in documents with and without that."""
    writer = Writer(tmp_path)
    texts = ["pay " * 300, "pay " * 300 + "or", "pay " * 300 + "or or", "pay " * 299 + "stop pay", "other"]
    writer.put(Entry(str(number), "m", {"text": [text]}) for number, text in enumerate(texts))
    writer.commit()
    searcher = Searcher.open(tmp_path)
    node = parse("pay NOT w/1 stop").node
    assert isinstance(node, Near)
    (evaluation,) = (Evaluation(part.segment) for part in searcher.segments)
    assert evaluation.answering(node).tolist() == [True, True, True, True, False]
    assert evaluation.occurrences(node, searcher.segments[0].alive).tolist() == [300, 300, 300, 298, 0]


def test_a_file_made_before_words_had_tables_answers_the_same(tmp_path: Path) -> None:
    """Files of the index without letters, ends and figures of the words are read as before."""
    collection(tmp_path / "new", seed=23, count=60)
    shutil.copytree(tmp_path / "new", tmp_path / "old")
    for path in (tmp_path / "old").glob("*.seg"):
        arrays, facts = read_arrays(path)
        kept = {name: array for name, array in arrays.items() if name.rpartition(".")[2] not in TABLES}
        assert len(kept) < len(arrays)
        path.unlink()
        write_arrays(path=path, arrays=kept, facts=facts)
    new, old = Searcher.open(tmp_path / "new"), Searcher.open(tmp_path / "old")
    chance = Chance(29)
    for node in filter(None, (parse(query(chance)).node for _ in range(120))):
        assert new.find(node, limit=None) == old.find(node, limit=None), node
