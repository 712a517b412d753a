"""When to stop a review: one rule with a guarantee (QBCB) and the others in use, each over the same record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr
from scipy.stats import hypergeom, norm

from chancery.engines.review.progress import HiddenSample, Progress, batch_ends
from chancery.foundation.errors import Refused


class StoppingRefused(Refused):
    """A stopping rule that cannot be asked."""

    code = "stopping_refused"


@dataclass(frozen=True, slots=True)
class Stop:
    """Answer of a rule. at: documents read when the rule first said stop, None while it says go on.

    guarantee: whether recall ≥ target holds at that point with the confidence, whatever the ranking.
    measure and needed: what the rule compares now; None where it has nothing to compare.
    """

    rule: str
    target: float
    confidence: float
    stop: bool
    at: int | None
    found_at: int | None
    guarantee: bool
    measure: float | None
    needed: float | None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a rule: target recall and confidence, and how many irrelevant in a row are enough."""

    target: float
    confidence: float
    run: int = 50


Answer = tuple[int | None, float | None, float | None]


def decide_stop(*, rule: str, progress: Progress, target: float = 0.8, confidence: float = 0.95, run: int = 50) -> Stop:
    """Ask one rule about a review.

    rule: a key of RULES. target, confidence: between 0 and 1, both excluded. run: documents, for `consecutive`.
    Refuses: rule_unknown, target_invalid, confidence_invalid, run_invalid, nothing_read, sample_missing,
    forecast_missing.
    """
    if rule not in RULES:
        raise StoppingRefused(
            "There is no stopping rule %(rule)s; the rules are %(rules)s.",
            code="rule_unknown",
            rule=rule,
            rules=", ".join(RULES),
        )
    for value, code in ((target, "target_invalid"), (confidence, "confidence_invalid")):
        if not 0 < value < 1:
            raise StoppingRefused("Target and confidence lie between 0 and 1, both excluded.", code=code)
    if run < 1:
        raise StoppingRefused("A run of irrelevant documents has at least one.", code="run_invalid")
    if not progress.read:
        raise StoppingRefused("Nothing has been read yet.", code="nothing_read")
    at, measure, needed = RULES[rule](progress, Question(target, confidence, run))
    found = None if at is None else int(progress.found[:at].sum())
    return Stop(rule, target, confidence, at is not None, at, found, rule in GUARANTEED, measure, needed)


def qbcb_place(*, relevant: int, target: float, confidence: float) -> int | None:
    """Return which relevant document of a hidden sample must have turned up, None if the sample is too small.

    relevant: relevant documents in the sample, r. The answer is the smallest j with
    BinomCDF(j − 1; r, target) ≥ confidence. Method: Lewis, Yang and Frieder, CIKM 2021 (arXiv 2108.12746).
    """
    if relevant < 1:
        return None
    reached = bdtr(np.arange(relevant), relevant, target) >= confidence
    return int(np.argmax(reached)) + 1 if reached.any() else None


def qbcb_minimum(*, target: float, confidence: float) -> int:
    """Return the fewest relevant documents of a hidden sample with which QBCB can ever stop."""
    return int(np.ceil(np.log(1 - confidence) / np.log(target) - 1e-9))


def _qbcb(progress: Progress, asked: Question) -> Answer:
    sample = _sample(progress)
    place = qbcb_place(relevant=sample.relevant, target=asked.target, confidence=asked.confidence)
    up = np.sort(sample.turned_up[sample.turned_up > 0])
    if place is None:
        return None, float(len(up)), float(qbcb_minimum(target=asked.target, confidence=asked.confidence))
    return (int(up[place - 1]) if len(up) >= place else None), float(len(up)), float(place)


def _missed(progress: Progress, asked: Question) -> Answer:
    """Own rule: the sample shows that too little can be missing for recall to be below the target.

    At a depth the relevant found, F, are counted, not estimated; recall is below t only if more than
    F (1 − t) / t are missing. Stops when so few of the sample's relevant documents are still to come that this
    has probability at most 1 − confidence (hypergeometric; exact for a
    sample of a size fixed beforehand). Looking after every document costs nothing: to
    stop too early at any depth, the same would have to hold at the last depth below the target, where fewer
    of the sample are to come and the bound is larger, so one test's error covers all. Relevant documents
    known before the sample was drawn are left out on both sides.
    """
    sample, alpha = _sample(progress), 1 - asked.confidence
    hits = np.concatenate(([0], np.cumsum(progress.found[progress.known :])))
    up = np.sort(sample.turned_up[sample.turned_up > 0])
    total = progress.documents - progress.known

    def chance(read: int) -> float:
        bound = int(np.floor(hits[read] * (1 - asked.target) / asked.target + 1e-9)) + 1
        if bound > total - read:
            return 0.0
        waiting = sample.relevant - int(np.searchsorted(up, read + progress.known, side="right"))
        return float(hypergeom.cdf(waiting, total, bound, min(sample.size, total)))

    low, high = 1, len(hits) - 1
    if high < 1 or chance(high) > alpha or not hits[high]:
        return None, chance(high) if high >= 0 else None, alpha
    # The chance never rises with the depth, so the first depth at which it is small enough can be bisected.
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if chance(middle) <= alpha else (middle + 1, high)
    return low + progress.known, chance(low), alpha


