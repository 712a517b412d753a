"""Switching rules against a state table written apart from the engine."""

from __future__ import annotations

import random

import pytest

from chancery.engines.quality.acceptance.switching import Lot, Rules, Standing, after_lot, replay, resume
from chancery.engines.quality.acceptance.tables import PlanRefused


def table_walk(lots: list[Lot], steady: bool) -> list[tuple[str, bool, str]]:
    """The rules as a table of counters, from the wording of ISO 2859-1:1999 clause 9.3 and Z1.4."""
    state, since, score, bad, out = "normal", [], 0, 0, []
    for lot in lots:
        ok = lot.nonconforming < lot.re
        before = state
        since.append(ok)
        if state == "normal":
            window = since[-5:]
            if sum(not one for one in window) >= 2:
                state = "tightened"
            else:
                if not ok:
                    score = 0
                elif lot.ac <= 1:
                    score += 2
                elif lot.tighter_ac is not None and lot.nonconforming <= lot.tighter_ac:
                    score += 3
                else:
                    score = 0
                if score >= 30 and steady:
                    state = "reduced"
        elif state == "tightened":
            bad += not ok
            if bad == 5:
                state = "discontinued"
            elif since[-5:] == [True] * 5:
                state = "normal"
        elif state == "reduced" and (not ok or lot.nonconforming > lot.ac or not steady):
            state = "normal"
        if state != before:
            since, score = [], 0
            bad = 0
        out.append((before, ok, state))
        if state == "discontinued":
            break
    return out


def random_lots(draw: random.Random) -> list[Lot]:
    lots, quality = [], draw.choice([0.02, 0.1, 0.3, 0.6])
    for number in range(draw.randint(1, 120)):
        ac = draw.choice([0, 1, 2, 3, 7])
        re = ac + draw.choice([1, 1, 1, 3])
        found = 0 if draw.random() > quality else draw.randint(0, re + 2)
        tighter = None if draw.random() < 0.1 else max(0, ac - draw.randint(0, 2))
        lots.append(Lot(str(number), found, ac, re, tighter))
        if draw.random() < 0.05:
            quality = draw.choice([0.0, 0.05, 0.3, 0.8])
    return lots


def test_a_thousand_random_histories_agree() -> None:
    draw = random.Random(20261127)
    reached: set[str] = set()
    for _ in range(1000):
        lots, steady = random_lots(draw), draw.random() < 0.8
        steps = [
            (step.inspection, step.accepted, step.following) for step in replay(lots=lots, rules=Rules(steady=steady))
        ]
        assert steps == table_walk(lots, steady)
        reached |= {step[2] for step in steps}
    assert reached == {"normal", "tightened", "reduced", "discontinued"}


def good(count: int, ac: int = 0) -> list[Lot]:
    return [Lot(f"g{at}", 0, ac, ac + 1, 0) for at in range(count)]


def test_fifteen_good_lots_at_zero_acceptance_lead_to_reduced() -> None:
    steps = list(replay(lots=good(16)))
    assert [step.following for step in steps[13:]] == ["normal", "reduced", "reduced"]
    assert steps[14].reason is not None and steps[14].reason.code == "score"


def test_double_sampling_scores_only_first_samples() -> None:
    lots = [Lot(str(at), 0, 3, 7, first_sample=True) for at in range(10)]
    assert [step.following for step in replay(lots=lots)][-1] == "reduced"
    lots[5] = Lot("5", 4, 3, 7, first_sample=False)
    assert [step.following for step in replay(lots=lots)][-1] == "normal"


def test_the_limit_number_of_the_older_standard() -> None:
    lots = [Lot(str(at), 1, 2, 3) for at in range(10)]
    assert [s.following for s in replay(lots=lots, rules=Rules(reduced_by="limit", limit_number=10))][-1] == "reduced"
    assert [s.following for s in replay(lots=lots, rules=Rules(reduced_by="limit", limit_number=9))][-1] == "normal"


def test_discontinued_until_resumed() -> None:
    standing = Standing("tightened", rejected=4)
    standing, step = after_lot(standing=standing, lot=Lot("x", 5, 1, 2), rules=Rules())
    assert step.following == standing.state == "discontinued"
    with pytest.raises(PlanRefused) as refusal:
        after_lot(standing=standing, lot=Lot("y", 0, 1, 2), rules=Rules())
    assert refusal.value.code == "inspection_stopped"
    assert resume(standing) == Standing("tightened")
    with pytest.raises(PlanRefused) as refusal:
        resume(Standing())
    assert refusal.value.code == "inspection_runs"


@pytest.mark.parametrize("lot", [Lot("x", -1, 0, 1), Lot("x", 0, 1, 1), Lot("x", 0, -1, 1)])
def test_impossible_lots_are_refused(lot: Lot) -> None:
    with pytest.raises(PlanRefused) as refusal:
        after_lot(standing=Standing(), lot=lot, rules=Rules())
    assert refusal.value.code == "lot_invalid"
