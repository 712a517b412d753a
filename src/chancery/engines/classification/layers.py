"""Applications of rules lie over each other and can be taken away; what they hide is always listed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from chancery.engines.classification.applying import Layer
from chancery.engines.classification.conditions import RulesRefused
from chancery.foundation.evidence import Reason


@dataclass(frozen=True, slots=True)
class Suppression:
    """One document that a layer takes out of review, by which rule and why."""

    key: str
    layer: str
    rule: str
    reasons: tuple[Reason, ...]


def with_layer(*, layers: Sequence[Layer], layer: Layer) -> tuple[Layer, ...]:
    """Lay an application over the others; the same application twice stays once."""
    return (*(one for one in layers if one.id != layer.id), layer)


def without_layer(*, layers: Sequence[Layer], layer_id: str) -> tuple[Layer, ...]:
    """Take an application away: its documents are in review again unless another layer suppresses them.

    Refuses: layer_unknown.
    """
    kept = tuple(one for one in layers if one.id != layer_id)
    if len(kept) == len(layers):
        raise RulesRefused("There is no application %(layer)s.", code="layer_unknown", layer=layer_id)
    return kept


def released(*, layer: Layer, keys: Collection[str]) -> Layer:
    """Put documents back into review in spite of the rules. Refuses: not_suppressed."""
    for key in sorted(keys):
        if key not in layer.verdicts or not layer.verdicts[key].suppressed:
            raise RulesRefused("The rules do not suppress %(key)s.", code="not_suppressed", key=key)
    return replace(layer, released=layer.released | frozenset(keys))


def suppressions(*, layers: Sequence[Layer]) -> Iterator[Suppression]:
    """List every document that is out of review, once a layer that takes it out, in the order of the layers."""
    for layer in layers:
        for verdict in layer.verdicts.values():
            if verdict.suppressed and verdict.by is not None and verdict.key not in layer.released:
                reasons = next(one.reasons for one in verdict.fired if one.rule == verdict.by)
                yield Suppression(verdict.key, layer.id, verdict.by, reasons)


def suppressed_keys(*, layers: Sequence[Layer]) -> frozenset[str]:
    """Return the keys that are out of review by at least one layer."""
    return frozenset(one.key for one in suppressions(layers=layers))
