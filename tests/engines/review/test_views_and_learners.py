"""Features against plain counting, likeness against plain products, learners against a general optimiser."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from chancery.engines.review.dual import DualLearner, balance, grown
from chancery.engines.review.features import build_views, concepts, weigh
from chancery.engines.review.fusion import Fusion, standardised
from chancery.engines.review.primal import PrimalLearner
from chancery.engines.review.ranker import stacked
from chancery.engines.review.tokens import characters, pairs, runs, telling, words
from engines.review.review_collections import chinese, english

TEXT = st.text(alphabet=st.sampled_from("ab c1,é价格 ト\u0000\U00020000"), max_size=30)


@given(st.lists(TEXT, max_size=6))
def test_words_and_pairs_are_counted_as_by_hand(texts: list[str]) -> None:
    lists = [[run for run in runs(text) if run.isascii()] for text in texts]
    single = words(lists)
    for occurrences, plain in (
        (single, [Counter(one) for one in lists]),
        (pairs(single), [Counter(pairwise(one)) for one in lists]),
    ):
        counted = occurrences.matrix()
        assert counted.shape[0] == len(texts)
        assert counted.shape[1] == len({key for one in plain for key in one})
        for row, one in enumerate(plain):
            assert sorted(counted[row].data.tolist()) == sorted(float(value) for value in one.values())


def test_chinese_runs_give_character_pairs() -> None:
    assert runs("价格协议 ABC１2") == ["价格协议", "abc12"]
    counted = words([["价格协议"], ["格协"], ["价"]]).matrix()
    assert counted.shape == (3, 4)
    assert counted.sum(axis=1).ravel().tolist() == [[3.0, 1.0, 1.0]]
    shared = counted @ counted.T
    assert shared[0, 1] == 1 and shared[0, 2] == 0


def test_characters_count_windows_within_a_document() -> None:
    counted = characters([["abcd"], ["abc", "d"], []], length=4).matrix()
    assert counted.sum(axis=1).ravel().tolist() == [[3.0, 4.0, 0.0]]
    both = characters([["ab", "价格协议"], ["价格协"]], length=4).matrix()
    # " ab " and, of the Chinese run, its two windows of three.
    assert both.sum(axis=1).ravel().tolist() == [[3.0, 1.0]]
    assert (both @ both.T)[0, 1] == 1


@pytest.mark.parametrize("collection", [english(count=80), chinese(count=80)], ids=["en", "zh"])
def test_likeness_is_the_mixture_of_row_products(collection) -> None:  # type: ignore[no-untyped-def]
    views = build_views(titles=collection.titles, bodies=collection.bodies, rank=10)
    mixture = {"words": 0.5, "pairs": 0.2, "characters": 0.2, "concepts": 0.1}
    plain = sum(
        weight * (views.sparse[name] @ views.sparse[name].T).toarray()
        for name, weight in mixture.items()
        if name in views.sparse
    )
    plain = plain + 0.1 * views.dense["concepts"] @ views.dense["concepts"].T
    assert np.allclose(views.shared(mixture=mixture), plain, atol=1e-5)
    assert np.allclose(np.diag(plain), 1, atol=1e-5)
    rows = stacked(views=views, mixture={"words": 0.5, "pairs": 0.5})
    half = views.shared(mixture={"words": 1.0, "pairs": 1.0})
    assert np.allclose((rows @ rows.T).toarray(), half, atol=1e-5)


def _weighed_by_hand(texts: list[str]) -> np.ndarray:
    """Weigh words of two characters or more and their pairs: (1 + ln tf)(1 + ln((1 + n) / (1 + df))), length 1."""
    counted = []
    for text in texts:
        kept = re.findall(r"\w\w+", text.lower())
        counted.append(Counter([*kept, *(f"{one} {two}" for one, two in pairwise(kept))]))
    held = Counter(term for one in counted for term in one)
    known = [term for term, documents in held.items() if documents <= 0.95 * len(texts)]
    column = {term: place for place, term in enumerate(known)}
    weights = np.zeros((len(texts), len(column)))
    for row, one in enumerate(counted):
        for term, times in one.items():
            if term in column:
                rarity = 1 + np.log((1 + len(texts)) / (1 + held[term]))
                weights[row, column[term]] = (1 + np.log(times)) * rarity
    return weights / np.linalg.norm(weights, axis=1, keepdims=True)


def test_terms_are_weighed_words_and_pairs_together() -> None:
    collection = english(count=80)
    texts = [f"{title} {body} a b 7" for title, body in zip(collection.titles, collection.bodies, strict=True)]
    texts[3] = texts[3].replace(" ", " common ", 5)
    texts = [f"{text} everywhere" for text in texts]
    found = build_views(titles=texts, bodies=[""] * 80, rank=0, names=["terms"])
    assert set(found.sparse) == {"terms"}
    weights = _weighed_by_hand(texts)
    assert found.sparse["terms"].shape == weights.shape
    assert np.allclose((found.sparse["terms"] @ found.sparse["terms"].T).toarray(), weights @ weights.T)


def test_terms_keep_single_characters_of_unspaced_scripts_and_something_of_every_collection() -> None:
    assert telling(["a", "税", "of", "7", "价格"]) == ["税", "of", "价格"]
    alone = build_views(titles=["one text"], bodies=[""], rank=0)
    assert alone.sparse["terms"].shape == (1, 3)
    twice = build_views(titles=["one text", "one text"], bodies=["", ""], rank=0)
    assert np.allclose(twice.shared(mixture={"terms": 1.0}), 1)
    assert build_views(titles=["", "x"], bodies=["", ""], rank=0).sparse["terms"].shape == (2, 0)


def test_learners_but_the_first_earn_their_weight_with_decisions() -> None:
    fusion = Fusion(weights=[0.5, 0.3, 0.2], gain=0.0, fade=10.0)
    assert fusion.weights == pytest.approx([1.0, 0.0, 0.0])
    for row in range(10):
        fusion.observe(row=row, relevant=True)
    assert fusion.weights == pytest.approx([0.5 / 0.75, 0.15 / 0.75, 0.1 / 0.75])
    for row in range(30):
        fusion.observe(row=row, relevant=False)
    assert fusion.weights == pytest.approx([0.5 / 0.9, 0.24 / 0.9, 0.16 / 0.9])
    assert Fusion(weights=[0.5, 0.3, 0.2], gain=0.0).weights == pytest.approx([0.5, 0.3, 0.2])
    values, still = np.array([1, 3, 9], np.float32), np.array([True, True, False])
    assert standardised(values, still).tolist() == [-1, 1, 7]
    assert standardised(values[:1], ~still[:1]).tolist() == [0]


def test_concepts_equal_the_singular_value_decomposition() -> None:
    counted = weigh(words([runs(body) for body in english(count=60).bodies]).matrix())
    found = concepts(counted, rank=5, seed=1, rounds=8)
    left, values, _right = np.linalg.svd(counted.toarray(), full_matrices=False)
    exact = left[:, :5] * values[:5]
    assert np.allclose(found @ found.T, exact @ exact.T, atol=1e-3)


def test_empty_and_single_documents_have_views() -> None:
    for titles in ([""], ["", ""], ["one"], []):
        views = build_views(titles=titles, bodies=[""] * len(titles))
        assert views.shared(mixture={"words": 1.0, "concepts": 0.5}).shape == (len(titles), len(titles))
    broken = np.array([[np.nan, 1.0], [3.0, 4.0]], np.float32)
    views = build_views(titles=["a", "b"], bodies=["", ""], embeddings=broken)
    assert np.allclose(views.dense["embedding"], [[0, 1], [0.6, 0.8]])


def _optimum(matrix: np.ndarray, signs: np.ndarray, cost: float, ratio: float, bias: float) -> np.ndarray:
    """Return values of all rows by a general optimiser on the weights."""
    wide = np.hstack([matrix, np.full((len(matrix), 1), np.sqrt(bias))])
    held, weights = wide[: len(signs)], cost * balance(signs=signs, trust=np.ones(len(signs)), ratio=ratio)

    def objective(point: np.ndarray) -> tuple[float, np.ndarray]:
        short = np.maximum(0, 1 - signs * (held @ point))
        return 0.5 * point @ point + weights @ short**2, point - 2 * held.T @ (weights * short * signs)

    best = minimize(
        objective,
        np.zeros(wide.shape[1]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 5000, "ftol": 1e-14, "gtol": 1e-9},
    )
    return np.asarray(wide @ best.x)


def test_both_learners_reach_the_optimum_of_the_same_objective() -> None:
    collection = english(count=120, relevant=30)
    matrix = build_views(titles=collection.titles, bodies=collection.bodies, rank=0).sparse["words"]
    signs = np.where(collection.labels[:50], 1.0, -1.0)
    exact = _optimum(matrix.toarray().astype(float), signs, 0.5, 4.0, 0.6)
    dual = DualLearner(shared=(matrix @ matrix.T).toarray(), cost=0.5, ratio=4.0, bias=0.6, tolerance=1e-6)
    primal = PrimalLearner(matrix=matrix, cost=0.5, ratio=4.0, bias=0.6, inner=40)
    for row, sign in enumerate(signs):
        for learner in (dual, primal):
            learner.learn(row=row, relevant=sign > 0)
    for _ in range(60):
        dual.settle(rounds=10)
    primal.settle(rounds=30)
    assert np.allclose(dual.values, exact, atol=2e-3)
    assert np.allclose(primal.values, exact, atol=2e-3)
    for learner in (dual, primal):
        rows, outside = learner.held_out()
        assert sorted(rows.tolist()) == list(range(50))
        assert np.all(outside <= signs[rows] * exact[rows] + 5e-3)
        row = 100
        pulls = learner.support(row=row, most=50)
        assert sum(pull for _other, pull in pulls) == pytest.approx(exact[row], abs=5e-3)


def test_the_cost_grows_with_the_relevant_decisions_alone() -> None:
    assert grown(cost=0.08, relevant=30, growth=10.0) == pytest.approx(0.16)
    assert grown(cost=0.08, relevant=30, growth=0.0) == 0.08
    collection = english(count=120, relevant=30)
    matrix = build_views(titles=collection.titles, bodies=collection.bodies, rank=0).sparse["words"]
    signs = np.where(collection.labels[:50], 1.0, -1.0)
    # The optimum at the cost that the relevant among fifty decisions lead to.
    cost = 0.08 * np.sqrt(1 + (signs > 0).sum() / 10)
    exact = _optimum(matrix.toarray().astype(float), signs, float(cost), 4.0, 0.6)
    dual = DualLearner(
        shared=(matrix @ matrix.T).toarray(), cost=0.08, ratio=4.0, bias=0.6, growth=10.0, tolerance=1e-6
    )
    primal = PrimalLearner(matrix=matrix, cost=0.08, ratio=4.0, bias=0.6, growth=10.0, inner=40)
    for row, sign in enumerate(signs):
        for learner in (dual, primal):
            learner.learn(row=row, relevant=sign > 0)
    for _ in range(60):
        dual.settle(rounds=10)
    primal.settle(rounds=30)
    assert np.allclose(dual.values, exact, atol=2e-3)
    assert np.allclose(primal.values, exact, atol=2e-3)


def test_a_decision_taken_back_leaves_no_trace() -> None:
    collection = english(count=60, relevant=20)
    shared = build_views(titles=collection.titles, bodies=collection.bodies, rank=0).shared(mixture={"words": 1})
    plain = DualLearner(shared=shared.copy(), cost=0.2, ratio=5, bias=0.5, tolerance=1e-6)
    changed = DualLearner(shared=shared.copy(), cost=0.2, ratio=5, bias=0.5, tolerance=1e-6)
    for row in range(20):
        plain.learn(row=row, relevant=bool(collection.labels[row]))
        changed.learn(row=row, relevant=not collection.labels[row])
        changed.learn(row=row + 30, relevant=True)
        changed.settle()
    for row in range(20):
        changed.learn(row=row, relevant=bool(collection.labels[row]))
        changed.forget(row=row + 30)
    for learner in (plain, changed):
        for _ in range(80):
            learner.settle(rounds=8)
    assert sorted(changed.trained.tolist()) == list(range(20))
    assert np.allclose(plain.values, changed.values, atol=2e-3)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.booleans(), st.floats(0.1, 1)), min_size=1, max_size=20), st.floats(0.1, 20))
def test_class_weights_are_in_the_asked_ratio(given_decisions: list[tuple[bool, float]], ratio: float) -> None:
    signs = np.array([1.0 if relevant else -1.0 for relevant, _trust in given_decisions])
    trust = np.array([trust for _relevant, trust in given_decisions])
    weights = balance(signs=signs, trust=trust, ratio=ratio)
    assert weights.mean() == pytest.approx(1)
    if 0 < (signs > 0).sum() < len(signs):
        assert weights[signs > 0].sum() / weights[signs < 0].sum() == pytest.approx(ratio)


def test_the_learner_that_foretells_better_gains_weight() -> None:
    fusion = Fusion(weights=[1, 1], gain=0.1)
    draw = np.random.default_rng(1)
    truth = draw.random(200) < 0.5
    open_rows = np.ones(200, bool)
    good = (truth + draw.normal(0, 0.3, 200)).astype(np.float32)
    noise = draw.normal(0, 1, 200).astype(np.float32)
    for row in range(100):
        fusion.combine(parts=[good, noise], open_rows=open_rows)
        fusion.observe(row=row, relevant=bool(truth[row]))
    assert fusion.weights[0] > 0.9
    assert fusion.weights.sum() == pytest.approx(1)
