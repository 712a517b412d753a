"""The engine finds exactly what a slow and simple reader finds, for every operator, nested, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.retrieval.random_queries import Chance, documents, query
from tests.engines.retrieval.slow_reader import Document, answers, read

from chancery.engines.retrieval.grammar import parse
from chancery.engines.retrieval.searching import Searcher
from chancery.engines.retrieval.segment import Entry
from chancery.engines.retrieval.store import Writer

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
