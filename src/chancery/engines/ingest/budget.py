"""Count what one input file has cost so far and stop it at its limits."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from chancery.engines.ingest.reading import Exhausted
from chancery.engines.ingest.records import Limits


@dataclass(slots=True)
class Budget:
    """Items, bytes and seconds used by one input file; ``input_bytes`` is its size on disk."""

    limits: Limits
    input_bytes: int
    items: int = 0
    expanded_bytes: int = 0
    began: float = field(default_factory=time.monotonic)
    spent: Exhausted | None = None

    def take_item(self) -> None:
        """Count one more item; refuses beyond ``max_items``."""
        self._refuse_if_spent()
        if self.items >= self.limits.max_items:
            raise self._stop("too_large", "More than %(count)s items were found inside.", count=self.limits.max_items)
        self.items += 1

    def take_bytes(self, count: int) -> None:
        """Count bytes taken out; refuses beyond the byte limit, and a ratio only a bomb has."""
        self._refuse_if_spent()
        self.expanded_bytes += count
        ratio = self.expanded_bytes / max(1, self.input_bytes)
        if self.expanded_bytes > self.limits.ratio_floor_bytes and ratio > self.limits.max_ratio:
            raise self._stop("bomb", "The content expands more than %(ratio)s times.", ratio=int(self.limits.max_ratio))
        if self.expanded_bytes > self.limits.max_expanded_bytes:
            code = "bomb" if ratio > self.limits.max_ratio else "too_large"
            raise self._stop(code, "The content expands beyond %(size)s bytes.", size=self.limits.max_expanded_bytes)

    def check_time(self) -> None:
        """Refuse once the container has taken longer than ``container_seconds``."""
        self._refuse_if_spent()
        if time.monotonic() - self.began > self.limits.container_seconds:
            seconds = int(self.limits.container_seconds)
            raise self._stop("time_limit", "Reading took longer than %(seconds)s seconds.", seconds=seconds)

    def _refuse_if_spent(self) -> None:
        if self.spent is not None:
            raise self.spent

    def _stop(self, code: str, message: str, **params: object) -> Exhausted:
        self.spent = Exhausted(message, code=code, **params)
        return self.spent
