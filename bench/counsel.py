"""Does a comparison of firms find their true premium? python bench/counsel.py [seeds].

Simulated firms charge a known premium on rates that depend on class, years, region, practice and year; firms differ
in what they do, so naive averages mislead. Printed: rank correlation (Spearman) with the true premium, for the
blended rate, an index by class alone, the index by cells, and the regression; and how often 90 % intervals hold it.
Beside them stands the best any method can do: the mean of what is left of a firm's rates when every parameter of the
simulation but the premiums is known. Where that is below a limit, no model reaches it.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from measuring import median, show
from scipy.stats import spearmanr

from chancery.engines.billing.benchmark import Observed, rate_index, rate_premiums

FIRMS, PEOPLE = 20, 60
CLASSES = {"PARTNR": (650.0, 0.010, (8, 30)), "ASSOC": (380.0, 0.035, (0, 9)), "PARALG": (170.0, 0.008, (0, 20))}
REGIONS = {"NY": 1.25, "Midwest": 0.85, "London": 1.10, "Asia": 0.95}
PRACTICES = {"litigation": 1.0, "patent": 1.12, "corporate": 1.18, "labour": 0.82}


def simulated(*, seed: int) -> tuple[list[Observed], dict[str, float]]:
    """Rows of twenty firms and their true premium."""
    random = np.random.default_rng(seed)
    rows: list[Observed] = []
    truth = {}
    for number in range(FIRMS):
        firm = f"firm {number:02d}"
        truth[firm] = float(random.normal(0, 0.12))
        classes = random.dirichlet([2.0, 3.0, 1.5])
        regions, practices = random.dirichlet([0.6] * 4), random.dirichlet([0.6] * 4)
        for person in range(PEOPLE):
            grade = random.choice(list(CLASSES), p=classes)
            base, slope, (low, high) = CLASSES[grade]
            years = float(random.integers(low, high + 1))
            region = random.choice(list(REGIONS), p=regions)
            practice = random.choice(list(PRACTICES), p=practices)
            for year in (2024, 2025):
                level = np.log(base) + slope * (years - low) + np.log(REGIONS[region] * PRACTICES[practice])
                level += truth[firm] + 0.04 * (year - 2024) + random.normal(0, 0.08)
                hours = float(random.gamma(2.0, 60.0))
                rate = float(np.exp(level))
                rows.append(
                    Observed(firm, f"p{person}", grade, years + year - 2024, region, practice, year, rate, hours)
                )
    return rows, truth


def blended(rows: list[Observed]) -> dict[str, float]:
    """Fees over hours."""
    found = {}
    for firm in {row.firm for row in rows}:
        own = [row for row in rows if row.firm == firm]
        found[firm] = sum(row.rate * row.hours for row in own) / sum(row.hours for row in own)
    return found


def by_class(rows: list[Observed]) -> dict[str, float]:
    """Fees over what all firms charge by class alone."""
    pool = {}
    for grade in CLASSES:
        own = [row for row in rows if row.grade == grade]
        pool[grade] = sum(row.rate * row.hours for row in own) / sum(row.hours for row in own)
    found = {}
    for firm in {row.firm for row in rows}:
        own = [row for row in rows if row.firm == firm]
        found[firm] = sum(row.rate * row.hours for row in own) / sum(pool[row.grade] * row.hours for row in own)
    return found


def knowing(rows: list[Observed]) -> dict[str, float]:
    """Mean of the log rates over what the simulation says, premium and noise apart."""
    left: dict[str, list[float]] = {}
    for row in rows:
        base, slope, (low, _high) = CLASSES[row.grade]
        years = row.years - (row.year - 2024)
        level = np.log(base) + slope * (years - low) + np.log(REGIONS[row.region] * PRACTICES[row.practice])
        left.setdefault(row.firm, []).append(float(np.log(row.rate) - level - 0.04 * (row.year - 2024)))
    return {firm: float(np.mean(values)) for firm, values in left.items()}


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    scores: dict[str, list[float]] = {"blended": [], "class": [], "cells": [], "regression": [], "knowing": []}
    held: dict[str, list[bool]] = {"cells": [], "regression": []}
    began = time.process_time()
    for seed in range(seeds):
        rows, truth = simulated(seed=seed)
        firms = sorted(truth)
        index = {row.firm: row for row in rate_index(observed=rows, seed=seed)}
        premium = {row.firm: row for row in rate_premiums(observed=rows, seed=seed, draws=100)}
        found = {
            "blended": blended(rows),
            "class": by_class(rows),
            "cells": {firm: index[firm].index for firm in firms},
            "regression": {firm: premium[firm].premium for firm in firms},
            "knowing": knowing(rows),
        }
        for name, values in found.items():
            scores[name].append(float(spearmanr([truth[f] for f in firms], [values[f] for f in firms]).statistic))
        centre = float(np.mean(list(truth.values())))
        for firm in firms:
            true = float(np.exp(truth[firm] - centre) - 1)
            held["regression"].append(premium[firm].low <= true <= premium[firm].high)
            held["cells"].append(index[firm].low <= 1 + true <= index[firm].high)
    took = time.process_time() - began
    rows_shown = [
        ("blended rate (fees / hours)", f"{np.mean(scores['blended']):.3f}", "for comparison"),
        ("index by class alone", f"{np.mean(scores['class']):.3f}", "for comparison"),
        ("index by class, band, region, practice, year", f"{np.mean(scores['cells']):.3f}", ">= 0.95"),
        ("regression, firm effects", f"{np.mean(scores['regression']):.4f}", ">= 0.98"),
        ("  worst seed", f"{min(scores['regression']):.4f}", "bad row"),
        ("  median seed", f"{median(scores['regression']):.4f}", ""),
        ("  with every other parameter known, mean", f"{np.mean(scores['knowing']):.4f}", "the most there is"),
        ("  the same, worst seed", f"{min(scores['knowing']):.4f}", "the most there is"),
        ("90 % interval of the regression holds the truth", f"{np.mean(held['regression']):.1%}", "about 90 %"),
        ("90 % interval of the index holds the truth", f"{np.mean(held['cells']):.1%}", "sampling of people only"),
        ("CPU seconds for one comparison", f"{took / seeds:.2f}", ""),
    ]
    show(
        title=f"Rank correlation with the true premium, {FIRMS} firms x {PEOPLE} people, seeds 0-{seeds - 1}",
        rows=rows_shown,
    )


if __name__ == "__main__":
    main()
