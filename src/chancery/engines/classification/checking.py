"""Is a rule right? A random sample of what it caught, read by a person, and what that says of the rest."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from chancery.engines.classification.applying import Layer
from chancery.engines.classification.conditions import RulesRefused
from chancery.engines.quality.sampling import sample
from chancery.foundation.statistics import clopper_pearson, sample_size


@dataclass(frozen=True, slots=True)
class RuleSample:
    """A simple random sample of the documents that a rule caught; anyone with the seed draws it again."""

    layer: str
    rule: str
    seed: str
    caught: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleEstimate:
    """How many documents a rule caught wrongly.

    share, low, high: of all caught, 0 to 1, with the exact two-sided interval (Clopper and Pearson 1934). wrong_low,
    wrong_high: the same as counts of documents, within what the sample already shows.
    """

    rule: str
    caught: int
    sampled: int
    wrong: int
    share: float
    low: float
    high: float
    wrong_low: int
    wrong_high: int
    confidence: float


def caught_by(*, layer: Layer, rule: str) -> tuple[str, ...]:
    """Return the keys on which a rule fired, sorted. Refuses: rule_unknown."""
    if rule not in {count.rule for count in layer.counts}:
        raise RulesRefused("There is no rule %(rule)s in this application.", code="rule_unknown", rule=rule)
    fired = (key for key, verdict in layer.verdicts.items() if any(one.rule == rule for one in verdict.fired))
    return tuple(sorted(fired))


def draw_sample(
    *, layer: Layer, rule: str, seed: str, size: int | None = None, margin: float = 0.05, confidence: float = 0.95
) -> RuleSample:
    """Draw documents that a rule caught, to be read by a person.

    size: how many; without it, enough to know a share within ``margin`` (0.05 means five points) at ``confidence``,
    never more than were caught. The same layer, rule and seed give the same sample.
    Refuses: rule_unknown, size_invalid.
    """
    keys = caught_by(layer=layer, rule=rule)
    if not keys:
        return RuleSample(layer.id, rule, seed, 0, ())
    if size is None:
        if not 0 < margin < 1 or not 0 < confidence < 1:
            raise RulesRefused("Margin and confidence lie between 0 and 1.", code="size_invalid")
        size = sample_size(margin=margin, confidence=confidence, lot=len(keys))
    if size < 1:
        raise RulesRefused("A sample has at least one document.", code="size_invalid")
    return RuleSample(layer.id, rule, seed, len(keys), sample(population=keys, seed=f"{seed}\x1f{rule}", size=size))


def estimate(*, drawn: RuleSample, wrong: Collection[str], confidence: float = 0.95) -> RuleEstimate:
    """Say how many documents the rule caught wrongly, from those of the sample that a person found wrong.

    Refuses: sample_empty, not_sampled, size_invalid.
    """
    if not drawn.keys:
        raise RulesRefused("There is nothing in the sample of %(rule)s.", code="sample_empty", rule=drawn.rule)
    if not 0 < confidence < 1:
        raise RulesRefused("Margin and confidence lie between 0 and 1.", code="size_invalid")
    outside = sorted(set(wrong) - set(drawn.keys))
    if outside:
        raise RulesRefused("%(key)s is not in the sample.", code="not_sampled", key=outside[0])
    found, sampled = len(set(wrong)), len(drawn.keys)
    interval = clopper_pearson(found=found, sampled=sampled, confidence=confidence)
    if sampled == drawn.caught:
        low = high = found / sampled
        least = most = found
    else:
        low, high = interval.low, interval.high
        least = max(found, math.ceil(low * drawn.caught - 1e-9))
        most = min(drawn.caught - (sampled - found), math.floor(high * drawn.caught + 1e-9))
    return RuleEstimate(
        drawn.rule, drawn.caught, sampled, found, found / sampled, low, high, least, max(least, most), confidence
    )
