"""The hidden simple random sample of day one: who is in it, independent of any ranking."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc

from chancery.foundation.errors import Refused

# Towards the end of a review a relevant document takes so many times what one takes at random: the median over
# twenty screening collections between recall 0.8 and 0.93 is 0.6, over mixtures of normal scores 0.3.
LATE: Final = 0.5
MOST_RELEVANT: Final = 1000
# Whole documents cannot meet a confidence exactly. Of the numbers that miss the target in at most so much of what the
# confidence allows, the cheapest costs a few hundredths more, and a few hundred reviews then show the promise kept.
FIRM: Final = 0.7


class HiddenSampleRefused(Refused):
    """A hidden sample that cannot be drawn."""

    code = "hidden_sample_refused"


def draw_order(*, documents: int, seed: int, known: Collection[int] = ()) -> NDArray[np.int64]:
    """Return all documents but the known ones in random order; the first n of it are a simple random sample.

    The order depends on the seed alone, so a sample can be made larger later by reading on.
    Refuses: documents_none.
    """
    if documents < 1:
        raise HiddenSampleRefused("A sample is drawn from at least one document.", code="documents_none")
    order = np.random.default_rng([seed, 1]).permutation(documents)
    return order[~np.isin(order, list(known))]


def until_relevant(*, order: Sequence[int] | NDArray[np.int64], labels: NDArray[np.bool_], wanted: int) -> int:
    """Return how many documents are drawn in order until so many are relevant; all, if there are fewer."""
    hits = np.cumsum(labels[np.asarray(order, np.int64)])
    if not len(hits) or hits[-1] < wanted:
        return len(hits)
    return int(np.searchsorted(hits, wanted)) + 1 if wanted > 0 else 0


@lru_cache(maxsize=4096)
def balanced_relevant(*, documents: int, richness: float, target: float, confidence: float) -> int:
    """Return how many relevant documents of a hidden sample make sample and reading cheapest together under QBCB.

    documents: in the collection. richness: share of them that is relevant, above 0 and up to 1. target, confidence:
    between 0 and 1, both excluded. With r of them QBCB stops at the j-th, at a recall of j / (r + 1) on average
    whatever the ranking. Drawing costs r / richness documents, reading past the target LATE / richness for every
    relevant one; the r of the least sum is returned among those that are `firm`, never fewer than QBCB can stop with,
    nor more than MOST_RELEVANT unless it needs them. Refuses: richness_invalid, target_invalid.
    """
    if not 0 < richness <= 1:
        raise HiddenSampleRefused("Richness lies above 0 and up to 1.", code="richness_invalid")
    if not (0 < target < 1 and 0 < confidence < 1):
        raise HiddenSampleRefused("Target and confidence lie between 0 and 1, both excluded.", code="target_invalid")
    counts, places, kept = firm(target=target, confidence=confidence)
    sums = counts + LATE * richness * documents * places / (counts + 1)
    return int(counts[np.argmin(np.where(kept, sums, np.inf))])


@lru_cache(maxsize=64)
def firm(*, target: float, confidence: float) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return numbers of relevant documents in a sample, QBCB's place for each, and which to take.

    Taken are those with which QBCB misses the target in at most FIRM of the cases that the confidence allows; beyond
    the last of them, of the numbers with the same place, the smallest, which is the surest.
    """
    fewest = int(np.ceil(np.log(1 - confidence) / np.log(target) - 1e-9))
    counts = np.arange(fewest, max(fewest, MOST_RELEVANT) + 1)
    places = _places(counts, target, confidence)
    sure = bdtrc(places - 1, counts, target) <= FIRM * (1 - confidence)
    first = np.concatenate(([True], np.diff(places) > 0))
    last = int(np.flatnonzero(sure)[-1]) if sure.any() else -1
    return counts, places, sure | (first & (np.arange(len(counts)) > last))


def until_balanced(
    *, order: Sequence[int] | NDArray[np.int64], labels: NDArray[np.bool_], target: float, confidence: float
) -> int:
    """Return how many documents are drawn in order until `balanced_relevant` of them are; all, if there are fewer.

    Richness is that of the draws so far, asked anew at each relevant one; drawing ends at a number that is `firm`.
    Where it ends depends only on how relevant and other documents follow each other in a random order, never on which
    they are or where the ranking puts them: given that sequence every set of so many relevant documents is equally
    likely, so QBCB's promise holds as for a number fixed beforehand. Refuses: target_invalid.
    """
    hits = np.flatnonzero(labels[np.asarray(order, np.int64)])
    if not len(hits):
        return len(order)
    if not (0 < target < 1 and 0 < confidence < 1):
        raise HiddenSampleRefused("Target and confidence lie between 0 and 1, both excluded.", code="target_invalid")
    counts, _places_of, kept = firm(target=target, confidence=confidence)
    taken = set(counts[kept].tolist())
    for found, place in enumerate(hits, 1):
        # Richness to a twentieth of its own size: the sum is flat around its least, so few values need asking for.
        richness = float(np.exp(round(np.log(found / (place + 1)) * 20) / 20))
        wanted = balanced_relevant(documents=len(labels), richness=richness, target=target, confidence=confidence)
        if found >= wanted and (found in taken or found >= counts[-1]):
            return int(place) + 1
    return len(order)


def _places(counts: NDArray[np.int64], target: float, confidence: float) -> NDArray[np.int64]:
    """Return QBCB's place for rising numbers of relevant documents, each at least the fewest it can stop with."""
    places, place = np.zeros(len(counts), np.int64), 1
    for index, count in enumerate(counts):
        # The place never falls as the sample grows.
        while bdtr(place - 1, int(count), target) < confidence:
            place += 1
        places[index] = place
    return places
