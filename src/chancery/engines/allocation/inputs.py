"""Readers of problems, cases and sites given as plain JSON values, each refusal naming its place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from chancery.engines.allocation.calendars_data import FIRST_NOTICE, china_calendar, us_calendar
from chancery.engines.allocation.grading import Grade
from chancery.engines.allocation.planning.problem import Person, Problem, Task, Weights
from chancery.foundation.calendars import Shift, WorkingCalendar
from chancery.foundation.errors import Refused

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class InputRefused(Refused):
    """A value that is missing or of the wrong kind."""

    code = "input_refused"


def _wrong(place: str, wanted: str) -> InputRefused:
    return InputRefused("%(place)s is not %(wanted)s.", code="input_invalid", place=place, wanted=wanted)


def _object(value: Any, place: str, known: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(place, "an object")
    if unknown := sorted(str(name) for name in value if name not in known):
        raise InputRefused("%(place)s has no field %(name)s.", code="field_unknown", place=place, name=unknown[0][:40])
    return value


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(place, "a list")
    return value


def _text(held: Mapping[str, Any], name: str, place: str, default: str | None = None) -> str:
    value = held.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise _wrong(f"{place}.{name}", "a text")
    return value


def _names(held: Mapping[str, Any], name: str, place: str) -> frozenset[str]:
    value = held.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(f"{place}.{name}", "a list of texts")
    return frozenset(value)


def _number(held: Mapping[str, Any], name: str, place: str, default: float | None = None) -> float:
    value = held.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise _wrong(f"{place}.{name}", "a number")
    return float(value)


def _whole(held: Mapping[str, Any], name: str, place: str, default: int | None = None) -> int:
    value = _number(held, name, place, default)
    if value != int(value):
        raise _wrong(f"{place}.{name}", "a whole number")
    return int(value)


def _day(value: Any, place: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _wrong(place, "a date like 2026-11-27") from None


def instant(value: Any, place: str) -> datetime:
    """Read an instant with its zone, such as 2026-11-27T09:00:00+08:00."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _wrong(place, "an instant like 2026-11-27T09:00:00+08:00") from None
    if found.tzinfo is None:
        raise _wrong(place, "an instant like 2026-11-27T09:00:00+08:00")
    return found


def _grade(held: Mapping[str, Any], place: str) -> Grade:
    value = held.get("grade")
    if value not in [one.value for one in Grade]:
        raise _wrong(f"{place}.grade", "computer, paralegal, lawyer or senior")
    return Grade(value)


_TASK = (
    "id", "grade", "minutes", "on", "matter", "skills", "languages", "jurisdiction", "certificates", "not_by",
    "differs_from", "sites", "pinned", "penalty",
)  # fmt: skip
_PERSON = (
    "id", "name", "grade", "minutes", "rate", "skills", "languages", "licences", "certificates", "walls", "matters",
    "site", "max_matters",
)  # fmt: skip


def _task(value: Any, place: str) -> Task:
    held = _object(value, place, _TASK)
    sites = _names(held, "sites", place) if held.get("sites") is not None else None
    return Task(
        id=_text(held, "id", place), grade=_grade(held, place), minutes=_whole(held, "minutes", place),
        on=_day(held.get("on"), f"{place}.on"), matter=_text(held, "matter", place, ""),
        skills=_names(held, "skills", place), languages=_names(held, "languages", place),
        jurisdiction=_text(held, "jurisdiction", place) if held.get("jurisdiction") is not None else None,
        certificates=_names(held, "certificates", place), not_by=_names(held, "not_by", place),
        differs_from=_names(held, "differs_from", place), sites=sites,
        pinned=_text(held, "pinned", place) if held.get("pinned") is not None else None,
        penalty=_number(held, "penalty", place) if held.get("penalty") is not None else None,
    )  # fmt: skip


def _skills(held: Mapping[str, Any], place: str) -> Mapping[str, float]:
    value = held.get("skills") or {}
    if isinstance(value, list):
        return dict.fromkeys(_names(held, "skills", place), 1.0)
    if not isinstance(value, Mapping):
        raise _wrong(f"{place}.skills", "a list of texts, or speeds by skill")
    return {str(name): _number(value, name, f"{place}.skills") for name in value}


def _licences(held: Mapping[str, Any], place: str) -> tuple[tuple[str, date, date | None], ...]:
    found = []
    for at, value in enumerate(_list(held.get("licences") or [], f"{place}.licences")):
        here = f"{place}.licences[{at}]"
        one = _object(value, here, ("jurisdiction", "from", "to", "number"))
        last = _day(one["to"], f"{here}.to") if one.get("to") is not None else None
        found.append((_text(one, "jurisdiction", here), _day(one.get("from"), f"{here}.from"), last))
    return tuple(found)


