"""A review played out on a collection whose labels are known: the same queue, ledger and sample as a live one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chancery.engines.review.embeddings import WordVectors, embed
from chancery.engines.review.features import build_views
from chancery.engines.review.forecast import foretell
from chancery.engines.review.ledger import Coded, Decision, Head, Ledger, Revision, collection_digest
from chancery.engines.review.measures import Measures, measure
from chancery.engines.review.progress import batch_ends
from chancery.engines.review.ranker import EARLIER, Ranker, Settings
from chancery.engines.review.sampling import draw_order, until_balanced, until_relevant
from chancery.engines.review.tokens import runs
from chancery.foundation.errors import Refused

BY = "label"
# What a balanced sample is drawn for.
TARGET, CONFIDENCE = 0.8, 0.95


class SimulationRefused(Refused):
    """A collection on which a review cannot be played out."""

    code = "simulation_refused"


@dataclass(frozen=True)
class Collection:
    """Texts with their labels, one each per document."""

    titles: tuple[str, ...]
    bodies: tuple[str, ...]
    labels: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.titles)


@dataclass(frozen=True)
class Run:
    """A review played to its end. order: rows as served, those known at the start first."""

    order: tuple[int, ...]
    measures: Measures
    ledger: Ledger
    known: int


def choose_seeds(*, labels: NDArray[np.bool_], seed: int) -> tuple[int, int]:
    """Return one relevant and one other row, drawn in that order by ``numpy.random.default_rng(seed).choice``.

    Refuses: labels_one_kind.
    """
    if labels.all() or not labels.any():
        raise SimulationRefused(
            "A simulation without a topic needs at least one relevant and one other document.", code="labels_one_kind"
        )
    draw = np.random.default_rng(seed)
    return int(draw.choice(np.flatnonzero(labels))), int(draw.choice(np.flatnonzero(~labels)))


def duplicate_groups(collection: Collection) -> NDArray[np.int64]:
    """Return the number of each document's duplicate group: equal texts but for case and space; empty stay alone."""
    known: dict[str, int] = {}
    groups = np.arange(len(collection), dtype=np.int64)
    for row, (title, body) in enumerate(zip(collection.titles, collection.bodies, strict=True)):
        text = " ".join(f"{title} {body}".casefold().split())
        if text:
            groups[row] = known.setdefault(text, row)
    return groups


def build_ranker(
    *, collection: Collection, seed: int, topic: str | None, settings: Settings, vectors: WordVectors | None = None
) -> Ranker:
    """Return a fresh queue over a collection, as `simulate` and `replay` use it."""
    titles, bodies = list(collection.titles), list(collection.bodies)
    if topic is not None:
        titles.append(topic)
        bodies.append("")
    used = {name for mixture in settings.mixtures for name in mixture.views}
    small = len(titles) <= settings.dense_limit
    views = build_views(
        titles=titles,
        bodies=bodies,
        embeddings=embed(titles=titles, bodies=bodies, vectors=vectors) if vectors is not None and small else None,
        rank=settings.rank if small and "concepts" in used else 0,
        with_characters=small and "characters" in used,
        seed=seed,
        names=used,
    )
    return Ranker(
        views=views, settings=settings, groups=duplicate_groups(collection), topic=topic is not None, seed=seed
    )


