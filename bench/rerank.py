"""Time from a decision to the next document on large collections: python bench/rerank.py [documents …]."""

from __future__ import annotations

import os
import resource
import sys
import time

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402
from measuring import median, percentile, show  # noqa: E402
from scipy import sparse  # noqa: E402

from chancery.engines.review.features import Views  # noqa: E402
from chancery.engines.review.ranker import Ranker  # noqa: E402

FEATURES, COLUMNS, SEED, KNOWN, STEPS = 120, 1 << 18, 20260, 2000, 60
LIMITS = {1_000_000: (0.5, 1.7), 100_000: (0.05, None)}


def synthetic(*, documents: int, seed: int) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Return rows of 120 weighted features, Zipf over 2^18 columns, 2 % of them about one theme, and the labels."""
    draw = np.random.default_rng(seed)
    indices = np.empty(documents * FEATURES, np.int32)
    data = np.empty(documents * FEATURES, np.float32)
    labels = draw.random(documents) < 0.02
    theme = draw.choice(COLUMNS, 400, replace=False).astype(np.int32)
    step = 20_000
    for start in range(0, documents, step):
        rows = min(step, documents - start)
        place = (COLUMNS ** draw.random((rows, FEATURES), np.float32) - 1).astype(np.int32)
        told = labels[start : start + rows, None] & (draw.random((rows, FEATURES), np.float32) < 0.08)
        place = np.where(told, theme[draw.integers(0, 400, (rows, FEATURES))], place)
        weight = np.log(2 + place).astype(np.float32)
        weight /= np.linalg.norm(weight, axis=1, keepdims=True)
        block = slice(start * FEATURES, (start + rows) * FEATURES)
        indices[block], data[block] = place.ravel(), weight.ravel()
    ends = np.arange(0, documents * FEATURES + 1, FEATURES, dtype=np.int32)
    return sparse.csr_matrix((data, indices, ends), shape=(documents, COLUMNS)), labels


def measured(documents: int) -> list[tuple[str, str, str]]:
    """Decide, rank anew and fetch the next document, many times over; rows of the table."""
    matrix, labels = synthetic(documents=documents, seed=SEED)
    views = Views(documents, {"terms": matrix}, {}, np.zeros(documents, bool))
    ranker = Ranker(views=views, seed=SEED)
    draw = np.random.default_rng(SEED)
    hits, others = np.flatnonzero(labels), np.flatnonzero(~labels)
    known = np.concatenate((draw.choice(hits, KNOWN // 4, False), draw.choice(others, KNOWN - KNOWN // 4, False)))
    for row in known:
        ranker.decide(row=int(row), relevant=bool(labels[row]), rank=row == known[-1])
    wall, cpu, found = [], [], 0
    for _ in range(STEPS):
        (served,) = ranker.next()
        found += bool(labels[served.row])
        began, used = time.perf_counter(), time.process_time()
        ranker.decide(row=served.row, relevant=bool(labels[served.row]))
        ranker.next()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    limit, memory = LIMITS.get(documents, (None, None))
    name = f"{documents:,} documents"
    return [
        (f"{name}: CPU, p95", f"{percentile(cpu, 0.95) * 1000:.0f} ms", f"<= {limit * 1000:.0f} ms" if limit else "-"),
        (f"{name}: CPU, median", f"{median(cpu) * 1000:.0f} ms", "-"),
        (f"{name}: wall, p95", f"{percentile(wall, 0.95) * 1000:.0f} ms", "(machine shared)"),
        (f"{name}: peak memory", f"{peak:.2f} GB", f"<= {memory} GB" if memory else "-"),
        (f"{name}: relevant of {STEPS} served", str(found), "-"),
    ]


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or [100_000, 1_000_000]
    rows = [row for size in sizes for row in measured(size)]
    show(title=f"Re-rank after a decision, {FEATURES} features, {KNOWN} decisions known, seed {SEED}", rows=rows)


if __name__ == "__main__":
    main()
