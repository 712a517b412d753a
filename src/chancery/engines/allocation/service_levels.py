"""Many service clocks at once: due times, what is used and left, breaches, over calendars of one or two parties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from chancery.engines.allocation.inputs import InputRefused, calendar_of, instant
from chancery.engines.allocation.timelines import (
    Timeline,
    combined,
    due_with_pauses,
    instant_of,
    seconds_of,
    timeline,
)

MINUTE = 60
KINDS = ("start", "pause", "resume", "change", "met", "stop")


@dataclass(frozen=True, slots=True)
class Promise:
    """A policy: minutes of working time on a timeline, with its version."""

    name: str
    minutes: float
    line: Timeline
    version: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one case stands. used, left: minutes of working time, left below zero when late.

    due: None while paused or stopped. state: running, paused, met, breached, stopped. provisional: the due time lies
    in a time whose holidays are not announced. policy, calendar_version: behind the result. changes: for each change
    of policy its instant, the due time before and after.
    """

    id: str
    state: str
    due: datetime | None
    used: float
    left: float
    breached_at: datetime | None
    met_at: datetime | None
    provisional: bool
    policy: str
    policy_version: str
    calendar_version: str
    changes: tuple[tuple[datetime, datetime | None, datetime | None], ...] = ()


def _years(value: Mapping[str, Any]) -> tuple[int, int]:
    years = value.get("years")
    if not isinstance(years, list) or not years or not all(type(one) is int and 1971 <= one <= 2100 for one in years):
        raise InputRefused("%(place)s is not %(wanted)s.", code="input_invalid", place="years", wanted="years")
    return min(years), max(years)


def lines_of(value: Any) -> dict[str, Timeline]:
    """Read the calendars of a file of cases; ``both`` and ``either`` combine calendars named before."""
    if not isinstance(value, Mapping) or not isinstance(value.get("calendars"), Mapping):
        raise InputRefused("%(place)s is not %(wanted)s.", code="input_invalid", place="calendars", wanted="an object")
    low, high = _years(value)
    found: dict[str, Timeline] = {}
    for name, held in value["calendars"].items():
        if isinstance(held, Mapping) and ("both" in held or "either" in held):
            names = held.get("both", held.get("either"))
            if not isinstance(names, list) or any(not isinstance(one, str) or one not in found for one in names):
                raise InputRefused("%(place)s names a calendar that does not stand before it.", code="calendar_unknown",
                                   place=str(name))  # fmt: skip
            found[name] = combined([found[one] for one in names], name=name, every="both" in held)
        else:
            calendar = calendar_of(held, name=str(name), years=range(low, high + 1))
            # A day more at both ends: New Year comes earlier or later at the place than in UTC.
            found[name] = timeline(calendar, first=date(low - 1, 12, 31), last=date(high + 1, 1, 1))
    return found


def promises_of(value: Mapping[str, Any], lines: Mapping[str, Timeline]) -> dict[str, Promise]:
    """Read the policies of a file of cases."""
    held = value.get("policies")
    if not isinstance(held, Mapping):
        raise InputRefused("%(place)s is not %(wanted)s.", code="input_invalid", place="policies", wanted="an object")
    found = {}
    for name, one in held.items():
        minutes = one.get("minutes") if isinstance(one, Mapping) else None
        if isinstance(minutes, bool) or not isinstance(minutes, (int, float)) or not 0 <= minutes <= 10_000_000:
            raise InputRefused("%(place)s is not %(wanted)s.", code="input_invalid", place=f"policies.{name}.minutes",
                               wanted="a number of minutes")  # fmt: skip
        if not isinstance(one.get("calendar"), str) or one["calendar"] not in lines:
            raise InputRefused("%(place)s names a calendar that does not stand before it.", code="calendar_unknown",
                               place=f"policies.{name}")  # fmt: skip
        found[name] = Promise(str(name), float(minutes), lines[one["calendar"]], str(one.get("version", "")))
    return found


@dataclass(slots=True)
class _Walk:
    """One clock on its way through its events; times in seconds."""

    promise: Promise
    start: int
    cursor: int
    used: int = 0
    paused: tuple[str, ...] = ()
    breached: int | None = None
    changes: tuple[tuple[datetime, datetime | None, datetime | None], ...] = ()

    @property
    def due(self) -> int | None:
        """Due time as of the cursor."""
        if self.paused:
            return None
        if self.breached is not None:
            return self.breached
        left = round(self.promise.minutes * MINUTE) - self.used
        if left < 0:
            return self.cursor
        return due_with_pauses(self.promise.line, start=self.cursor, need=left, pauses=())

    def advance(self, at: int) -> None:
        """Count working time up to an instant, noting a due time that passed."""
        if not self.paused:
            due = self.due
            if self.breached is None and due is not None and at > due:
                self.breached = due
            self.used += int(self.promise.line.worked(np.array([self.cursor]), np.array([at]))[0])
        self.cursor = at