def simulate(
    *,
    collection: Collection,
    seed: int,
    topic: str | None = None,
    sample_relevant: int | None = 30,
    settings: Settings | None = None,
    vectors: WordVectors | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Serve every document, ranking anew after each decision.

    topic: text to start from; without one the start is the two rows of `choose_seeds`. sample_relevant: the
    hidden sample is drawn until it holds so many relevant documents, none if 0; None: as many as make sample and
    reading cheapest for recall 0.8 at 95 % (`sampling.until_balanced`). It steers nothing.
    vectors: of words, for one view more; it counts up to `Settings.dense_limit` documents.
    progress: called with documents done and total. Refuses: seed_invalid, sample_invalid,
    topic_empty, collection_empty, labels_one_kind, nothing_relevant.
    """
    if seed < 0:
        raise SimulationRefused("A seed is a whole number from 0.", code="seed_invalid")
    if sample_relevant is not None and sample_relevant < 0:
        raise SimulationRefused("The hidden sample holds 0 or more relevant documents.", code="sample_invalid")
    if topic is not None and not runs(topic):
        raise SimulationRefused("A topic has at least one word.", code="topic_empty")
    if not len(collection):
        raise SimulationRefused("The collection holds no document.", code="collection_empty")
    if not collection.labels.any():
        raise SimulationRefused("The collection holds no relevant document.", code="nothing_relevant")
    chosen = settings or Settings()
    seeds = () if topic is not None else choose_seeds(labels=collection.labels, seed=seed)
    ranker = build_ranker(collection=collection, seed=seed, topic=topic, settings=chosen, vectors=vectors)
    drawn = draw_order(documents=len(collection), seed=seed, known=seeds)
    if sample_relevant is None:
        drawn = drawn[: until_balanced(order=drawn, labels=collection.labels, target=TARGET, confidence=CONFIDENCE)]
    else:
        drawn = drawn[: until_relevant(order=drawn, labels=collection.labels, wanted=sample_relevant)]
    ledger = Ledger(
        Head(
            documents=len(collection),
            collection=collection_digest(titles=collection.titles, bodies=collection.bodies),
            model=model_of(settings=chosen, vectors=vectors),
            seed=seed,
            topic=topic,
            sample=tuple(int(row) for row in drawn),
        )
    )
    for row in drawn:
        ledger.append(Coded(int(row), bool(collection.labels[row]), BY))
    _play(collection, ranker, ledger, seeds, progress)
    order = tuple(decision.row for decision in ledger.decisions())
    return Run(order, measure(labels=collection.labels, order=order, known=len(seeds)), ledger, len(seeds))


def _play(
    collection: Collection,
    ranker: Ranker,
    ledger: Ledger,
    seeds: Sequence[int],
    progress: Callable[[int, int], None] | None,
) -> None:
    total = len(collection)
    checkpoints = set(batch_ends(total).tolist())
    for row in seeds:
        ledger.append(Decision(row, bool(collection.labels[row]), "seed", 0, 0, BY))
        ranker.decide(row=row, relevant=bool(collection.labels[row]), rank=row == seeds[-1])
    while ranker.left:
        (served,) = ranker.next()
        relevant, done = bool(collection.labels[served.row]), len(ranker.decided)
        ledger.append(Decision(served.row, relevant, served.why, served.rank, done, BY))
        ranker.decide(row=served.row, relevant=relevant)
        if done + 1 in checkpoints and (told := foretell(ranker=ranker, read=done + 1)):
            ledger.append(told)
        if progress is not None and (done % 50 == 0 or done + 1 == total):
            progress(done + 1, total)


def model_of(*, settings: Settings, vectors: WordVectors | None) -> str:
    """Return the name that a ledger gives to what ranked: the version, and the vectors if there were any."""
    return settings.model if vectors is None else f"{settings.model}+vectors:{vectors.digest[:16]}"


def replay(
    *,
    collection: Collection,
    ledger: Ledger,
    settings: Settings | None = None,
    vectors: WordVectors | None = None,
) -> int | None:
    """Play a ledger's decisions into a fresh queue; returns the first place where another document is served.

    None: every document is served again at its place. Documents that were chosen by hand or known at the
    start are taken as they are. A ledger of an earlier version replays by the rules of that version, unless settings
    are given. Refuses: collection_other, model_other.
    """
    digest = collection_digest(titles=collection.titles, bodies=collection.bodies)
    if digest != ledger.head.collection:
        raise SimulationRefused("The ledger was written over another collection.", code="collection_other")
    rules = settings or EARLIER.get(ledger.head.model.partition("+")[0], Settings())
    if ledger.head.model != model_of(settings=rules, vectors=vectors):
        raise SimulationRefused(
            "The ledger was written with model %(model)s, this is %(present)s.",
            code="model_other",
            model=ledger.head.model,
            present=model_of(settings=rules, vectors=vectors),
        )
    ranker = build_ranker(
        collection=collection,
        seed=ledger.head.seed,
        topic=ledger.head.topic,
        settings=rules,
        vectors=vectors,
    )
    place, waiting = 0, False
    for event in ledger.events:
        if isinstance(event, Revision):
            ranker.decide(row=event.row, relevant=event.relevant)
        if not isinstance(event, Decision):
            continue
        place += 1
        if event.why == "seed":
            ranker.decide(row=event.row, relevant=event.relevant, rank=waiting)
            waiting = not waiting
            continue
        if event.why != "chosen" and ranker.next()[0].row != event.row:
            return place
        ranker.decide(row=event.row, relevant=event.relevant)
    return None
