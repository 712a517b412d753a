"""Stopping rules over simulated reviews of 50,000 documents: python bench/stopping.py [reviews].

A review is an order drawn from two normal distributions of scores, relevant documents a given distance higher;
the hidden sample is drawn until it holds the number of relevant documents in the row, or the number that the
richness met so far makes cheapest (balanced). Cost is what is read until the rule stops plus the sampled documents
not read by then, over what an oracle reads to the same recall; reading is the first part alone. Least is what no
rule that keeps the promise for every ranking can go below, see `least`.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402
from scipy.special import gammaln  # noqa: E402
from scipy.stats import norm  # noqa: E402

from chancery.engines.review.progress import HiddenSample, Progress  # noqa: E402
from chancery.engines.review.sampling import draw_order, until_balanced, until_relevant  # noqa: E402
from chancery.engines.review.stopping import GUARANTEED, decide_stop, qbcb_place  # noqa: E402

DOCUMENTS, TARGET, CONFIDENCE, SEED = 50_000, 0.8, 0.95, 11
# Richness, distance of the scores in standard deviations.
MIXTURES = ((0.3, 3.0), (0.2, 4.0), (0.2, 3.0), (0.1, 3.5), (0.05, 3.5), (0.02, 3.5))
# 103 and 28: with them the rule's own coverage is 0.965 and 0.985, since whole documents cannot meet 0.95 exactly.
BALANCED = -1
ASKED = (
    ("qbcb", BALANCED),
    ("qbcb", 103),
    ("qbcb", 28),
    ("missed", 103),
    ("missed", 28),
    ("knee", 0),
    ("consecutive", 0),
)


@dataclass(frozen=True)
class Review:
    """One simulated review. place: rank of each document; labels: by document; hits: ranks of the relevant."""

    labels: np.ndarray
    place: np.ndarray
    hits: np.ndarray


def review(*, richness: float, distance: float, seed: int) -> Review:
    """Draw one review."""
    draw = np.random.default_rng([SEED, seed])
    labels = draw.random(DOCUMENTS) < richness
    order = np.argsort(-(draw.standard_normal(DOCUMENTS) + distance * labels), kind="stable")
    place = np.empty(DOCUMENTS, np.int64)
    place[order] = np.arange(1, DOCUMENTS + 1)
    return Review(labels, place, np.sort(place[labels]))


def asked(*, one: Review, rule: str, relevant: int, seed: int) -> tuple[float, float, float]:
    """Return recall, cost and reading over the oracle's where a rule stops; reading everything if it never does."""
    order = draw_order(documents=DOCUMENTS, seed=seed)
    if relevant == BALANCED:
        size = until_balanced(order=order, labels=one.labels, target=TARGET, confidence=CONFIDENCE)
    else:
        size = until_relevant(order=order, labels=one.labels, wanted=relevant)
    drawn = order[:size]
    sample = HiddenSample(len(drawn), one.place[drawn[one.labels[drawn]]])
    found = np.zeros(DOCUMENTS, bool)
    found[one.hits - 1] = True
    progress = Progress(DOCUMENTS, found, sample)
    at = decide_stop(rule=rule, progress=progress, target=TARGET, confidence=CONFIDENCE).at or DOCUMENTS
    oracle = one.hits[int(np.ceil(TARGET * len(one.hits))) - 1]
    cost = float((at + (one.place[drawn] > at).sum()) / oracle)
    return float((one.hits <= at).mean()), cost, float(at / oracle)


def least(*, richness: float, distance: float) -> float:
    """Return the least expected cost over the oracle's of any rule that keeps the promise whatever the ranking.

    Suppose a rule stops at recall t + e having looked at n documents further down. Hide just so many more relevant
    documents among the unread, at random, that recall there falls below t: unless one of them is among the n, the rule
    sees the same and stops too early. The chance that none is, averaged over where the rule stops, is at most
    1 - confidence; a rule may also stop at once for nothing in part of that share.
    """
    relevant, alpha, best = richness * DOCUMENTS, 1 - CONFIDENCE, np.inf

    def depth(recall: float) -> float:
        return float(recall * relevant + (DOCUMENTS - relevant) * norm.sf(distance - norm.ppf(recall)))

    for recall in np.arange(TARGET + 0.002, 0.999, 0.002):
        read = depth(recall)
        hidden = recall * relevant / TARGET - relevant + 1
        size = np.arange(0, int(DOCUMENTS - read - hidden), 5)
        unread = DOCUMENTS - read
        missing = gammaln(unread - size + 1) - gammaln(unread - size - hidden + 1)
        chance = np.exp(missing - gammaln(unread + 1) + gammaln(unread - hidden + 1))
        kept = chance <= alpha
        if kept.any():
            free = (alpha - chance[kept]) / (1 - chance[kept])
            best = min(best, float(((1 - free) * (read + size[kept])).min()))
    return best / depth(TARGET)


def main() -> None:
    """Print one table over mixtures and rules."""
    reviews = int(sys.argv[1]) if sys.argv[1:] else 200
    console = Console(width=120)
    table = Table(
        "Richness", "Distance", "Rule", "Holds", "Worst recall", "Mean recall", "Cost / oracle", "Reading", "Least"
    )
    for richness, distance in MIXTURES:
        bound = f"{least(richness=richness, distance=distance):.3f}"
        made = [review(richness=richness, distance=distance, seed=seed) for seed in range(reviews)]
        for rule, relevant in ASKED:
            got = [asked(one=one, rule=rule, relevant=relevant, seed=seed) for seed, one in enumerate(made)]
            recalls, prices, reading = np.array(got).T
            name = f"{rule}, balanced" if relevant == BALANCED else f"{rule}, r={relevant}" if relevant else rule
            if rule == "qbcb" and relevant > 0:
                name += f" (j={qbcb_place(relevant=relevant, target=TARGET, confidence=CONFIDENCE)})"
            holds = f"{(recalls >= TARGET).mean():.3f}"
            cells = (
                holds,
                f"{recalls.min():.3f}",
                f"{recalls.mean():.3f}",
                f"{prices.mean():.3f}",
                f"{reading.mean():.3f}",
            )
            promised = bound if rule in GUARANTEED else ""
            table.add_row(f"{richness:g}", f"{distance:g}", name, *cells, promised)
        table.add_section()
    table.title = f"{reviews} reviews of {DOCUMENTS:,} documents, recall {TARGET}, confidence {CONFIDENCE}, seed {SEED}"
    table.caption = "wanted of qbcb: holds >= 0.95, cost <= 1.15, where least allows it"
    console.print(table)


if __name__ == "__main__":
    main()