def _person(value: Any, place: str) -> Person:
    held = _object(value, place, _PERSON)
    certificates = held.get("certificates") or {}
    if not isinstance(certificates, Mapping):
        raise _wrong(f"{place}.certificates", "an object of names and last days")
    return Person(
        id=_text(held, "id", place), grade=_grade(held, place), minutes=_whole(held, "minutes", place),
        rate=_number(held, "rate", place), name=_text(held, "name", place, ""), skills=_skills(held, place),
        languages=_names(held, "languages", place), licences=_licences(held, place),
        certificates={
            str(name): _day(day, f"{place}.certificates.{name}") if day is not None else None
            for name, day in certificates.items()
        },
        walls=_names(held, "walls", place), matters=_names(held, "matters", place),
        site=_text(held, "site", place, ""),
        max_matters=_whole(held, "max_matters", place) if held.get("max_matters") is not None else None,
    )  # fmt: skip


def problem_of(value: Any) -> Problem:
    """Read a planning problem. Refuses: input_invalid and field_unknown with the place."""
    held = _object(value, "problem", ("tasks", "people", "weights", "previous", "currency"))
    weights = _object(held.get("weights") or {}, "weights", ("overqualified", "continuity", "change", "undone"))
    previous = held.get("previous") or {}
    if not isinstance(previous, Mapping) or not all(isinstance(one, str) for one in previous.values()):
        raise _wrong("previous", "an object of persons by task")
    return Problem(
        tuple(_task(one, f"tasks[{at}]") for at, one in enumerate(_list(held.get("tasks"), "tasks"))),
        tuple(_person(one, f"people[{at}]") for at, one in enumerate(_list(held.get("people"), "people"))),
        Weights(**{str(name): _number(weights, name, "weights") for name in weights}),
        dict(previous), _text(held, "currency", "problem", "USD"),
    )  # fmt: skip


def _clock_time(value: Any, place: str) -> time:
    try:
        return time(0) if value == "24:00" else time.fromisoformat(value)
    except (TypeError, ValueError):
        raise _wrong(place, "a time like 09:00") from None


def _shifts(value: Any, place: str) -> tuple[Shift, ...]:
    held = _object(value, place, WEEKDAYS)
    found = []
    for day, stretches in held.items():
        for at, pair in enumerate(_list(stretches, f"{place}.{day}")):
            here = f"{place}.{day}[{at}]"
            if not isinstance(pair, list) or len(pair) != 2:
                raise _wrong(here, "a pair of times")
            found.append(Shift(WEEKDAYS.index(day), _clock_time(pair[0], here), _clock_time(pair[1], here)))
    return tuple(found)


def calendar_of(value: Any, *, name: str, years: Sequence[int]) -> WorkingCalendar:
    """Read a calendar: time zone, weekly hours, holidays of a country and own days.

    country: CN (with announced weekend swaps), US, or another ISO code whose statutory days the package ``holidays``
    knows. years: in UTC; a year in UTC holds hours of the year before or after at the place, whose holidays are taken
    too. Refuses: input_invalid, field_unknown with the place.
    """
    held = _object(value, name, ("time_zone", "hours", "country", "holidays", "make_up_days"))
    zone, country = _text(held, "time_zone", name), _text(held, "country", name, "")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong(f"{name}.time_zone", "a time zone like Asia/Shanghai") from None
    shifts = _shifts(held.get("hours"), f"{name}.hours")
    off = [_day(one, f"{name}.holidays") for one in _list(held.get("holidays") or [], f"{name}.holidays")]
    swaps = [_day(one, f"{name}.make_up_days") for one in _list(held.get("make_up_days") or [], f"{name}.make_up_days")]
    if both := set(off) & set(swaps):
        raise _wrong(f"{name}.make_up_days", f"free of the holiday {min(both).isoformat()}")
    wide = [min(years) - 1, *years, max(years) + 1]
    if country == "CN":
        known = [year for year in wide if year in years or year >= FIRST_NOTICE]
        return china_calendar(
            years=known, name=name, time_zone=zone, shifts=shifts, extra_holidays=off, extra_make_up_days=swaps
        )
    try:
        if country == "US":
            return us_calendar(
                years=wide, name=name, time_zone=zone, shifts=shifts, extra_holidays=off, extra_make_up_days=swaps
            )
        table = set(holidays.country_holidays(country, years=wide)) if country else set()
    except NotImplementedError:
        raise _wrong(f"{name}.country", "a country with known holidays") from None
    closed = frozenset((table | set(off)) - set(swaps))
    return WorkingCalendar(name, zone, shifts, closed, frozenset(swaps), version=country)
