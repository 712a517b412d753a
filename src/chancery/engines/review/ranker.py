"""The queue of a review: decide one document, and the rest is ranked anew before the next is served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from chancery.engines.review.calibration import calibrate
from chancery.engines.review.dual import DualLearner
from chancery.engines.review.features import Floats, Views
from chancery.engines.review.fusion import Fusion, standardised
from chancery.engines.review.neighbours import Nearness, blended, nearest
from chancery.engines.review.primal import PrimalLearner
from chancery.foundation.errors import Refused
from chancery.foundation.evidence import Reason

MODEL: Final = "chancery.review/4"
WHY: Final = ("seed", "topic", "random", "model")


class RankerRefused(Refused):
    """A decision or a request that the queue cannot take."""

    code = "ranker_refused"


@dataclass(frozen=True)
class Mixture:
    """One learner: how much each view counts in the likeness it learns from.

    weight: of its opinion before any decision; topic_weight: the same when the start is a topic's text. blend: part
    of its likeness that is between documents blended with their nearest (`neighbours`), in small collections.
    """

    name: str
    views: Mapping[str, float]
    weight: float = 1.0
    topic_weight: float = 1.0
    blend: float = 0.0


# The lexical learner sees every document as it is; the others see it partly in the light of its neighbours.
MIXTURES: Final[tuple[Mixture, ...]] = (
    Mixture("lexical", {"terms": 1.0}, weight=0.45, topic_weight=0.4),
    Mixture("characters", {"characters": 0.9, "title": 0.1}, weight=0.45, topic_weight=0.4, blend=0.25),
    Mixture("concepts", {"concepts": 1.0}, weight=0.1, topic_weight=0.2, blend=0.25),
    Mixture("embedding", {"embedding": 1.0}, weight=0.45, topic_weight=0.4, blend=0.25),
)


@dataclass(frozen=True)
class Settings:
    """How a queue learns. Chosen by cross-validation over screening collections; see the room's page.

    cost, ratio, bias: of the classifier; growth: relevant decisions over which its cost grows (`dual.grown`). A
    topic is vaguer than a document, so a start from one is held tighter by topic_cost and topic_ratio, without growth.
    gain, fade: see Fusion; topic_fade: the same when the start is a topic's text. near: weight of how near the nearest
    relevant document lies, against that of all learners. dense_limit: documents up to which likeness is held as a
    matrix of all pairs. rank: dimensions of the concept view. step: see `neighbours.blended`. model: name that
    ledgers give to these rules.
    """

    mixtures: tuple[Mixture, ...] = MIXTURES
    cost: float = 0.08
    growth: float = 10.0
    ratio: float = 9.8
    bias: float = 0.6
    topic_cost: float = 0.06
    topic_ratio: float = 15.0
    gain: float = 0.1
    fade: float = 50.0
    topic_fade: float = 0.0
    near: float = 0.15
    dense_limit: int = 6000
    rank: int = 100
    step: float = 0.35
    model: str = MODEL


# Rules of earlier versions, by which their ledgers replay.
EARLIER: Final[Mapping[str, Settings]] = {
    "chancery.review/3": Settings(
        mixtures=(
            Mixture("lexical", {"words": 0.35, "pairs": 0.6, "title": 0.05}, weight=0.45, topic_weight=0.4),
            *MIXTURES[1:],
        ),
        fade=0.0,
        near=0.0,
        model="chancery.review/3",
    ),
    "chancery.review/2": Settings(
        mixtures=(
            Mixture("lexical", {"words": 0.45, "pairs": 0.45, "title": 0.1}, weight=0.45, topic_weight=0.4),
            Mixture("characters", {"characters": 0.9, "title": 0.1}, weight=0.45, topic_weight=0.4),
            Mixture("concepts", {"concepts": 1.0}, weight=0.1, topic_weight=0.2),
            Mixture("embedding", {"embedding": 1.0}, weight=0.45, topic_weight=0.4),
        ),
        fade=0.0,
        near=0.0,
        model="chancery.review/2",
    ),
}


@dataclass(frozen=True, slots=True)
class Served:
    """A document to read next. rank: place in the queue, from 1. score: relative to the other documents."""

    row: int
    rank: int
    score: float
    why: str


class Ranker:
    """A queue over the documents of one collection."""

    def __init__(
        self,
        *,
        views: Views,
        settings: Settings | None = None,
        groups: Sequence[int] | NDArray[np.int64] | None = None,
        topic: bool = False,
        seed: int = 0,
    ) -> None:
        """views: of all documents; with ``topic`` their last row is the topic's text and never served.

        groups: number of the duplicate group of each document; one copy of a group is learnt from. seed: of
        the order served while nothing relevant is known. Refuses: groups_length.
        """
        self.settings = settings or Settings()
        self.count = views.count - (1 if topic else 0)
        self._groups = np.arange(self.count) if groups is None else np.asarray(groups, np.int64)
        if len(self._groups) != self.count:
            raise RankerRefused("Every document has one duplicate group.", code="groups_length")
        used = usable(views=views, settings=self.settings)
        self._learners = learners(views=views, mixtures=used, settings=self.settings, topic=topic)
        weights = [mixture.topic_weight if topic else mixture.weight for mixture in used]
        fade = self.settings.topic_fade if topic else self.settings.fade
        self._fusion = Fusion(weights=weights, gain=self.settings.gain, fade=fade)
        self._nearness = nearness(learners=self._learners, weights=weights) if self.settings.near else None
        self._topic = self.count if topic else None
        self._decided: dict[int, bool] = {}
        self._open = np.ones(self.count, bool)
        self._trained: dict[int, int] = {}
        self._shuffled = np.random.default_rng([seed, 2]).permutation(self.count)
        self._conflicts: set[int] = set()
        self._relevant = 0
        if topic:
            for learner in self._learners:
                learner.learn(row=self.count, relevant=True)
        self._rank()

    @property
    def decided(self) -> Mapping[int, bool]:
        """Decisions so far, by row."""
        return self._decided

    @property
    def left(self) -> int:
        """Documents without a decision."""
        return self.count - len(self._decided)

    @property
    def scores(self) -> NDArray[np.float32]:
        """Value of every document; only their order means something."""
        return self._scores

    @property
    def conflicts(self) -> tuple[int, ...]:
        """Duplicate groups whose copies were decided differently."""
        return tuple(sorted(self._conflicts))

    def decide(self, *, row: int, relevant: bool, trust: float = 1.0, rank: bool = True) -> None:
        """Take a decision, or a changed one, and rank the rest anew.

        trust: weight of this decision, 0 (excluded) to 1. rank: False to take several before ranking once.
        Refuses: row_unknown, trust_invalid.
        """
        if not 0 <= row < self.count:
            raise RankerRefused("There is no document %(row)s in the queue.", code="row_unknown", row=row)
        if not 0 < trust <= 1:
            raise RankerRefused("Trust in a decision lies above 0 and up to 1.", code="trust_invalid")
        before = self._decided.get(row)
        if before is None:
            self._fusion.observe(row=row, relevant=relevant)
        self._relevant += int(relevant) - int(bool(before))
        self._decided[row] = relevant
        self._open[row] = False
        self._approach(row, relevant, bool(before))
        self._learn(row, relevant, trust)
        if rank:
            self._rank()

    def withdraw(self, *, row: int) -> None:
        """Take a decision back; the document is in the queue again. Refuses: row_undecided."""
        if row not in self._decided:
            raise RankerRefused("Document %(row)s has no decision.", code="row_undecided", row=row)
        before = self._decided.pop(row)
        self._relevant -= int(before)
        self._open[row] = True
        self._approach(row, False, before)
        group = int(self._groups[row])
        if self._trained.get(group) == row:
            del self._trained[group]
            for learner in self._learners:
                learner.forget(row=row)
            for other, relevant in self._decided.items():
                if self._groups[other] == group:
                    self._learn(other, relevant, 1.0)
                    break
        self._rank()

    def next(self, *, count: int = 1) -> tuple[Served, ...]:
        """Return the documents to read next, best first; fewer when fewer are left."""
        if not self._informed():
            rows = self._shuffled[self._open[self._shuffled]][:count]
            return tuple(Served(int(row), place, 0.0, "random") for place, row in enumerate(rows, 1))
        why = "model" if self._relevant else "topic"
        if count == 1:
            row = int(np.argmax(np.where(self._open, self._scores, -np.inf)))
            return (Served(row, 1, float(self._scores[row]), why),) if self.left else ()
        rows = np.flatnonzero(self._open)
        if count < len(rows):
            rows = rows[np.argpartition(-self._scores[rows], count)[:count]]
        rows = rows[np.lexsort((rows, -self._scores[rows]))]
        return tuple(Served(int(row), place, float(self._scores[row]), why) for place, row in enumerate(rows, 1))

    def because(self, *, row: int, most: int = 3) -> tuple[Reason, ...]:
        """Return the decided documents that move a document's place most, in falling order of their pull."""
        found = [
            (abs(pull), other, pull)
            for learner in self._learners
            for other, pull in learner.support(row=row, most=most)
        ]
        reasons = []
        for _size, other, pull in sorted(found, reverse=True)[:most]:
            if other == self._topic:
                reasons.append(Reason("like_topic", "It resembles the topic.", {}, 1))
                continue
            told = {"row": other, "pull": round(pull, 4)}
            if pull > 0:
                reasons.append(Reason("like_relevant", "It resembles document %(row)s, decided relevant.", told, 1))
            else:
                reasons.append(Reason("like_other", "It resembles document %(row)s, decided not relevant.", told, -1))
        return tuple(reasons)

    def doubtful(self, *, most: int = 20) -> tuple[Served, ...]:
        """Return decisions that all other decisions speak against, the most doubtful first: look again.

        score: chance, between 0.5 and 1, that the document belongs to the other kind, from the learners' values
        without the decision itself. None before both kinds were met.
        """
        told: dict[int, float] = {}
        for learner in self._learners:
            rows, values = learner.left_out()
            kept = rows < self.count
            relevant = np.array([self._decided.get(int(row), False) for row in rows[kept]], bool)
            if not len(relevant) or relevant.all() or not relevant.any():
                return ()
            raw = np.where(relevant, values[kept], -values[kept])
            slope, offset = calibrate(values=raw, relevant=relevant)
            chance = expit(slope * raw + offset)
            for row, doubt in zip(rows[kept].tolist(), np.where(relevant, 1 - chance, chance).tolist(), strict=True):
                told[row] = told.get(row, 0.0) + doubt / len(self._learners)
        wrong = sorted(((doubt, row) for row, doubt in told.items() if doubt > 0.5), reverse=True)[:most]
        return tuple(Served(row, place, doubt, "doubt") for place, (doubt, row) in enumerate(wrong, 1))

    def held_out(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return decided rows and the first learner's value for each without the decision itself, unsigned."""
        rows, values = self._learners[0].held_out()
        kept = rows < self.count
        signs = np.array([1.0 if self._decided.get(int(row)) else -1.0 for row in rows[kept]])
        return rows[kept], values[kept] * signs

    def values(self) -> NDArray[np.float32]:
        """Return the first learner's value of every document, on the scale of `held_out`."""
        return self._learners[0].values[: self.count]

    def _informed(self) -> bool:
        return self._topic is not None or self._relevant > 0

    def _learn(self, row: int, relevant: bool, trust: float) -> None:
        group = int(self._groups[row])
        holder = self._trained.get(group)
        if holder is not None and holder != row:
            if self._decided.get(holder) == relevant:
                return
            self._conflicts.add(group)
            for learner in self._learners:
                learner.forget(row=holder)
        elif holder == row and group in self._conflicts:
            self._conflicts.discard(group)
        self._trained[group] = row
        for learner in self._learners:
            learner.learn(row=row, relevant=relevant, trust=trust)

    def _rank(self) -> None:
        parts = [learner.settle()[: self.count] for learner in self._learners]
        self._scores = self._fusion.combine(parts=parts, open_rows=self._open)
        if self._nearness is not None and self._relevant:
            near = standardised(self._nearness.values[: self.count], self._open)
            self._scores = standardised(self._scores, self._open) + np.float32(self.settings.near) * near

    def _approach(self, row: int, relevant: bool, before: bool) -> None:
        if self._nearness is None or relevant == before:
            return
        if relevant:
            self._nearness.add(row=row)
        else:
            self._nearness.renew(rows=[other for other, found in self._decided.items() if found])


def usable(*, views: Views, settings: Settings) -> tuple[Mixture, ...]:
    """Return the mixtures whose first view was built; of a large collection only sparse views count.

    Refuses: views_missing.
    """
    built = set(views.sparse)
    if views.count <= settings.dense_limit:
        built |= set(views.dense)
    found = tuple(mixture for mixture in settings.mixtures if next(iter(mixture.views), "") in built)
    if not found:
        raise RankerRefused("No view of the documents was built that the queue can learn from.", code="views_missing")
    return found


def learners(
    *, views: Views, mixtures: Sequence[Mixture], settings: Settings, topic: bool = False
) -> list[DualLearner] | list[PrimalLearner]:
    """Return one learner a mixture: over all pairs for small collections, over sparse rows for large ones."""
    cost, ratio, bias, growth = settings.cost, settings.ratio, settings.bias, settings.growth
    if topic:
        cost, ratio, growth = settings.topic_cost, settings.topic_ratio, 0.0
    if views.count <= settings.dense_limit:
        return [
            DualLearner(shared=shared, cost=cost, ratio=ratio, bias=bias, growth=growth)
            for shared in likeness(views=views, mixtures=mixtures, step=settings.step)
        ]
    return [
        PrimalLearner(matrix=stacked(views=views, mixture=one.views), cost=cost, ratio=ratio, bias=bias, growth=growth)
        for one in mixtures
    ]


def nearness(*, learners: Sequence[DualLearner] | Sequence[PrimalLearner], weights: Sequence[float]) -> Nearness | None:
    """Return nearness over what the learners learn from; None in large collections, where no likeness is held."""
    shared = [learner.shared for learner in learners if isinstance(learner, DualLearner)]
    return Nearness(shared=shared, weights=weights) if shared else None


def likeness(*, views: Views, mixtures: Sequence[Mixture], step: float) -> list[Floats]:
    """Return each mixture's likeness of all pairs, blended as it asks.

    The nearest documents are those by all mixtures together, each with its weight.
    """
    found = [views.shared(mixture=dict(one.views)) for one in mixtures]
    if not any(one.blend for one in mixtures):
        return found
    whole = sum(one.weight for one in mixtures)
    together = np.zeros_like(found[0])
    for shared, one in zip(found, mixtures, strict=True):
        together += np.float32(one.weight / whole) * shared
    graph = nearest(shared=together)
    del together
    for place, one in enumerate(mixtures):
        found[place] = blended(shared=found[place], graph=graph, step=step, part=one.blend)
    return found


def stacked(*, views: Views, mixture: Mapping[str, float]) -> sparse.csr_matrix:
    """Return the sparse views side by side, scaled so that row products equal the mixture's likeness."""
    present = [(name, weight) for name, weight in mixture.items() if name in views.sparse]
    scale = 1.0 / sum(weight for _name, weight in present)
    if len(present) == 1:
        matrix = views.sparse[present[0][0]]
        return matrix if present[0][1] * scale == 1 else matrix * np.float32(np.sqrt(present[0][1] * scale))
    blocks = [views.sparse[name] * np.float32(np.sqrt(weight * scale)) for name, weight in present]
    return sparse.hstack(blocks, format="csr", dtype=np.float32)