def _target(progress: Progress, _asked: Question) -> Answer:
    """Target method: the first ten relevant documents of the sample have all turned up."""
    sample = _sample(progress)
    first = sample.turned_up[:10]
    up = int((first > 0).sum())
    return (int(first.max()) if len(first) == 10 and up == 10 else None), float(up), 10.0


def knee_ratio(found: NDArray[np.bool_]) -> float:
    """Return the largest ratio of the slopes before and after a batch end of the recall curve."""
    total, read = int(found.sum()), len(found)
    ends = batch_ends(read)
    ends = ends[ends < read]
    if not len(ends):
        return 0.0
    hits = np.cumsum(found)[ends - 1]
    return float(np.max((hits / ends) / ((1 + total - hits) / (read - ends))))


def _knee(progress: Progress, _asked: Question) -> Answer:
    """Knee method; a ratio of 156 less the relevant found, at least 6."""
    ratio = needed = 0.0
    for read in batch_ends(progress.read):
        found = progress.found[:read]
        ratio, needed = knee_ratio(found), 156.0 - min(int(found.sum()), 150)
        if ratio >= needed and found.any():
            return int(read), ratio, needed
    return None, ratio, needed


def _budget(progress: Progress, _asked: Question) -> Answer:
    """Budget method: a ratio of 6 once ten times the reading for one relevant was read, or three quarters."""
    ratio = 0.0
    for read in batch_ends(progress.read):
        found = progress.found[:read]
        hits, ratio = int(found.sum()), knee_ratio(found)
        if read >= 0.75 * progress.documents or (hits and read >= 10 * progress.documents / hits and ratio >= 6):
            return int(read), ratio, 6.0
    return None, ratio, 6.0


def _consecutive(progress: Progress, asked: Question) -> Answer:
    places = np.arange(1, progress.read + 1)
    last = np.maximum.accumulate(np.where(progress.found, places, 0))
    runs = places - last
    over = np.flatnonzero((runs >= asked.run) & (last > 0))
    return (int(over[0]) + 1 if len(over) else None), float(runs[-1]), float(asked.run)


def _rule2399(progress: Progress, _asked: Question) -> Answer:
    hits = np.cumsum(progress.found)
    needed = 1.2 * hits + 2399
    over = np.flatnonzero(np.arange(1, progress.read + 1) >= needed)
    return (int(over[0]) + 1 if len(over) else None), float(progress.read), float(needed[-1])


def _half(progress: Progress, _asked: Question) -> Answer:
    needed = progress.documents / 2
    return (int(np.ceil(needed)) if progress.read >= needed else None), float(progress.read), needed


def _cmh(progress: Progress, asked: Question) -> Answer:
    """First, heuristic phase: what was read since any earlier point, taken as if drawn at random."""
    alpha, chance = 1 - asked.confidence, 1.0
    for read in batch_ends(progress.read):
        found = progress.found[:read]
        if not found.any():
            continue
        total = int(found.sum())
        hits = np.concatenate(([0], np.cumsum(found)))[:-1]
        before = np.arange(read)
        missing = np.floor(total / asked.target - hits).astype(np.int64) + 1
        chance = float(
            hypergeom.cdf(
                total - hits,
                progress.documents - before,
                np.minimum(missing, progress.documents - before),
                read - before,
            ).min()
        )
        if chance < alpha:
            return int(read), chance, alpha
    return None, chance, alpha


def _quant(progress: Progress, asked: Question, *, z: float = 0.0) -> Answer:
    if not progress.forecasts:
        raise StoppingRefused("This record holds no forecasts of the model.", code="forecast_missing")
    estimate = 0.0
    for one in progress.forecasts:
        total = one.known + one.unknown
        if total <= 0:
            continue
        variance = one.known**2 / total**4 * (one.known_variance + one.unknown_variance)
        variance += one.known_variance / total**2
        estimate = one.known / total - z * float(np.sqrt(variance))
        if estimate >= asked.target:
            return one.read, estimate, asked.target
    return None, estimate, asked.target


def _quant_ci(progress: Progress, asked: Question) -> Answer:
    return _quant(progress, asked, z=float(norm.ppf(1 - (1 - asked.confidence) / 2)))


def _sample(progress: Progress) -> HiddenSample:
    if progress.sample is None:
        raise StoppingRefused("This rule needs a hidden random sample, and the record has none.", code="sample_missing")
    return progress.sample


# Sources: facts of each rule stand in its docstring or here. knee, budget, target: Cormack and Grossman, SIGIR
# 2016; cmh: Callaghan and Müller-Hansen, Systematic Reviews 9 (2020) 273; quant, quantci: Yang, Lewis and
# Frieder, DocEng 2021 (arXiv 2106.09871); consecutive, half, rule2399: in practice, without any guarantee.
RULES: Final[dict[str, Callable[[Progress, Question], Answer]]] = {
    "qbcb": _qbcb,
    "missed": _missed,
    "knee": _knee,
    "budget": _budget,
    "target": _target,
    "cmh": _cmh,
    "quant": _quant,
    "quantci": _quant_ci,
    "consecutive": _consecutive,
    "half": _half,
    "rule2399": _rule2399,
}
# The proof of `missed` needs a sample whose size was fixed beforehand, which a record does not say: not listed.
GUARANTEED: Final = frozenset({"qbcb"})
