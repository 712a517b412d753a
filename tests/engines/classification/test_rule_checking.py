"""The check of a rule: the same sample for the same seed, and an interval that holds what it promises."""

from __future__ import annotations

from datetime import date

import pytest

from chancery.engines.classification.applying import Layer, apply_rules
from chancery.engines.classification.checking import RuleSample, caught_by, draw_sample, estimate
from chancery.engines.classification.conditions import RulesRefused
from chancery.engines.classification.rules import read_rules
from chancery.engines.classification.subjects import Subject

AT = date(2026, 1, 1)


def layer(count: int) -> Layer:
    rules = read_rules(
        data={
            "format": 1,
            "name": "t",
            "version": "1",
            "source": "s",
            "rules": [
                {"id": name, "name": name, "group": "g", "when": {"field": "size", "at_most": limit}, "source": "s"}
                for name, limit in (("all", 5), ("none", -1))
            ],
        }
    )
    return apply_rules(rules=rules, subjects=[Subject(key=f"{n:05d}", size=1) for n in range(count)], at=AT)


def test_a_sample_is_drawn_again_by_its_seed() -> None:
    made = layer(1000)
    one = draw_sample(layer=made, rule="all", seed="s1", size=50)
    assert draw_sample(layer=made, rule="all", seed="s1", size=50) == one
    assert draw_sample(layer=made, rule="all", seed="s2", size=50).keys != one.keys
    assert len(set(one.keys)) == 50
    assert set(one.keys) <= set(caught_by(layer=made, rule="all"))
    # Cochran 1977, 4.4: 384.1 / (1 + 383.1 / 1000) = 278 for five points at 95 %
    assert len(draw_sample(layer=made, rule="all", seed="s", margin=0.05).keys) == 278
    assert draw_sample(layer=made, rule="none", seed="s").keys == ()


def test_the_estimate_is_the_exact_binomial_interval() -> None:
    drawn = draw_sample(layer=layer(1000), rule="all", seed="s1", size=100)
    found = estimate(drawn=drawn, wrong=drawn.keys[:5])
    # Clopper and Pearson for 5 of 100 at 95 %: 1.64 % to 11.28 %
    assert (round(found.low, 4), round(found.high, 4)) == (0.0164, 0.1128)
    assert (found.wrong_low, found.wrong_high, found.share) == (17, 112, 0.05)
    none = estimate(drawn=drawn, wrong=[])
    assert (none.wrong, none.low, none.wrong_low) == (0, 0.0, 0)
    assert round(none.high, 4) == 0.0362


def test_a_sample_of_everything_leaves_nothing_to_guess() -> None:
    drawn = draw_sample(layer=layer(20), rule="all", seed="s", size=20)
    found = estimate(drawn=drawn, wrong=drawn.keys[:3])
    assert (found.low, found.high, found.wrong_low, found.wrong_high) == (0.15, 0.15, 3, 3)
    part = draw_sample(layer=layer(20), rule="all", seed="s", size=19)
    found = estimate(drawn=part, wrong=part.keys)
    assert (found.wrong_low, found.wrong_high) == (19, 20)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    made = layer(500)
    wrong = {f"{n:05d}" for n in range(0, 500, 10)}
    covered = 0
    for seed in range(200):
        drawn = draw_sample(layer=made, rule="all", seed=str(seed), size=60)
        found = estimate(drawn=drawn, wrong=wrong & set(drawn.keys))
        covered += found.wrong_low <= len(wrong) <= found.wrong_high
    assert covered >= 190


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda made: draw_sample(layer=made, rule="other", seed="s"), "rule_unknown"),
        (lambda made: draw_sample(layer=made, rule="all", seed="s", size=0), "size_invalid"),
        (lambda made: draw_sample(layer=made, rule="all", seed="s", margin=0), "size_invalid"),
        (lambda made: estimate(drawn=draw_sample(layer=made, rule="none", seed="s"), wrong=[]), "sample_empty"),
        (lambda _: estimate(drawn=RuleSample("l", "all", "s", 9, ("a",)), wrong=["b"]), "not_sampled"),
        (lambda _: estimate(drawn=RuleSample("l", "all", "s", 9, ("a",)), wrong=[], confidence=1), "size_invalid"),
    ],
)
def test_refusals(act, code: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RulesRefused) as refusal:
        act(layer(10))
    assert refusal.value.code == code
