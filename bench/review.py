"""Continuous active learning beside ASReview 3 (elas_u4): python bench/review.py [part of a set's name …].

Needs CHANCERY_TEST_DATA (folder tar) and, for the peer, ``pip install asreview``. Both start from the same two
documents, rank anew after every decision and are measured by the same code; the peer's reading ends with the
last relevant document. All 25 sets take about a quarter of an hour of CPU, nearly all of it the peer's.
"""

from __future__ import annotations

import csv
import os
import sys
import time
import warnings
from contextlib import chdir
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from chancery.engines.review.collections import read_collection  # noqa: E402
from chancery.engines.review.measures import Measures, measure  # noqa: E402
from chancery.engines.review.simulation import Collection, choose_seeds, simulate  # noqa: E402

PEER = find_spec("asreview") is not None
if PEER:
    import pandas as pd

    # The peer leaves a cache where it is loaded, and where it runs.
    with TemporaryDirectory() as _scratch, chdir(_scratch):
        from asreview import ActiveLearningCycle, Simulate
        from asreview.models.models import get_ai_config

SEEDS = (1, 2)
# Sets of the facts' table of eight that are at hand.
NAMED = {
    "Bannach-Brown_2019",
    "CLEF2017_CD009020",
    "Cohen_2006_ACEInhibitors",
    "Cohen_2006_AtypicalAntipsychotics",
    "Cohen_2006_BetaBlockers",
    "Kitchenham_2010",
}
# The other CLEF topics are test topics of the 2017 task, for which Waterloo's runs were published.
TRAINING = ("CD007427", "CD009020")
WATERLOO = {"recall_at_10": 0.630, "recall_at_20": 0.818, "wss95": 0.629, "atd": 0.115}
FIGURES = ("recall_at_5", "recall_at_10", "recall_at_20", "wss95", "wss100", "atd")
console = Console(width=150)


def peer_order(collection: Collection, seed: int) -> list[int]:
    """Return ASReview's order, completed after its last relevant document by what is left."""
    frame = pd.DataFrame({"title": collection.titles, "abstract": collection.bodies})
    cycle = ActiveLearningCycle.from_meta(get_ai_config("elas_u4")["value"])
    labels = pd.Series(collection.labels.astype(int))
    simulation = Simulate(frame, labels, [cycle], print_progress=False)
    start = choose_seeds(labels=collection.labels, seed=seed)
    simulation.label(list(start))
    simulation.review()
    served = [int(row) for row in simulation._results["record_id"]]
    order = [*start, *(row for row in served if row not in start)]
    return [*order, *sorted(set(range(len(collection))) - set(order))]


def one(collection: Collection, seed: int) -> tuple[dict[str, float], dict[str, float] | None]:
    """Return our figures and the peer's for one set and seed, CPU seconds with them."""
    began = time.process_time()
    ours = asdict(simulate(collection=collection, seed=seed).measures)
    ours["cpu"] = time.process_time() - began
    if not PEER:
        return ours, None
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        order = peer_order(collection, seed)
    seconds = time.process_time() - began
    found: Measures = measure(labels=collection.labels, order=order, known=2)
    return ours, {**asdict(found), "cpu": seconds}


def mean(rows: list[dict[str, float]], name: str) -> float:
    """Return the arithmetic mean of one figure."""
    return float(np.mean([row[name] for row in rows]))


def pair(ours: list[dict[str, float]], peers: list[dict[str, float]], name: str) -> str:
    """Return our mean and the peer's as one cell."""
    digits = 1 if name == "cpu" else 3
    told = f"{mean(ours, name):.{digits}f}"
    return f"{told} / {mean(peers, name):.{digits}f}" if peers else told


def seeded(sets: dict[str, Collection]) -> None:
    """Print the table of starts from two documents."""
    table = Table("Set (documents/relevant)", *(f"{name}" for name in FIGURES), "CPU s", "ATD ratio")
    every: list[tuple[str, dict[str, float], dict[str, float] | None]] = []
    for name, collection in sets.items():
        results = [one(collection, seed) for seed in SEEDS]
        ours, peers = [left for left, _right in results], [right for _left, right in results if right]
        every += [(name, left, right) for left, right in results]
        cells = [pair(ours, peers, figure) for figure in (*FIGURES, "cpu")]
        ratio = f"{mean(ours, 'atd') / mean(peers, 'atd'):.3f}" if peers else "-"
        table.add_row(f"{name} {len(collection)}/{int(collection.labels.sum())}", *cells, ratio)
        console.print(f"[dim]{name} {cells[-2]} {ratio}[/dim]", highlight=False)
    for label, chosen in (
        ("mean of all", set(sets)),
        ("mean of the named", NAMED & set(sets)),
        *((f"mean of {kind}", {name for name in sets if name.startswith(kind)}) for kind in ("CLEF", "Cohen")),
    ):
        ours = [left for name, left, _right in every if name in chosen]
        peers = [right for name, _left, right in every if name in chosen and right]
        if ours:
            ratio = f"{mean(ours, 'atd') / mean(peers, 'atd'):.3f}" if peers else "-"
            table.add_row(label, *(pair(ours, peers, figure) for figure in (*FIGURES, "cpu")), ratio)
    table.title = f"Ours / ASReview elas_u4, seeds {SEEDS}" if PEER else f"Ours, seeds {SEEDS}; asreview: skipped"
    table.caption = "wanted: ATD ratio <= 0.98, no set > 1.03; recall_at_10 not lower; CPU <= 1/5"
    console.print(table)


def from_topics(sets: dict[str, Collection], topics: dict[str, str]) -> None:
    """Print the table of starts from a topic's title."""
    table = Table("Topic", *FIGURES, title="Start from the topic's title, CLEF 2017 test topics, seed 1")
    rows = []
    for name, collection in sets.items():
        if not name.startswith("CLEF2017_") or name.endswith(TRAINING):
            continue
        found = asdict(simulate(collection=collection, seed=1, topic=topics[name]).measures)
        rows.append(found)
        table.add_row(name, *(f"{found[figure]:.3f}" for figure in FIGURES))
    if rows:
        table.add_row("mean", *(f"{mean(rows, figure):.3f}" for figure in FIGURES))
        table.add_row("Waterloo B, published", *(f"{WATERLOO[one]:.3f}" if one in WATERLOO else "-" for one in FIGURES))
        console.print(table)


def main() -> None:
    """Run both tables over the sets whose name holds one of the given words."""
    root = os.environ.get("CHANCERY_TEST_DATA")
    if not root:
        print("CHANCERY_TEST_DATA is not set; nothing to measure.")
        return
    folder, parts = Path(root) / "tar", sys.argv[1:]
    with (folder / "index.csv").open(encoding="utf-8") as file:
        topics = {row["dataset"]: row["topic"] for row in csv.DictReader(file)}
    chosen = [name for name in topics if not parts or any(part in name for part in parts)]
    sets = {name: read_collection(folder / f"{name}.csv.gz") for name in chosen}
    from_topics(sets, topics)
    with TemporaryDirectory() as scratch, chdir(scratch):
        seeded(sets)


if __name__ == "__main__":
    main()
