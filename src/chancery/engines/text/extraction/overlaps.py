"""Where findings lie on each other, one stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chancery.engines.text.extraction.values import Entity


def best_of(entities: Iterable[Entity]) -> Iterator[Entity]:
    """Yield findings by offset; of two that overlap, the surer one, then the longer one, then the earlier one."""
    held: Entity | None = None
    for one in sorted(entities, key=lambda entity: (entity.start, -entity.end)):
        if held is None or one.start >= held.end:
            if held is not None:
                yield held
            held = one
        elif (one.confidence, one.end - one.start) > (held.confidence, held.end - held.start):
            held = one
    if held is not None:
        yield held