def standing_of(case: Mapping[str, Any], promises: Mapping[str, Promise], place: str) -> Standing:
    """Compute one case from its events as of ``now``.

    Overlapping pauses count once, a pause needs a reason, a change of policy keeps the time used, a breach stays.
    Refuses: input_invalid, policy_unknown, story_impossible with the place.
    """
    promise = _promise(case.get("policy"), promises, place)
    events = case.get("events")
    if not isinstance(events, list) or not events or not all(isinstance(one, Mapping) for one in events):
        raise InputRefused("%(place)s is not %(wanted)s.", code="input_invalid", place=f"{place}.events",
                           wanted="a list of events")  # fmt: skip
    now = seconds_of(instant(case.get("now"), f"{place}.now"))
    ordered = sorted(
        ((seconds_of(instant(one.get("at"), f"{place}.events[{at}].at")), at, one) for at, one in enumerate(events)),
        key=lambda row: (row[0], row[1]),
    )
    if ordered[0][2].get("kind") != "start":
        raise InputRefused("%(place)s does not begin with a start.", code="story_impossible", place=place)
    walk = _Walk(promise, ordered[0][0], ordered[0][0])
    ended = ""
    for seconds, _, event in ordered[1:]:
        if seconds > now:
            break
        if ended:
            raise InputRefused("%(place)s goes on after its end.", code="story_impossible", place=place)
        before = walk.due
        walk.advance(seconds)
        ended = _take(walk, event, promises, place, before)
    if not ended:
        walk.advance(max(now, walk.cursor))
    return _told(str(case.get("id", place)), walk, ended)


def _promise(name: Any, promises: Mapping[str, Promise], place: str) -> Promise:
    if not isinstance(name, str) or name not in promises:
        raise InputRefused("%(place)s names a policy that is not held.", code="policy_unknown", place=place)
    return promises[name]


def _take(
    walk: _Walk, event: Mapping[str, Any], promises: Mapping[str, Promise], place: str, before: int | None
) -> str:
    """Take one event; returns met or stop when it ends the clock."""
    kind, reason = event.get("kind"), str(event.get("reason", ""))
    if kind not in KINDS or kind == "start":
        raise InputRefused("%(place)s has an event that cannot stand there.", code="story_impossible", place=place)
    if kind in ("met", "stop"):
        return str(kind)
    if kind == "pause":
        if not reason.strip():
            raise InputRefused("%(place)s has a pause without a reason.", code="story_impossible", place=place)
        walk.paused = (*walk.paused, reason)
    elif kind == "resume":
        if not walk.paused:
            raise InputRefused("%(place)s resumes without a pause.", code="story_impossible", place=place)
        held = list(walk.paused)
        held.remove(reason if reason in held else held[-1])
        walk.paused = tuple(held)
    else:
        walk.promise = _promise(event.get("policy"), promises, place)
        after = walk.due
        told = (instant_of(walk.cursor), _instant(before), _instant(after))
        walk.changes = (*walk.changes, told)
    return ""


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else instant_of(seconds)


def _told(name: str, walk: _Walk, ended: str) -> Standing:
    due = walk.due if ended != "stop" else None
    state = "breached" if walk.breached is not None else {"met": "met", "stop": "stopped"}.get(ended, "")
    state = state or ("paused" if walk.paused else "running")
    used = walk.used / MINUTE
    return Standing(
        name, state, _instant(due), used, walk.promise.minutes - used, _instant(walk.breached),
        instant_of(walk.cursor) if ended == "met" else None,
        due is not None and walk.promise.line.is_provisional(instant_of(due)), walk.promise.name, walk.promise.version,
        walk.promise.line.version, walk.changes,
    )  # fmt: skip


def due_times(*, starts: Sequence[datetime], promise: Promise) -> list[datetime]:
    """Due times of many starts under one promise, without pauses."""
    begin = np.array([seconds_of(one) for one in starts], dtype=np.int64)
    need = np.full(begin.size, round(promise.minutes * MINUTE), dtype=np.int64)
    return [instant_of(one) for one in promise.line.due(begin, need).tolist()]


def standings(value: Any) -> list[Standing]:
    """Compute every case of a file: years, calendars, policies, cases. See the guide for the format."""
    lines = lines_of(value)
    promises = promises_of(value, lines)
    cases = value.get("cases")
    if not isinstance(cases, list) or not all(isinstance(one, Mapping) for one in cases):
        raise InputRefused("%(place)s is not %(wanted)s.", code="input_invalid", place="cases", wanted="a list")
    return [standing_of(case, promises, f"cases[{at}]") for at, case in enumerate(cases)]
