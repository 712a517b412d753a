"""Blends of near documents against a plain reading of their definition, and ledgers of an earlier version."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from chancery.engines.review.features import build_views
from chancery.engines.review.ledger import lines, read_ledger
from chancery.engines.review.neighbours import Nearness, blended, nearest
from chancery.engines.review.ranker import EARLIER, MODEL, Ranker, Settings, likeness
from chancery.engines.review.simulation import SimulationRefused, replay, simulate
from engines.review.review_collections import chinese, english


def _plain(shared: np.ndarray, count: int) -> np.ndarray:
    """The graph as its docstring tells it, document by document."""
    rows = len(shared)
    graph = np.zeros((rows, rows))
    for row in range(rows):
        others = sorted((float(shared[row, one]) for one in range(rows) if one != row), reverse=True)
        least = others[min(count, len(others)) - 1]
        for other in range(rows):
            if other != row and shared[row, other] > 0 and shared[row, other] >= least:
                graph[row, other] = graph[other, row] = max(graph[row, other], shared[row, other])
    sums = graph.sum(axis=1)
    for row in range(rows):
        for other in range(rows):
            if graph[row, other]:
                graph[row, other] /= np.sqrt(sums[row] * sums[other])
    return graph


@pytest.mark.parametrize("collection", [english(count=90), chinese(count=90)], ids=["en", "zh"])
def test_blends_are_those_of_the_definition(collection) -> None:  # type: ignore[no-untyped-def]
    titles, bodies = (*collection.titles, ""), (*collection.bodies, "")
    shared = build_views(titles=titles, bodies=bodies, rank=0).shared(mixture={"words": 0.6, "pairs": 0.4})
    graph = nearest(shared=shared, count=4)
    plain = _plain(shared, 4)
    assert graph.toarray() == pytest.approx(plain, abs=1e-5)
    assert graph[len(titles) - 1].nnz == 0
    mixing = 0.65 * np.eye(len(titles)) + 0.35 * plain
    moved = mixing @ shared.astype(float) @ mixing.T
    lengths = np.sqrt(np.maximum(np.diag(moved), 1e-6))
    expected = 0.75 * shared + 0.25 * moved / np.outer(lengths, lengths)
    found = blended(shared=shared, graph=graph, step=0.35, part=0.25)
    assert found == pytest.approx(expected, abs=1e-4)
    assert found == pytest.approx(found.T, abs=1e-6)


def test_blends_stay_a_likeness_that_can_be_learnt_from() -> None:
    collection = english(count=120)
    views = build_views(titles=collection.titles, bodies=collection.bodies, rank=20)
    rules = Settings()
    mixtures = tuple(one for one in rules.mixtures if one.name != "embedding")
    for shared, one in zip(likeness(views=views, mixtures=mixtures, step=rules.step), mixtures, strict=True):
        assert np.linalg.eigvalsh(shared.astype(float)).min() > -1e-4
        if not one.blend:
            assert (shared == views.shared(mixture=dict(one.views))).all()


@pytest.mark.parametrize("rows", [1, 2])
def test_the_smallest_collections_have_neighbours_as_they_can(rows: int) -> None:
    shared = np.full((rows, rows), 0.5, np.float32)
    np.fill_diagonal(shared, 1)
    graph = nearest(shared=shared)
    assert graph.nnz == rows * (rows - 1)
    assert blended(shared=shared, graph=graph, step=0.35, part=0.5).shape == (rows, rows)


@pytest.mark.parametrize("name", ["chancery.review/2", "chancery.review/3"])
def test_a_ledger_of_an_earlier_version_replays_by_its_rules(name: str) -> None:
    collection = english()
    run = simulate(collection=collection, seed=4, settings=EARLIER[name])
    assert run.ledger.head.model == name
    kept = read_ledger([line.encode() for line in lines(run.ledger)])
    assert replay(collection=collection, ledger=kept) is None
    today = simulate(collection=collection, seed=4)
    assert today.ledger.head.model == MODEL == "chancery.review/4"
    # Today's order under the earlier name is found out where the rules part.
    assert today.order != run.order
    forged = read_ledger([line.encode() for line in lines(today.ledger)])
    forged.head = replace(forged.head, model=name)
    parted = next(
        place for place, (one, other) in enumerate(zip(today.order, run.order, strict=True), 1) if one != other
    )
    assert replay(collection=collection, ledger=forged) == parted


def test_nearness_is_the_likeness_to_the_nearest_relevant_document() -> None:
    draw = np.random.default_rng(3)
    first, second = draw.random((6, 6)).astype(np.float32), draw.random((6, 6)).astype(np.float32)
    near = Nearness(shared=[first, second], weights=[0.6, 0.2])
    assert not near.values.any()
    for row in (4, 1):
        near.add(row=row)
    both = 0.75 * first.astype(float) + 0.25 * second
    assert near.values == pytest.approx(np.maximum(both[4], both[1]), abs=1e-6)
    near.renew(rows=[1])
    assert near.values == pytest.approx(both[1], abs=1e-6)
    near.renew(rows=[])
    assert not near.values.any()


def test_a_queue_forgets_nearness_to_what_is_not_relevant_after_all() -> None:
    collection = english(count=80, relevant=20)
    views = build_views(titles=collection.titles, bodies=collection.bodies, rank=10)
    hits = [int(row) for row in np.flatnonzero(collection.labels)]
    queues = [Ranker(views=views, settings=Settings(gain=0.0, fade=0.0)) for _ in range(3)]
    for row in hits[:4]:
        queues[0].decide(row=row, relevant=True)
    for row in hits[:5]:
        queues[1].decide(row=row, relevant=True)
        queues[2].decide(row=row, relevant=True)
    queues[1].withdraw(row=hits[4])
    assert queues[1].scores == pytest.approx(queues[0].scores, abs=0.1)
    for queue in (queues[0], queues[2]):
        queue.decide(row=hits[4], relevant=False)
    assert queues[2].scores == pytest.approx(queues[0].scores, abs=0.1)
    plain = [Ranker(views=views, settings=Settings(gain=0.0, fade=0.0, near=near)) for near in (0.0, 0.15)]
    for queue in plain:
        for row in (hits[0], hits[1]):
            queue.decide(row=row, relevant=True)
    assert not np.array_equal(np.argsort(plain[0].scores), np.argsort(plain[1].scores))


def test_a_ledger_of_an_unknown_version_is_refused() -> None:
    collection = english(count=40, relevant=10)
    told = [json.loads(line) for line in lines(simulate(collection=collection, seed=1).ledger)]
    told[0]["model"] = "chancery.review/1"
    with pytest.raises(SimulationRefused) as refused:
        replay(collection=collection, ledger=read_ledger([json.dumps(one).encode() for one in told]))
    assert refused.value.code == "model_other"
    assert refused.value.params == {"model": "chancery.review/1", "present": MODEL}
