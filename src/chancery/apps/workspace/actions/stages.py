"""Stages of a whole matter: how far each is, how long it took, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

STAGES = (
    "request",
    "quote",
    "collect",
    "process",
    "recognise",
    "relate",
    "index",
    "review",
    "quality",
    "signoff",
    "produce",
    "bill",
    "record",
)
# Background work by the stage it belongs to; everything else counts to the stage that is under way.
STAGE_OF_JOB = {
    "documents.expand": "process",
    "documents.recognise": "recognise",
    "documents.relate": "relate",
    "documents.pages": "process",
    "search.index": "index",
    "production.write": "produce",
}

Listener = Callable[[str, int, int, str], None]


@dataclass
class Stage:
    """One stage; seconds of wall time spent in it so far."""

    done: int = 0
    total: int = 0
    seconds: float = 0.0


@dataclass
class Stages:
    """The stages that a run has reached. ``tell`` hears (stage, done, total, unit) as they advance."""

    tell: Listener
    reached: dict[str, Stage] = field(default_factory=dict)
    current: str = "request"
    _since: float = field(default_factory=monotonic)

    def _close(self) -> None:
        now = monotonic()
        self.reached.setdefault(self.current, Stage()).seconds += now - self._since
        self._since = now

    @contextmanager
    def under_way(self, name: str) -> Iterator[None]:
        """Count the time inside to a stage."""
        self._close()
        before, self.current = self.current, name
        try:
            yield
        finally:
            self._close()
            self.current = before

    def advance(self, name: str, done: int, total: int, unit: str) -> None:
        """Set how far a stage is and tell it."""
        stage = self.reached.setdefault(name, Stage())
        stage.done, stage.total = done, total
        self.tell(name, done, total, unit)

    def advance_job(self, job: str, done: int, total: int, unit: str) -> None:
        """Take the progress of background work, under the stage it belongs to."""
        name = STAGE_OF_JOB.get(job, self.current)
        if name != self.current:
            self._close()
            self.current = name
        self.advance(name, done, total, unit)

    def as_json(self) -> dict[str, dict[str, float]]:
        """Return the stages reached, in their order, seconds to the hundredth."""
        self._close()
        order = {name: place for place, name in enumerate(STAGES)}
        names = sorted(self.reached, key=lambda name: order.get(name, len(order)))
        return {
            name: {
                "done": self.reached[name].done,
                "total": self.reached[name].total,
                "seconds": round(self.reached[name].seconds, 2),
            }
            for name in names
        }
