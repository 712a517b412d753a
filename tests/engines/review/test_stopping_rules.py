"""Stopping rules against published definitions, reference values and independent computation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom

from chancery.engines.review.progress import Forecast, HiddenSample, Progress, batch_ends
from chancery.engines.review.sampling import HiddenSampleRefused, balanced_relevant, firm, until_balanced
from chancery.engines.review.stopping import (
    RULES,
    StoppingRefused,
    decide_stop,
    knee_ratio,
    qbcb_minimum,
    qbcb_place,
)

# Target, relevant documents in the sample, place of the one that must turn up; None: the sample is too small.
QBCB = [
    (0.75, 10, None), (0.75, 11, 11), (0.75, 30, 27), (0.75, 100, 83),
    (0.80, 13, None), (0.80, 14, 14), (0.80, 20, 20), (0.80, 30, 28), (0.80, 50, 45), (0.80, 100, 87), (0.80, 200, 170),
    (0.90, 28, None), (0.90, 29, 29), (0.90, 50, 49), (0.90, 100, 96), (0.90, 200, 188),
    (0.95, 58, None), (0.95, 59, 59), (0.95, 100, 99), (0.95, 200, 196), (0.95, 300, 292),
]  # fmt: skip


@pytest.mark.parametrize(("target", "relevant", "place"), QBCB)
def test_qbcb_places_of_the_reference_table(target: float, relevant: int, place: int | None) -> None:
    assert qbcb_place(relevant=relevant, target=target, confidence=0.95) == place


@pytest.mark.parametrize(("target", "minimum"), [(0.75, 11), (0.8, 14), (0.9, 29), (0.95, 59)])
def test_qbcb_needs_a_sample_of_a_least_size(target: float, minimum: int) -> None:
    assert qbcb_minimum(target=target, confidence=0.95) == minimum


@given(relevant=st.integers(1, 300), target=st.floats(0.5, 0.97), confidence=st.floats(0.8, 0.99))
def test_qbcb_place_is_the_smallest_that_keeps_the_promise(relevant: int, target: float, confidence: float) -> None:
    place = qbcb_place(relevant=relevant, target=target, confidence=confidence)
    if place is None:
        assert binom.cdf(relevant - 1, relevant, target) < confidence + 1e-12
    else:
        assert binom.cdf(place - 1, relevant, target) >= confidence - 1e-12
        assert place == 1 or binom.cdf(place - 2, relevant, target) < confidence + 1e-12


def _progress(found: str, *, documents: int = 0, **rest: object) -> Progress:
    hits = np.array([mark == "1" for mark in found])
    return Progress(documents or len(found), hits, **rest)  # type: ignore[arg-type]


def test_qbcb_stops_where_the_jth_turns_up() -> None:
    turned = np.array([5 * one for one in range(1, 31)])
    progress = Progress(1000, np.ones(200, bool), HiddenSample(60, turned))
    answer = decide_stop(rule="qbcb", progress=progress)
    assert (answer.at, answer.needed, answer.guarantee) == (28 * 5, 28.0, True)
    before = decide_stop(rule="qbcb", progress=progress.after(28 * 5 - 1))
    assert (before.stop, before.at, before.measure) == (False, None, 27.0)


def test_target_waits_for_the_first_ten_of_the_sample() -> None:
    turned = np.array([7, 3, 90, 1, 2, 4, 5, 6, 8, 9, 150])
    progress = Progress(1000, np.ones(200, bool), HiddenSample(60, turned))
    assert decide_stop(rule="target", progress=progress).at == 90
    assert decide_stop(rule="target", progress=progress.after(89)).at is None


def test_batches_grow_by_a_tenth() -> None:
    assert batch_ends(20).tolist() == [1, 3, 6, 10, 15, 20]
    assert batch_ends(100).tolist()[:12] == [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 66, 79]


def test_knee_ratio_by_hand() -> None:
    # 10 found in the first 10, none in the next 90: at 10, slope 1 before and (1 + 0) / 90 after.
    found = np.zeros(100, bool)
    found[:10] = True
    assert knee_ratio(found) == pytest.approx(90.0)


def test_knee_and_budget_fire_on_a_sharp_bend_only() -> None:
    sharp = np.zeros(5000, bool)
    sharp[:200] = True
    assert decide_stop(rule="knee", progress=Progress(50_000, sharp)).at is not None
    even = np.zeros(5000, bool)
    even[12::25] = True
    assert decide_stop(rule="knee", progress=Progress(50_000, even)).at is None
    assert decide_stop(rule="budget", progress=Progress(50_000, even)).at is None
    assert decide_stop(rule="budget", progress=Progress(6000, even)).at == 4697
    assert next(int(end) for end in batch_ends(5000) if end >= 0.75 * 6000) == 4697


def test_consecutive_counts_after_the_first_relevant() -> None:
    assert decide_stop(rule="consecutive", progress=_progress("0000100010000"), run=4).at == 13
    assert decide_stop(rule="consecutive", progress=_progress("000000000"), run=4).at is None


def test_2399_and_half() -> None:
    found = np.zeros(3000, bool)
    found[:100] = True
    assert decide_stop(rule="rule2399", progress=Progress(9000, found)).at == 2519
    assert decide_stop(rule="half", progress=Progress(5001, found)).at == 2501
    assert decide_stop(rule="half", progress=Progress(9000, found)).at is None


def test_cmh_equals_a_plain_reading_of_its_definition() -> None:
    draw = np.random.default_rng(3)
    documents = 400
    found = draw.random(400) < np.exp(-np.arange(400) / 40)
    target, alpha, expected = 0.9, 0.05, None
    for read in batch_ends(400):
        total, chances = int(found[:read].sum()), []
        for before in range(read):
            earlier = int(found[:before].sum())
            missing = int(np.floor(total / target - earlier)) + 1
            pool = documents - before
            chances.append(hypergeom.cdf(total - earlier, pool, min(missing, pool), read - before))
        if total and min(chances) < alpha:
            expected = int(read)
            break
    assert expected is not None
    assert decide_stop(rule="cmh", progress=Progress(documents, found), target=target).at == expected


def test_quant_and_its_lower_limit() -> None:
    # 80 known and 20 unknown: estimate 0.8; variance 80²/100⁴ · (16 + 9) + 16/100² = 0.0032.
    told = (Forecast(10, 5.0, 95.0, 1.0, 9.0), Forecast(50, 80.0, 20.0, 16.0, 9.0))
    progress = _progress("1" * 50, documents=100, forecasts=told)
    quant = decide_stop(rule="quant", progress=progress, target=0.8)
    assert (quant.at, quant.measure) == (50, pytest.approx(0.8))
    limit = decide_stop(rule="quantci", progress=progress, target=0.8)
    assert limit.at is None
    assert limit.measure == pytest.approx(0.8 - 1.959964 * 0.0032**0.5, abs=1e-6)


def test_missed_is_the_first_depth_whose_chance_is_small_enough() -> None:
    draw = np.random.default_rng(8)
    labels = draw.random(800) < 0.2
    order = np.argsort(-(draw.standard_normal(800) + 2.5 * labels))
    place = np.empty(800, int)
    place[order] = np.arange(1, 801)
    drawn = draw.permutation(800)[:300]
    sample = HiddenSample(300, place[drawn[labels[drawn]]])
    found = labels[order]
    expected = None
    for read in range(1, 801):
        hits = int(found[:read].sum())
        bound = int(np.floor(hits / 4 + 1e-9)) + 1
        waiting = int((sample.turned_up > read).sum())
        if hits and (bound > 800 - read or hypergeom.cdf(waiting, 800, bound, 300) <= 0.05):
            expected = read
            break
    assert decide_stop(rule="missed", progress=Progress(800, found, sample)).at == expected


@pytest.mark.parametrize(("rule", "relevant"), [("qbcb", 28), ("missed", 28)])
def test_the_guarantee_holds_over_simulated_reviews(rule: str, relevant: int) -> None:
    held = 0
    for seed in range(300):
        draw = np.random.default_rng([2, seed])
        labels = draw.random(3000) < 0.1
        place = np.empty(3000, int)
        place[np.argsort(-(draw.standard_normal(3000) + 1.5 * labels))] = np.arange(1, 3001)
        drawn = draw.permutation(3000)
        drawn = drawn[: int(np.searchsorted(np.cumsum(labels[drawn]), relevant)) + 1]
        found = np.zeros(3000, bool)
        found[place[labels] - 1] = True
        sample = HiddenSample(len(drawn), place[drawn[labels[drawn]]])
        at = decide_stop(rule=rule, progress=Progress(3000, found, sample)).at or 3000
        held += found[:at].sum() >= 0.8 * found.sum()
    # At a true 95 % fewer than 274 of 300 would be seen once in a thousand tries.
    assert held >= 274


@pytest.mark.parametrize("rule", RULES)
def test_what_is_asked_wrongly_is_refused(rule: str) -> None:
    progress = _progress("0101", documents=10)
    for given_target, given_confidence in ((0.0, 0.9), (1.0, 0.9), (float("nan"), 0.9), (0.8, 1.0), (0.8, -1.0)):
        with pytest.raises(StoppingRefused):
            decide_stop(rule=rule, progress=progress, target=given_target, confidence=given_confidence)
    if rule in {"qbcb", "target", "missed"}:
        with pytest.raises(StoppingRefused) as refused:
            decide_stop(rule=rule, progress=progress)
        assert refused.value.code == "sample_missing"
    if rule.startswith("quant"):
        with pytest.raises(StoppingRefused) as refused:
            decide_stop(rule=rule, progress=progress)
        assert refused.value.code == "forecast_missing"


@given(
    marks=st.lists(st.booleans(), min_size=1, max_size=120),
    extra=st.integers(0, 200),
    target=st.floats(0.05, 0.95),
    rule=st.sampled_from(sorted(set(RULES) - {"quant", "quantci"})),
    chosen=st.integers(0, 2**32),
)
def test_rules_answer_any_review_and_never_before_it_began(
    marks: list[bool], extra: int, target: float, rule: str, chosen: int
) -> None:
    draw = np.random.default_rng(chosen)
    found = np.array(marks)
    places = np.flatnonzero(draw.random(len(marks)) < 0.5) + 1
    turned = np.array([one if marks[one - 1] else 0 for one in places], int)
    progress = Progress(len(marks) + extra, found, HiddenSample(max(1, len(turned)), turned))
    answer = decide_stop(rule=rule, progress=progress, target=target)
    assert answer.at is None or 1 <= answer.at <= len(marks)
    assert answer.stop == (answer.at is not None)


def _taken(relevant: int, target: float, confidence: float, last: int) -> bool:
    """Whether a sample of so many misses the target in at most 0.7 of what is allowed, or is the first of its place."""
    place = int(binom.ppf(confidence, relevant, target)) + 1
    sure = binom.sf(place - 1, relevant, target) <= 0.7 * (1 - confidence)
    return bool(sure or (relevant > last and int(binom.ppf(confidence, relevant - 1, target)) + 1 < place))


@pytest.mark.parametrize(("documents", "richness"), [(50_000, 0.2), (50_000, 0.05), (2000, 0.1), (800, 0.01)])
def test_a_balanced_sample_has_the_least_sum_of_drawing_and_reading(documents: int, richness: float) -> None:
    sums = {}
    last = max(one for one in range(14, 1001) if _taken(one, 0.8, 0.95, 1001))
    for relevant in range(14, 400):
        place = int(binom.ppf(0.95, relevant, 0.8)) + 1
        if not _taken(relevant, 0.8, 0.95, last):
            continue
        # Drawing, and half of what a relevant document takes at random for each one read.
        sums[relevant] = relevant / richness + 0.5 / richness * richness * documents * place / (relevant + 1)
    least = min(sums, key=lambda relevant: sums[relevant])
    found = balanced_relevant(documents=documents, richness=richness, target=0.8, confidence=0.95)
    assert sums[found] == pytest.approx(sums[least])
    assert found >= qbcb_minimum(target=0.8, confidence=0.95)


@pytest.mark.parametrize(("target", "confidence"), [(0.8, 0.95), (0.9, 0.95), (0.5, 0.99), (0.999, 0.95), (0.01, 0.5)])
def test_firm_samples_are_the_surest(target: float, confidence: float) -> None:
    counts, places, kept = firm(target=target, confidence=confidence)
    assert kept.any() and len(counts) == len(places) == len(kept)
    for relevant, place in zip(counts.tolist(), places.tolist(), strict=True):
        assert place == qbcb_place(relevant=relevant, target=target, confidence=confidence)
    missed = binom.sf(places - 1, counts, target)
    assert (missed <= 1 - confidence + 1e-12).all()
    last = max((one for one, chance in zip(counts, missed, strict=True) if chance <= 0.7 * (1 - confidence)), default=0)
    told = [one == counts[0] > last or _taken(int(one), target, confidence, int(last)) for one in counts]
    assert kept.tolist() == told


def test_where_a_balanced_sample_ends_depends_on_the_sequence_of_labels_alone() -> None:
    draw = np.random.default_rng(5)
    labels = draw.random(3000) < 0.1
    order = draw.permutation(3000)
    size = until_balanced(order=order, labels=labels, target=0.8, confidence=0.95)
    hits, others = np.flatnonzero(labels), np.flatnonzero(~labels)
    other = order.copy()
    other[labels[order]], other[~labels[order]] = draw.permutation(hits), draw.permutation(others)
    assert until_balanced(order=other, labels=labels, target=0.8, confidence=0.95) == size
    assert until_balanced(order=order[:40], labels=labels, target=0.8, confidence=0.95) == 40
    assert until_balanced(order=order, labels=np.zeros(3000, bool), target=0.8, confidence=0.95) == 3000


@pytest.mark.parametrize("relevant", [60, 200, 800])
def test_qbcb_keeps_its_promise_with_a_balanced_sample(relevant: int) -> None:
    # Relevant documents are numbered as the review serves them; 1,500 samples: 0.95 less two standard errors.
    draw, kept = np.random.default_rng(relevant), 0
    labels = np.arange(4000) < relevant
    for _ in range(1500):
        order = draw.permutation(4000)
        drawn = order[: until_balanced(order=order, labels=labels, target=0.8, confidence=0.95)]
        turned = np.sort(drawn[drawn < relevant]) + 1
        place = qbcb_place(relevant=len(turned), target=0.8, confidence=0.95)
        assert place is not None
        kept += turned[place - 1] >= 0.8 * relevant
    assert kept / 1500 >= 0.95 - 2 * (0.05 * 0.95 / 1500) ** 0.5


def test_a_balance_that_cannot_be_asked_is_refused() -> None:
    for richness, target, confidence, code in (
        (0.0, 0.8, 0.95, "richness_invalid"),
        (1.1, 0.8, 0.95, "richness_invalid"),
        (0.1, 1.0, 0.95, "target_invalid"),
        (0.1, 0.8, 0.0, "target_invalid"),
    ):
        with pytest.raises(HiddenSampleRefused) as refused:
            balanced_relevant(documents=100, richness=richness, target=target, confidence=confidence)
        assert refused.value.code == code
