"""Spreads batches over processes; a process that dies loses nothing and takes nobody down with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Final

from loky import ProcessPoolExecutor

TIME_OUT: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Result:
    """What a batch returned."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a batch returned nothing. reason: raised, died or timeout."""

    reason: str
    message: str


def map_batches(
    function: Callable[[Any], Any],
    batches: Sequence[Any],
    *,
    workers: int,
    retries: int = 2,
    timeout: float = TIME_OUT,
) -> Iterator[tuple[int, Result | Failure]]:
    """Call ``function(batch)`` for every batch and yield (index, Result or Failure) as they end, in any order.

    function: importable by name, no closure; batch and result are picklable. workers: 1 runs in this process.
    retries: how often a batch that was running when a process died is tried again; afterwards it is run alone,
    so that only the batch that kills is given up. timeout: seconds without any batch ending.
    """
    if workers <= 1:
        for index, batch in enumerate(batches):
            yield index, _called(function, batch)
        return
    deaths = dict.fromkeys(range(len(batches)), 0)
    waiting = set(deaths)
    while waiting:
        shared = [index for index in sorted(waiting) if deaths[index] <= retries]
        round_ = shared or [min(waiting)]
        survived = False
        for index, outcome in _round(function, batches, round_, workers if shared else 1, timeout):
            survived = True
            waiting.discard(index)
            yield index, outcome
        lost = [index for index in round_ if index in waiting]
        if not shared and lost and not survived:
            waiting.discard(lost[0])
            yield lost[0], Failure("died", "the process that worked on this batch died")
        for index in lost:
            deaths[index] += 1


def _called(function: Callable[[Any], Any], batch: Any) -> Result | Failure:
    try:
        return Result(function(batch))
    except Exception as error:  # the seam reports a batch's error as a value
        return Failure("raised", f"{type(error).__name__}: {error}")


def _round(
    function: Callable[[Any], Any], batches: Sequence[Any], indexes: list[int], workers: int, timeout: float
) -> Iterator[tuple[int, Result | Failure]]:
    """Run some batches in one pool; stops early, without a word about the rest, if a process dies."""
    pool = ProcessPoolExecutor(max_workers=min(workers, len(indexes)), timeout=60)
    try:
        futures: dict[Future[Any], int] = {pool.submit(_called, function, batches[index]): index for index in indexes}
        left = set(indexes)
        try:
            for future in as_completed(futures, timeout=timeout):
                index = futures[future]
                if future.exception() is not None:
                    continue
                left.discard(index)
                yield index, future.result()
        except TookTooLong:
            for index in sorted(left):
                yield index, Failure("timeout", f"no batch ended within {timeout:g} seconds")
        except BrokenProcessPool:
            return
    finally:
        pool.shutdown(wait=False, kill_workers=True)
